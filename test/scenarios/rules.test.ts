/** What Scenarios say of rules: each action that is done, with its parameters, and what follows from it. */
import { describe, expect, test } from "vitest";
import { type Beside, play, said } from "./fixture.ts";

const ticket = (at: string, more = "") =>
  `{ at: ${at}, event: { integration: support, event: ticket_created, data: { ticket: { id: 7, subject: Fire, priority: 4 } }${more} } }`;

const post = (more = "", parameters = '{ channel: "#t", message: "{{ticket.subject}}" }') =>
  `{ trigger: { integration: support, conditions: { priority: 4 } }, ${more} actions: [{ id: tell, integration: support, action: post, parameters: ${parameters} }] }`;

interface Case extends Beside {
  name: string;
  scenario: string;
  failures?: string[];
}

const cases = (list: readonly Case[]) =>
  test.each(list)("$name", async ({ scenario, failures = [], ...beside }) => {
    expect(said((await play(scenario, beside)).failures)).toEqual(failures);
  });

describe("an action is expected by its rule", () => {
  cases([
    {
      name: "and its id, and by those parameters that are stated",
      rules: { r: post() },
      scenario: `{ given: [${ticket("5s")}], expect: [{ rule: r, action: tell, at: 5s, parameters: { message: Fire } }] }`,
    },
    {
      name: "or its name",
      rules: { r: post() },
      scenario: `{ given: [${ticket("5s")}], expect: [{ rule: r, action: post }] }`,
    },
    {
      name: "and another one, another time or parameter is a failure that says what is so",
      rules: { r: post() },
      scenario: `{ given: [${ticket("5s")}], expect: [{ rule: r, action: tell, at: 1s, parameters: { message: Flood, thread: x } }] }`,
      failures: [
        'spec.expect.0: Expected the rule r to do tell at 1s with message "Flood", thread "x", but it is done at 5s, has the parameter message "Fire", lacks the parameter thread.',
      ],
    },
    {
      name: "and what no one expects is a failure at its event",
      rules: { r: post() },
      scenario: `{ given: [{ at: 0s, event: { type: a } }, ${ticket("5s")}], expect: [] }`,
      failures: ["spec.given.1: Not expected: the rule r does tell (post on support) at 5s."],
    },
    {
      name: "unless only notifications are compared",
      rules: { r: post() },
      scenario: `{ given: [${ticket("5s")}], compare: Notifications, expect: [] }`,
    },
    {
      name: "and a rule that does not fire says why",
      rules: { r: post() },
      scenario: `{ given: [${ticket("0s").replace("priority: 4", "priority: 3")}], expect: [{ rule: r, action: tell }] }`,
      failures: ["spec.expect.0: Expected the rule r to do tell, but it is not. For event-1, r: priority is 3, not 4."],
    },
    {
      name: "and so does one that there is not",
      scenario: `{ given: [${ticket("0s")}], expect: [{ rule: r, action: tell }] }`,
      failures: [
        "spec.expect.0: Expected the rule r to do tell, but it is not. No event that comes is one of r's, or there is no such Rule.",
      ],
    },
  ]);
});

