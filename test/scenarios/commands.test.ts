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

const silenced = (silences: string) =>
  right.replace("  expect:", `  silences: [${silences}]\n  expect:`).replace(/expect: .*/, "expect: []");
const moving = '{ matchers: ["type=task_failed", "a!=b"], at: 10s, duration: 2h, comment: moving house }';

test("simulate --scenarios shows when a silence begins, and what it withholds", async () => {
  const later = "{ matchers: [a=b], at: 20s, duration: 1s }";
  const { code, stdout } = await run(
    "simulate --scenarios",
    silenced(`${later}, ${moving}, { matchers: [a=c], at: 0s, duration: 1m }`),
  );
  expect(stdout).toBe(`✓ right passes
        0s  silence-3 begins, until 1m: a=c
        0s  nightly comes (task_failed)
       10s  silence-2 begins, until 2h10s: type=task_failed, a!=b (moving house)
       20s  silence-1 begins, until 21s: a=b
       30s    nightly is withheld at 30s in ops, since silence-2 holds until 2h10s

1 of 1 scenario passes. Nothing was sent.
`);
  expect(code).toBe(0);
});

test("simulate --scenarios -o json has silences among all that happened", async () => {
  const { stdout } = await run("simulate --scenarios -o json", silenced(moving));
  const { scenarios } = JSON.parse(stdout) as { scenarios: { happened: unknown[] }[] };
  expect(scenarios[0]?.happened.slice(1)).toEqual([
    {
      ...{ kind: "silence", at: "10s", name: "silence-1", until: "2h10s", comment: "moving house" },
      matchers: ["type=task_failed", "a!=b"],
    },
    {
      ...{ kind: "kept", at: "30s", reason: "Silenced", by: "silence-1", until: "2h10s", route: "ops" },
      events: [{ name: "nightly" }],
    },
  ]);
});

test("a silence holds in the namespace of its Scenario", async () => {
  const inNight = (text: string) => text.replaceAll("metadata: { name", "metadata: { namespace: night, name");
  const cwd = folderOf({ "ops.yaml": inNight(beside), "tests.yaml": inNight(silenced(moving)) });
  expect((await cli(["validate"], { cwd })).stdout).toContain("1 scenario passes");
});

test("a silence that cannot hold is a mistake of its Scenario, at its line, with what to do", async () => {
  const wide = silenced("{ matchers: ['a=\"\"'], at: 0s, duration: 1h }");
  const { stdout } = await run("validate -o json", wide);
  const { problems } = JSON.parse(stdout) as { problems: unknown[] };
  expect(problems).toEqual([
    {
      ...{ level: "error", code: "InvalidScenario", file: "tests.yaml", line: 8, column: 26 },
      path: "/spec/silences/0/matchers",
      message:
        "Scenario right: At least one matcher must not match an empty label, or the silence could cover everything.",
      remedy: "Say which events it holds back, such as type=task_failed.",
      excerpt: "  silences: [{ matchers: ['a=\"\"'], at: 0s, duration: 1h }]",
    },
  ]);
  const simulated = await run("simulate --scenarios", wide);
  expect(simulated.stdout).toContain(
    "tests.yaml:8 At least one matcher must not match an empty label, or the silence could cover everything. Say which",
  );
  expect(simulated.stdout).not.toContain("What happened");
});

test.each([
  ["{ matchers: [], at: 0s, duration: 1h }", "spec.silences[0].matchers must have at least 1 entry"],
  ["{ at: 0s, duration: 1h }", 'spec.silences[0] lacks the field "matchers".'],
  ["{ matchers: [a=b], at: 0s }", 'spec.silences[0] lacks the field "duration".'],
  ["{ matchers: [a=b], at: 0s, duraton: 1h, duration: 1h }", 'Did you mean "duration"?'],
  ["{ matchers: [a=b], at: 0s, duration: long }", "spec.silences[0].duration must be a duration such as 90s"],
])("%s is one clear mistake", async (silence, message) => {
  const { stderr } = await run("validate", silenced(silence));
  expect(stderr).toContain(message);
  expect(stderr).toContain("1 problem in 1 file.");
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
              ...{ title: "Task Failed", route: "ops", reason: "New", lines: expect.any(Array), unsilenced: [] },
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
  ["simulate --scenarios --state x", "no silences hold but those that it states"],
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
