/** Scenarios on the command line: `validate` and `simulate --scenarios`. */
import { expect, test } from "vitest";
import { cli, folderOf } from "../support/cli.ts";

const head = (kind: string, name: string) =>
  `---\napiVersion: plumbline.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;
const beside = `${head("Integration", "chat")}spec: { platform: webhook, connection: { url: "https://chat.example.com" } }
${head("NotificationRoute", "ops")}spec: { match: { types: [task_failed] }, groupWait: 30s, receivers: [{ integration: chat }] }
`;
const scenario = (name: string, expected: string) => `${head("Scenario", name)}spec:
  given:
    - { at: 0s, event: { id: nightly, type: task_failed, data: { task_name: "nightly: all" } } }
  expect: ${expected}
`;
const right = scenario("right", '[{ at: 30s, receiver: chat, text: "Name: nightly" }]');
const wrong = scenario("wrong", "[{ at: 30s, receiver: chat, urgency: high }]");

const folder = (text: string) => folderOf({ "ops.yaml": beside, "tests.yaml": text });
const run = (line: string, text: string) => cli(line.split(" "), { cwd: folder(text) });

test("validate plays them, and counts those that pass", async () => {
  expect(await run("validate", right)).toMatchObject({
    ...{ code: 0, stderr: "" },
    stdout: "3 manifests are valid, and 1 scenario passes (2 files read).\n",
  });
});

test("validate shows what fails at its line, in every format as any other problem", async () => {
  const { code, stdout } = await run("validate -o json", right + wrong);
  const { valid, problems } = JSON.parse(stdout) as { valid: boolean; problems: unknown[] };
  expect({ code, valid, problems }).toEqual({
    code: 1,
    valid: false,
    problems: [
      {
        ...{ code: "ScenarioFailed", file: "tests.yaml", line: 16, column: 12, path: "/spec/expect/0" },
        message:
          "Scenario wrong: Expected chat to be told at 30s with urgency high, but it has no urgency. The route is ops.",
        level: "error",
        remedy: "All that happens: plumbline simulate --scenarios",
        excerpt: "  expect: [{ at: 30s, receiver: chat, urgency: high }]",
      },
    ],
  });
});

test("a folder with another mistake plays none, so that one mistake is one problem", async () => {
  const { stdout } = await run("validate -o json", wrong + right.replace("receiver: chat", "receiver: chatt"));
  const { problems } = JSON.parse(stdout) as { problems: { code: string; path: string }[] };
  expect(problems.map(({ code, path }) => [code, path])).toEqual([["UnknownIntegration", "/spec/expect/0/receiver"]]);
});

test.each([
  ["{ at: 30s, receiver: chat, recever: x }", 'Unknown field "recever" in spec.expect[0]. Did you mean "receiver"?'],
  ["{ at: 30s, rule: r, action: a, urgency: high }", 'Unknown field "urgency" in spec.expect[0].'],
  ["{ receiver: chat }", 'spec.expect[0] lacks the field "at".'],
  ["{ at: soon, receiver: chat }", 'spec.expect[0].at must be a duration such as 90s, 10m or 1h30m, not "soon".'],
])("%s is one clear mistake", async (entry, message) => {
  const { stderr } = await run("validate", scenario("tried", `[${entry}]`));
  expect(stderr).toContain(message);
  expect(stderr).toContain("1 problem in 1 file.");
});

test("simulate --scenarios shows what happens in each, and of one that fails what it should expect", async () => {
  const { code, stdout } = await run("simulate --scenarios", right + wrong);
  expect(stdout).toBe(`✓ right passes
        0s  nightly comes (task_failed)
       30s    chat is told of nightly: "Task Failed" (ops, New)

✗ wrong fails (tests.yaml:10)
        0s  nightly comes (task_failed)
       30s    chat is told of nightly: "Task Failed" (ops, New)

  tests.yaml:16 Expected chat to be told at 30s with urgency high, but it has no urgency. The route is ops.

  What happened, as it would be expected:
    expect:
      - { at: 30s, receiver: chat, events: [ nightly ] }

1 of 2 scenarios pass. Nothing was sent.
`);
  expect(code).toBe(1);
});

test("simulate --scenarios -o json holds the same for programs", async () => {
  const { code, stdout } = await run("simulate --scenarios -o json", right);
  expect({ code, result: JSON.parse(stdout) as unknown }).toEqual({
    code: 0,
    result: {
      ...{ kind: "ScenarioResults", passed: 1, failed: 0 },
      scenarios: [
        {
          ...{ name: "right", namespace: "default", file: "tests.yaml", line: 2, passed: true, failures: [] },
          happened: [
            { kind: "event", at: "0s", name: "nightly", type: "task_failed", misses: [], silent: [], notes: [] },
            {
              ...{ kind: "notification", at: "30s", receiver: "chat", target: {}, events: [{ name: "nightly" }] },
              ...{ title: "Task Failed", route: "ops", reason: "New", lines: expect.any(Array) },
            },
          ],
        },
      ],
    },
  });
});

test("simulate --scenarios -o junit has a case for each, at the line that fails", async () => {
  const { code, stdout } = await run("simulate --scenarios -o junit", right + wrong);
  expect(code).toBe(1);
  expect(stdout).toContain('<testsuite name="tests.yaml" tests="2" failures="1"');
  expect(stdout).toContain('<testcase name="default/right" classname="tests.yaml" file="tests.yaml" line="2"');
  expect(stdout).toContain('<testcase name="default/wrong" classname="tests.yaml" file="tests.yaml" line="16"');
});

test.each([
  ["simulate", "one of the two"],
  ["simulate --scenarios --event e.json", "one of the two"],
  ["simulate --scenarios --state x", "no silence holds in a Scenario"],
  ["simulate --event e.json -o junit", "-o junit goes with --scenarios"],
])("%s is refused", async (line, message) => {
  const { code, stderr } = await run(line, right);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
});

test("get does not wait for a controller to say something of them", async () => {
  const { stdout } = await run("get", right);
  expect(stdout).toContain("NotificationRoute  ops");
  expect(stdout).not.toContain("Scenario");
});

test("a test of nothing does not pass", async () => {
  const { code, stderr } = await run("simulate --scenarios", "");
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("no manifest of the kind Scenario") });
});