describe("a run goes as in a controller", () => {
  const many = (first: string, second = "") =>
    `{ trigger: { integration: support }, actions: [{ id: first, integration: support, action: post, ${first} }, { id: second, integration: support, action: post, ${second} parameters: { channel: c, message: m } }] }`;
  cases([
    {
      name: "an action whose parameters do not fit would fail, and stops those after it",
      rules: { r: many("parameters: { channel: 1 }") },
      scenario: `{ given: [${ticket("0s")}], expect: [{ rule: r, action: first }, { rule: r, action: second }] }`,
      failures: [
        'spec.expect.0: Expected the rule r to do first, but it would fail: The parameter "message" is missing. The parameter "channel" must be string.',
        'spec.expect.1: Expected the rule r to do second, but it is not. At 0s it does first, which would fail: The parameter "message" is missing. The parameter "channel" must be string.',
      ],
    },
    {
      name: "and does not where the rule goes on after failures",
      rules: { r: many("onFailure: Continue, parameters: { channel: c }") },
      scenario: `{ given: [${ticket("0s")}], expect: [{ rule: r, action: second }] }`,
      failures: [
        'spec.given.0: Not expected: the rule r does first (post on support) at 0s, which would fail: The parameter "message" is missing.',
      ],
    },
    {
      name: "an action whose expression is false is not done",
      rules: { r: many('when: "1 == 2", parameters: { channel: c, message: m }') },
      scenario: `{ given: [${ticket("0s")}], expect: [{ rule: r, action: first }, { rule: r, action: second }] }`,
      failures: [
        "spec.expect.0: Expected the rule r to do first, but it is not. At 0s first is not done: when is false: 1 == 2. At 0s it does second.",
      ],
    },
    {
      name: "one that depends on what a system answers may be expected or not",
      rules: {
        r: many("parameters: { channel: c, message: m }", "when: \"outputs.first.ts != ''\","),
      },
      scenario: `{ given: [${ticket("0s")}], expect: [{ rule: r, action: first }] }`,
    },
    {
      name: "events with one key run once within the window, and again after it",
      rules: { r: post('dedupe: { key: "{{ticket.id}}", window: 10m },') },
      scenario: `{ given: [${ticket("0s")}, ${ticket("9m")}, ${ticket("10m")}], expect: [{ rule: r, action: tell, at: 0s }, { rule: r, action: tell, at: 10m }] }`,
    },
    {
      name: "rules that feed each other are stopped after eight",
      rules: { r: "{ trigger: { type: loop }, actions: [{ action: emit_event, parameters: { type: loop } }] }" },
      scenario: `{ given: [{ at: 0s, event: { type: loop } }], expect: [${Array(8).fill("{ rule: r, action: emit_event }").join(", ")}] }`,
    },
  ]);

  test("what `notify` raises goes the way of events, under the name of its rule and action", async () => {
    const rules = {
      r: '{ trigger: { type: a }, actions: [{ id: hand, action: notify, parameters: { title: "All of {{event.type}}", severity: critical } }] }',
    };
    const routes = { ops: "{ match: { severity: [critical] }, receivers: [{ integration: pager }] }" };
    const scenario =
      "{ given: [{ at: 1s, event: { type: a } }], expect: [{ rule: r, action: hand }, { at: 1s, receiver: pager, events: [r/hand], title: All of a }] }";
    const { failures, happened } = await play(scenario, { rules, routes });
    expect(said(failures)).toEqual([]);
    expect(happened.map(({ kind, at }) => [kind, at])).toEqual([
      ["event", 1000],
      ["action", 1000],
      ["event", 1000],
      ["notification", 1000],
    ]);
  });
});

describe("while the code of one's own connectors does not run", () => {
  const beside: Beside = {
    rules: { r: post() },
    routes: { ops: "{ receivers: [{ integration: chat }] }" },
    loaded: false,
  };
  cases([
    {
      ...{ name: "routes are judged all the same", ...beside },
      scenario: `{ given: [${ticket("0s")}], expect: [{ rule: r, action: nothing }] }`,
      failures: ["spec.given.0: Not expected: chat is told at 0s of event-1, by the route ops."],
    },
    {
      ...{ name: "unless rules raise events, which are not known then", ...beside },
      rules: { r: "{ trigger: { type: x }, actions: [{ action: notify, parameters: { title: x } }] }" },
      scenario: `{ given: [${ticket("0s")}], expect: [] }`,
    },
    {
      name: "parameters of actions there are not compared",
      loaded: false,
      rules: { r: post().replace("integration: support, conditions: { priority: 4 }", "type: a") },
      scenario:
        "{ given: [{ at: 0s, event: { type: a, data: { ticket: { subject: x } } } }], expect: [{ rule: r, action: tell, parameters: { message: y } }] }",
    },
  ]);
});

test("an event through an Integration of another namespace is refused", async () => {
  const { failures } = await play("{ given: [{ at: 0s, event: { integration: nobody, event: x } }], expect: [] }");
  expect(said(failures)).toEqual([
    "spec.given.0.event: The event cannot come: there is no Integration nobody in the namespace default.",
  ]);
});
