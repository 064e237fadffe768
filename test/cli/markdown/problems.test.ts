import { expect, test } from "vitest";
import { githubComment } from "../../../src/cli/markdown/budget.ts";
import { renderProblemsMarkdown } from "../../../src/cli/markdown/problems.ts";
import type { Problem } from "../../../src/manifests/types.ts";

const problem = (line: number, given: Partial<Problem> = {}): Problem => ({
  code: "UnknownField",
  message: 'There is no field "topik".',
  file: "manifests/slack.yaml",
  line,
  column: 5,
  ...given,
});
const links = ({ file, line }: { file: string; line: number }) => `https://git.example/${file}#L${line}`;

test("each problem stands with a link to its line, its excerpt and its remedy", () => {
  const problems = [problem(3, { excerpt: "    topik: x", remedy: 'Did you mean "topic"?' }), problem(9)];
  expect(renderProblemsMarkdown(problems, { budget: githubComment, links })).toBe(
    [
      "**Plumbline validate**: 2 problems in 1 file.",
      "",
      '- [`manifests/slack.yaml:3`](https://git.example/manifests/slack.yaml#L3) `UnknownField` `There is no field "topik".` Help: `Did you mean "topic"?`',
      "  ```text",
      "  3 |     topik: x",
      "  ```",
      '- [`manifests/slack.yaml:9`](https://git.example/manifests/slack.yaml#L9) `UnknownField` `There is no field "topik".`',
      "",
    ].join("\n"),
  );
});

test("more problems than fit are counted in the first line", () => {
  const problems = Array.from({ length: 5000 }, (_, index) => problem(index + 1));
  const text = renderProblemsMarkdown(problems, { budget: githubComment, links });
  const [, left] = /^.*\*\*(\d+) of them are not listed here\.\*\*\n/.exec(text) ?? [];
  expect(text.length).toBeLessThanOrEqual(githubComment.characters);
  expect(text.match(/^- \[/gm)).toHaveLength(5000 - Number(left));
});

test("a problem of no file has no link", () => {
  const { file: _, line: __, ...nowhere } = problem(1);
  const text = renderProblemsMarkdown([nowhere], { budget: githubComment, links });
  expect(text).toBe('**Plumbline validate**: 1 problem.\n\n- `UnknownField` `There is no field "topik".`\n');
});
