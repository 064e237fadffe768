/** The comment that the documentation shows is the one that the code makes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { githubComment } from "../../src/cli/markdown/budget.ts";
import { renderPlanMarkdown } from "../../src/cli/markdown/plan.ts";
import { samplePlan } from "../cli/markdown/plans.ts";

test("docs/ci.md shows the comment as it is rendered", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/ci.md"), "utf8");
  const [, shown] = /^````markdown\n([\s\S]*?)^````$/m.exec(page) ?? [];
  const links = ({ file, line }: { file: string; line: number }) =>
    `https://github.com/acme/infra/blob/5d1e9f0/${file}#L${line}`;
  expect(shown).toBe(
    renderPlanMarkdown(samplePlan(), { budget: githubComment, links, title: "manifests", mode: "plan" }),
  );
});
