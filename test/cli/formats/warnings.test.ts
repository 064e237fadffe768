/** A warning in every format that `validate` has: seen, and failing nothing. */
import { expect, test } from "vitest";
import { problemsCodeQuality } from "../../../src/cli/formats/codequality.ts";
import { problemAnnotations } from "../../../src/cli/formats/github.ts";
import { problemsJunit } from "../../../src/cli/formats/junit.ts";
import { problemsMarkdown } from "../../../src/cli/formats/markdown.ts";
import { problemsSarif } from "../../../src/cli/formats/sarif.ts";
import webhook from "../../../src/connectors/webhook/index.ts";
import type { Problem } from "../../../src/manifests/types.ts";
import { manifest, place } from "../fixture.ts";
import { problemInput } from "./fixture.ts";

const warning: Problem = {
  level: "warning",
  code: "ClassicMatcher",
  message: "Write it otherwise.",
  file: "a.yaml",
  line: 7,
};
const input = problemInput([warning], { files: ["a.yaml"] });

test("a warning is a warning to GitHub, SARIF and GitLab, where it is less than a change that is held back", () => {
  expect(problemAnnotations(input).text).toMatch(/^::warning file=a\.yaml,line=7,/);
  const { runs } = JSON.parse(problemsSarif(input).text);
  expect(runs[0].results).toMatchObject([{ ruleId: "ClassicMatcher", level: "warning" }]);
  expect(JSON.parse(problemsCodeQuality(input).text)).toMatchObject([{ severity: "minor" }]);
});

test("JUnit has it as the output of a case that passes, beside the file's own", () => {
  const { text } = problemsJunit(input);
  expect(text).toContain('tests="2" failures="0" errors="0"');
  expect(text).toMatch(/<system-out>Write it otherwise\.<\/system-out>/);
});

test("Markdown says that the manifests are valid all the same", () => {
  const { text } = problemsMarkdown(input);
  expect(text).toContain("the manifests are valid; 1 warning in 1 file.");
  expect(text).toContain("warning `ClassicMatcher`");
});

const route = `apiVersion: plumbline.dev/v1alpha1
kind: NotificationRoute
metadata: { name: ops }
spec:
  receivers: [{ integration: acme }]
  match: { matchers: ['a=~"b\\.c"'] }
`;

test("validate shows a warning and ends with 0; an error beside it ends with 1", async () => {
  const files = { "acme.yaml": manifest("    {}\n"), "route.yaml": route };
  const json = await place(files).run("validate -o json");
  const { valid, problems } = JSON.parse(json.stdout);
  expect({ code: json.code, valid, problems }).toMatchObject({
    ...{ code: 1, valid: false },
    problems: [
      { level: "error", code: "NoNotifications", line: 5 },
      { level: "warning", code: "ClassicMatcher", line: 6 },
    ],
  });
  const known = { "route.yaml": route.replace("integration: acme", "integration: hook"), "hook.yaml": hook };
  const text = await place(known).run("validate", { connectors: [webhook] });
  expect(text.stdout).toContain("2 manifests are valid");
  expect(text.stderr).toContain("route.yaml:6:23  warning  ");
  expect(text.code).toBe(0);
});

const hook = `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: hook }
spec: { platform: webhook, connection: { url: "https://hooks.example.com/a" } }
`;
