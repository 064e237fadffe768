/** The samples of `manifests/`: their Scenarios pass, and whatever breaks their routes makes one fail. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cli, folderOf } from "../support/cli.ts";

const folder = join(import.meta.dirname, "../../manifests");
const files = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));

/** Names of the Scenarios that fail once `before` is `after` in a file. */
async function failing(file: string, before: string, after: string): Promise<string[]> {
  const text = files[file] ?? "";
  expect(text).toContain(before);
  const cwd = folderOf({ ...files, [file]: text.replace(before, after) });
  const { stdout } = await cli(["validate", "-o", "json"], { cwd });
  const { problems } = JSON.parse(stdout) as { problems: { level: string; code: string; message: string }[] };
  const mistakes = problems.filter(({ level }) => level === "error");
  expect(mistakes.filter(({ code }) => code !== "ScenarioFailed")).toEqual([]);
  return [...new Set(mistakes.map(({ message }) => /^Scenario ([^:]+):/.exec(message)?.[1] ?? ""))].sort();
}

test("as they are, all pass", async () => {
  const { stdout, code } = await cli(["validate"], { cwd: folderOf(files) });
  expect({ stdout, code }).toEqual({
    stdout: expect.stringMatching(/^\d+ manifests are valid, and 8 scenarios pass/),
    code: 0,
  });
});

const [high, features, low] = [
  ["database-changes", "security-and-payment-changes"],
  ["feature-changes"],
  ["logging-and-cache-changes"],
];
const config = "config-changes.yaml";

test.each([
  { file: config, before: "urgency: high", after: "urgency: medium", fails: high },
  { file: config, before: '"*.database.*", ', after: "", fails: ["database-changes"] },
  { file: config, before: '"*.security.*", ', after: "", fails: ["security-and-payment-changes"] },
  { file: config, before: '"*.payment.*"', after: '"payment.*"', fails: ["security-and-payment-changes"] },
  {
    file: config,
    before: "        - { integration: support-zendesk, template: config-change }\n",
    after: "",
    fails: high,
  },
  { file: config, before: '["features.*"]', after: '["feature.*"]', fails: features },
  { file: config, before: "urgency: medium", after: "urgency: low", fails: features },
  { file: config, before: "channel: releases", after: "channel: incidents", fails: features },
  { file: config, before: "repository: website", after: "repository: billing", fails: features },
  { file: config, before: '"app.logging.*", ', after: "", fails: low },
  { file: config, before: '"app.cache.*"', after: '"app.*"', fails: ["other-changes"] },
  { file: config, before: "integration: logs-splunk", after: "integration: ops-discord", fails: low },
  {
    file: config,
    before: "types: [config_change, ",
    after: "types: [task_failed, config_change, ",
    fails: ["other-changes"],
  },
  { file: config, before: "groupWait: 5s", after: "groupWait: 2s", fails: [...high, ...features, ...low] },
  {
    file: "rule.yaml",
    before: '    when: event.data.issue.labels.exists(label, label.name == "bug")\n',
    after: "",
    fails: ["bugs-are-announced"],
  },
  {
    file: "notification-route.yaml",
    before: "groupInterval: 5m",
    after: "groupInterval: 5m\n  repeatInterval: 1d",
    fails: ["drift-is-told-and-repeated"],
  },
  {
    file: "notification-route.yaml",
    before: "groupWait: 30s",
    after: "groupWait: 40s",
    fails: ["drift-is-told-and-repeated", "drift-while-somebody-works-on-it"],
  },
  { file: "scenario.yaml", before: "duration: 2h", after: "duration: 1h", fails: ["drift-while-somebody-works-on-it"] },
])("$file: $after in the place of $before fails $fails", async ({ file, before, after, fails }) => {
  expect(await failing(file, before, after)).toEqual([...fails].sort());
});
