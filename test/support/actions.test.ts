/** The stand-in of the runner: strict where the runner is lenient. */
import { describe, expect, test } from "vitest";
import { expand, holds } from "./actions/expressions.ts";
import { runJob } from "./actions/job.ts";

const contexts = {
  github: { event_name: "push", event: { head: { fork: false } } },
  steps: { a: { outputs: { x: "" } } },
};
const expression = (text: string): string => `$\{{ ${text} }}`;

describe("expressions", () => {
  test.each([
    ["github.event_name", "push"],
    ["'it''s'", "it's"],
    ["github.event_name == 'PUSH'", "true"],
    ["github.event_name != 'push' || github.event_name == 'push' && 'yes'", "yes"],
    ["!(github.event.head.fork)", "true"],
    ["steps.a.outputs.x", ""],
  ])("%s is %j", (text, value) => {
    expect(expand(`<${expression(text)}>`, contexts)).toBe(`<${value}>`);
  });

  test.each(["github.nowhere", "env.x", "contains(github.event_name, 'p')", "github.event", "'open", "1 + 1", "a b"])(
    "%s is refused",
    (text) => {
      expect(() => expand(expression(text), contexts)).toThrow();
    },
  );

  test("a condition holds only while nothing failed, but for one that asks", () => {
    expect([holds(undefined, contexts, true), holds("github.event_name == 'push'", contexts, true)]).toEqual([
      false,
      false,
    ]);
    expect([holds("always()", contexts, true), holds("failure()", contexts, false)]).toEqual([true, false]);
  });
});

test.each<{ name: string; step: object }>([
  { name: "an expression inside a script", step: { run: `echo ${expression("github.head_ref")}`, shell: "bash" } },
  { name: "a key that is not known", step: { run: "true", "continue-on-error": true } },
  { name: "an input that the action does not have", step: { uses: "plumbline-dev/plumbline@v0", with: { bas: "x" } } },
  { name: "an action that is not known", step: { uses: "acme/other@v1" } },
])("$name is refused", async ({ step }) => {
  const event = { name: "push" as const, payload: {}, ref: "refs/heads/main", sha: "a".repeat(40), token: "t" };
  const workflow = JSON.stringify({ jobs: { one: { "runs-on": "ubuntu-latest", steps: [step] } } });
  await expect(runJob(workflow, "one", { origin: "", repository: "acme/infra", event })).rejects.toThrow();
});
