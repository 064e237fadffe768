/** What Scenarios say of routes: each notification at its moment, and nothing else. */
import { describe, expect, test } from "vitest";
import { play, said } from "./fixture.ts";

const route = "{ groupWait: 30s, receivers: [{ integration: chat }] }";
const failing = (at: string, fingerprint: string, more = "") =>
  `{ at: ${at}, event: { type: down, data: { status: firing, fingerprint: ${fingerprint} }${more} } }`;
const ended = (at: string, fingerprint: string, more = "") =>
  failing(at, fingerprint, more).replace("firing", "resolved");

interface Case {
  name: string;
  scenario: string;
  route?: string;
  failures?: string[];
}

const cases = (list: readonly Case[]) =>
  test.each(list)("$name", async ({ scenario, route: spec = route, failures = [] }) => {
    expect(said((await play(scenario, { routes: { ops: spec } })).failures)).toEqual(failures);
  });

describe("an expectation is met", () => {
  cases([
    {
      name: "by a notification at its very moment, of so many events",
      scenario:
        "{ given: [{ at: 0s, event: { type: a } }, { at: 29s, event: { type: a } }], expect: [{ at: 30s, receiver: chat, events: 2 }] }",
    },
    {
      name: "whatever unit its time is written in",
      scenario: "{ given: [{ at: 90s, event: { type: a } }], expect: [{ at: 2m, receiver: chat, events: [event-1] }] }",
    },
    {
      name: "by events of these ids, in any order",
      scenario:
        "{ given: [{ at: 0s, event: { id: x, type: a } }, { at: 1s, event: { id: y, type: a } }], expect: [{ at: 30s, receiver: chat, events: [y, x] }] }",
    },
    {
      name: "though another one that states less could have taken the only notification that fits",
      route: "{ groupBy: [id], throttle: 0s, match: {}, receivers: [{ integration: chat }] }",
      scenario: `{ given: [{ at: 0s, event: { id: x, type: a, labels: { id: "1" } } }, { at: 0s, event: { id: y, type: a, labels: { id: "2" } } }],
        expect: [{ at: 0s, receiver: chat }, { at: 0s, receiver: chat, events: [x] }] }`,
    },
    {
      name: "by alerts of these fingerprints, by their status, urgency and target",
      route:
        "{ urgency: high, groupInterval: 1m, throttle: 0s, receivers: [{ integration: chat, target: { channel: ops, more: 1 } }] }",
      scenario: `{ given: [${failing("0s", "db")}, ${ended("30s", "db")}], expect: [
        { at: 0s, receiver: chat, events: [db], status: firing, urgency: high, target: { channel: ops } },
        { at: 1m, receiver: chat, events: [db], status: resolved }] }`,
    },
    {
      name: "by what is said, in its title, text, facts and events",
      scenario: `{ given: [{ at: 0s, event: { type: config_change, data: { key: a.b, old: 1, new: 2 } } }], expect: [
        { at: 30s, receiver: chat, title: Configuration Changed, text: "New Value: 2" }] }`,
    },
  ]);
});

describe("all that routes know of time goes by the scenario's clock", () => {
  cases([
    {
      name: "a full batch goes early, and what is over goes with the batch's time",
      route: "{ groupBy: [], batch: { size: 2, timeout: 30s }, throttle: 0s, receivers: [{ integration: chat }] }",
      scenario: `{ given: [{ at: 0s, event: { type: a } }, { at: 5s, event: { type: a } }, { at: 6s, event: { type: a } }],
        expect: [{ at: 5s, receiver: chat, events: 2 }, { at: 1m5s, receiver: chat, events: 1 }] }`,
    },
    {
      name: "the throttle holds back, and what it held back goes at its end",
      route: '{ groupBy: ["..."], throttle: 10s, receivers: [{ integration: chat }] }',
      scenario: `{ given: [{ at: 0s, event: { id: x, type: a, subject: x } }, { at: 4s, event: { id: y, type: a, subject: y } }],
        expect: [{ at: 0s, receiver: chat, events: [x] }, { at: 10s, receiver: chat, events: [y] }] }`,
    },
    {
      name: "a weekend is muted in its own time zone, and it is told on Monday",
      route:
        "{ muteTimes: [{ weekdays: [saturday, sunday], location: Europe/Berlin }], receivers: [{ integration: chat }] }",
      scenario: `{ start: "2026-01-02T23:30:00Z", given: [{ at: 0s, event: { type: a } }],
        expect: [{ at: 1d23h30m, receiver: chat }] }`,
    },
    {
      name: "it is a Monday's noon where nothing is said of the start",
      route: `{ activeTimes: [{ weekdays: [monday], times: [{ start: "12:00", end: "12:01" }], months: [january], years: ["2026"] }], receivers: [{ integration: chat }] }`,
      scenario: "{ given: [{ at: 0s, event: { type: a } }], expect: [{ at: 0s, receiver: chat }] }",
    },
    {
      name: "an alert is told again after repeatInterval, as far as the scenario looks",
      route: "{ groupInterval: 1m, repeatInterval: 2m, throttle: 0s, receivers: [{ integration: chat }] }",
      scenario: `{ given: [${failing("0s", "db")}], until: 5m, expect: [{ at: 0s, receiver: chat }, { at: 3m, receiver: chat }] }`,
    },
    {
      name: "what is inhibited is told once the other alert is over, although nothing else would be looked at then",
      route: `{ groupBy: [severity], groupInterval: 5m, throttle: 0s, receivers: [{ integration: chat }],
        inhibit: [{ source: [severity=critical], target: [severity=warning] }] }`,
      scenario: `{ given: [${failing("0s", "big", ", labels: { severity: critical }")}, ${failing("1s", "small", ", labels: { severity: warning }")}, ${ended("2m", "big", ", labels: { severity: critical }")}],
        expect: [{ at: 0s, receiver: chat, events: [big] }, { at: 5m, receiver: chat, events: [big], status: resolved }, { at: 5m1s, receiver: chat, events: [small] }] }`,
    },
    {
      name: "and is not while that one fires",
      route: `{ groupBy: [severity], throttle: 0s, receivers: [{ integration: chat }],
        inhibit: [{ source: [severity=critical], target: [severity=warning] }] }`,
      scenario: `{ given: [${failing("0s", "big", ", labels: { severity: critical }")}, ${failing("1s", "small", ", labels: { severity: warning }")}],
        expect: [{ at: 0s, receiver: chat, events: [big] }] }`,
    },
  ]);
});

describe("a silence keeps events from being told", () => {
  const at = (moment: string, more: string) => `{ at: ${moment}, event: { type: a, ${more} } }`;
  const silence = (from: string, duration: string, matchers = "[type=a]") =>
    `silences: [{ matchers: ${matchers}, at: ${from}, duration: ${duration} }]`;
  const single = "{ groupBy: [id], throttle: 0s, receivers: [{ integration: chat }] }";
  const minutely = "{ groupBy: [], groupInterval: 1m, throttle: 0s, receivers: [{ integration: chat }] }";
  cases([
    {
      name: "from its moment on, before anything else at it, and no longer at its end",
      route: single,
      scenario: `{ ${silence("10s", "20s")}, given: [${["9s", "10s", "29s", "30s"]
        .map((moment) => at(moment, `id: "at-${moment}", labels: { id: "${moment}" }`))
        .join(", ")}],
        expect: [{ at: 9s, receiver: chat, events: [at-9s] }, { at: 30s, receiver: chat, events: [at-30s] }] }`,
    },
    {
      name: "that match all of its matchers, each of which may hold several",
      route: single,
      scenario: `{ ${silence("0s", "1h", "['team=~\"pay.*\",host=x', type=a]")}, given: [
        ${at("0s", "id: both, labels: { id: both, team: payments, host: x }")},
        ${at("0s", "id: one, labels: { id: one, team: payments, host: y }")}],
        expect: [{ at: 0s, receiver: chat, events: [one] }] }`,
    },
    {
      name: "though they came before it and only waited for their group",
      scenario: `{ ${silence("20s", "1h")}, given: [${at("0s", "id: x")}], expect: [] }`,
    },
    {
      name: "and one alone is gone with that: nobody hears of it at the end",
      scenario: `{ ${silence("0s", "1h")}, given: [${at("0s", "id: x")}], until: 3h, expect: [] }`,
    },
    {
      name: "and an alert that still fires is told at the first look after its end",
      route: minutely,
      scenario: `{ ${silence("0s", "90s", "[type=down]")}, given: [${failing("0s", "db")}], expect: [{ at: 2m, receiver: chat, events: [db] }] }`,
    },
    {
      name: "and an alert that ended meanwhile is not told",
      route: minutely,
      scenario: `{ ${silence("0s", "10m", "[type=down]")}, given: [${failing("0s", "db")}, ${ended("5m", "db")}], expect: [] }`,
    },
    {
      name: "and an alert that was told before is not repeated, and its end not told",
      route: "{ groupInterval: 1m, repeatInterval: 2m, throttle: 0s, receivers: [{ integration: chat }] }",
      scenario: `{ ${silence("1m", "10m", "[type=down]")}, given: [${failing("0s", "db")}, ${ended("8m", "db")}], expect: [{ at: 0s, receiver: chat }] }`,
    },
    {
      name: "in whatever order silences are written, and where two of them meet",
      route: single,
      scenario: `{ silences: [{ matchers: [type=a], at: 20s, duration: 10s }, { matchers: [type=a], at: 10s, duration: 10s }],
        given: [${["9s", "19s", "20s", "30s"].map((moment) => at(moment, `id: "at-${moment}", labels: { id: "${moment}" }`)).join(", ")}],
        expect: [{ at: 9s, receiver: chat, events: [at-9s] }, { at: 30s, receiver: chat, events: [at-30s] }] }`,
    },
    {
      name: "unless it does not match them, which is said where they are told and should not be",
      route: single,
      scenario: `{ silences: [{ matchers: [type=a, 'team=~"pay.*"'], at: 0s, duration: 1h }, { matchers: [type=b], at: 1s, duration: 1h }], given: [${at("0s", "id: x")}], expect: [] }`,
      failures: [
        'spec.given.0: Not expected: chat is told at 0s of x, by the route ops. silence-1 does not match x: team=~"pay.*" does not hold: team is empty.',
      ],
    },
    {
      name: "unless it does not match them, which is said where they are told too early",
      route: single,
      scenario: `{ silences: [{ matchers: [type=b], at: 0s, duration: 1h }], given: [${at("0s", "id: x")}], expect: [{ at: 1h, receiver: chat }] }`,
      failures: [
        'spec.expect.0: Expected chat to be told at 1h, but it is sent at 0s. The route is ops. silence-1 does not match x: type="b" does not hold: type is "a".',
      ],
    },
    {
      name: "which is why they are not told where that is expected",
      scenario: `{ ${silence("20s", "2h")}, given: [${at("0s", "id: x")}], expect: [{ at: 30s, receiver: chat }] }`,
      failures: [
        "spec.expect.0: Expected chat to be told at 30s, but it is not. x is withheld at 30s in ops, since silence-1 holds until 2h20s.",
      ],
    },
  ]);

  test("also those that a rule raises, while the rule acts all the same", async () => {
    const rule = {
      trigger: { type: "a" },
      actions: [{ id: "hand", action: "notify", parameters: { title: "Again", type: "b" } }],
    };
    const { failures } = await play(
      `{ ${silence("0s", "1h", "[type=b]")}, given: [${at("0s", "id: x")}],
        expect: [{ rule: r, action: hand, at: 0s }, { at: 0s, receiver: chat, events: [x] }] }`,
      { routes: { ops: single }, rules: { r: rule } },
    );
    expect(said(failures)).toEqual([]);
  });
});

describe("the clock does not stop while a silence withholds what will be told", () => {
  const minutely = "{ groupBy: [], groupInterval: 1m, throttle: 0s, receivers: [{ integration: chat }] }";
  const silence = (duration: string) => `{ matchers: [type=down], at: 0s, duration: ${duration} }`;
  cases([
    {
      name: "so an alert that is told after its end is not overlooked",
      route: minutely,
      scenario: `{ silences: [${silence("7d")}], given: [${failing("0s", "db")}], expect: [] }`,
      failures: ["spec.given.0: Not expected: chat is told at 7d of db, by the route ops."],
    },
    {
      name: "also where a second one takes over from the first",
      route: minutely,
      scenario: `{ silences: [${silence("2h")}, ${silence("5h")}], given: [${failing("0s", "db")}], expect: [] }`,
      failures: ["spec.given.0: Not expected: chat is told at 5h of db, by the route ops."],
    },
    {
      name: "also where a mute time goes on after it, though another alert inhibited it before",
      route: `{ groupBy: [], throttle: 0s, receivers: [{ integration: chat }], inhibit: [{ source: [severity=critical], target: [severity=warning] }],
        muteTimes: [{ times: [{ start: "12:05", end: "18:00" }] }] }`,
      scenario: `{ given: [${failing("0s", "big", ", labels: { severity: critical }")}, ${failing("0s", "small", ", labels: { severity: warning }")}, ${ended("4m30s", "big", ", labels: { severity: critical }")}],
        expect: [{ at: 0s, receiver: chat, events: [big] }] }`,
      failures: ["spec.given.1: Not expected: chat is told at 6h of small, by the route ops."],
    },
    {
      name: "but not for one that ends more than eight days after the last entry",
      route: "{ groupBy: [], groupInterval: 1s, throttle: 0s, receivers: [{ integration: chat }] }",
      scenario: `{ silences: [${silence("193h")}], given: [${failing("0s", "db")}], expect: [] }`,
    },
    {
      name: "but not to repeat what was told before",
      route: "{ groupInterval: 1m, repeatInterval: 2m, throttle: 0s, receivers: [{ integration: chat }] }",
      scenario: `{ silences: [${silence("1h").replace("0s", "1s")}], given: [${failing("0s", "db")}], expect: [{ at: 0s, receiver: chat }] }`,
    },
    {
      name: "and goes on until a silence begins, as for any entry",
      route: "{ groupInterval: 1m, repeatInterval: 2m, throttle: 0s, receivers: [{ integration: chat }] }",
      scenario: `{ silences: [${silence("1h").replace("0s", "4m")}], given: [${failing("0s", "db")}], expect: [{ at: 0s, receiver: chat }] }`,
      failures: ["spec.given.0: Not expected: chat is told at 3m of db, again, by the route ops."],
    },
    {
      name: "but stops at `until`",
      route: minutely,
      scenario: `{ silences: [${silence("1h")}], given: [${failing("0s", "db")}], until: 59m, expect: [] }`,
    },
  ]);
});

describe("what is not expected is a failure at the event that it follows from", () => {
  cases([
    {
      name: "although it is sent long after the last entry",
      scenario: "{ given: [{ at: 0s, event: { type: b } }, { at: 0s, event: { id: x, type: a } }], expect: [] }",
      route: "{ match: { types: [a] }, groupWait: 3d, receivers: [{ integration: chat }, { integration: pager }] }",
      failures: [
        "spec.given.1: Not expected: chat is told at 3d of x, by the route ops.",
        "spec.given.1: Not expected: pager is told at 3d of x, by the route ops.",
      ],
    },
    {
      name: "and names the nested route",
      scenario: "{ given: [{ at: 0s, event: { type: a } }], expect: [{ at: 0s, receiver: chat }] }",
      route:
        "{ receivers: [{ integration: chat }], routes: [{ match: { types: [a] }, continue: true }, { routes: [{ receivers: [{ integration: pager }] }] }] }",
      failures: ["spec.given.0: Not expected: pager is told at 0s of event-1, by the route ops routes[1].routes[0]."],
    },
    {
      name: "also the end of an alert that was told",
      scenario: `{ given: [${failing("0s", "db")}, ${ended("40s", "db")}], expect: [{ at: 30s, receiver: chat }] }`,
      failures: ["spec.given.1: Not expected: chat is told at 1m30s of db, by the route ops."],
    },
    {
      name: "also an alert that another one inhibited until just before the end",
      route: `{ groupBy: [severity], groupInterval: 5m, throttle: 0s, receivers: [{ integration: chat }],
        inhibit: [{ source: [severity=critical], target: [severity=warning] }] }`,
      scenario: `{ given: [${failing("0s", "big", ", labels: { severity: critical }")}, ${failing("1s", "small", ", labels: { severity: warning }")}, ${ended("2m", "big", ", labels: { severity: critical }")}],
        expect: [{ at: 0s, receiver: chat, events: [big] }, { at: 5m, receiver: chat, events: [big], status: resolved }] }`,
      failures: ["spec.given.1: Not expected: chat is told at 5m1s of small, by the route ops."],
    },
    {
      name: "but not more than eight days after it, for whatever waits",
      route:
        "{ groupWait: 8d, receivers: [{ integration: chat }], routes: [{ match: { types: [b] }, groupWait: 193h }] }",
      scenario: "{ given: [{ at: 0s, event: { id: x, type: a } }, { at: 0s, event: { type: b } }], expect: [] }",
      failures: ["spec.given.0: Not expected: chat is told at 8d of x, by the route ops."],
    },
    {
      name: "but not after `until`",
      scenario: "{ given: [{ at: 0s, event: { type: a } }], until: 29s, expect: [] }",
    },
    {
      name: "also at `until` itself",
      scenario: "{ given: [{ at: 0s, event: { type: a } }], until: 30s, expect: [] }",
      failures: ["spec.given.0: Not expected: chat is told at 30s of event-1, by the route ops."],
    },
    {
      name: "unless only rules are compared",
      scenario: "{ given: [{ at: 0s, event: { type: a } }], compare: Rules, expect: [] }",
    },
  ]);

  test("a route of another namespace tells nobody", async () => {
    const beside = { routes: { "elsewhere/ops": route } };
    const { failures } = await play("{ given: [{ at: 0s, event: { type: a } }], expect: [] }", beside);
    expect(failures).toEqual([]);
  });
});

describe("what is expected and not so is one failure, which says what was instead", () => {
  const given = "given: [{ at: 0s, event: { type: a } }, { at: 0s, event: { type: a } }]";
  cases([
    {
      name: "another time",
      scenario: `{ ${given}, expect: [{ at: 1m, receiver: chat }] }`,
      failures: ["spec.expect.0: Expected chat to be told at 1m, but it is sent at 30s. The route is ops."],
    },
    {
      name: "other events, and another urgency",
      scenario: `{ ${given}, expect: [{ at: 30s, receiver: chat, events: [event-1], urgency: high }] }`,
      failures: [
        "spec.expect.0: Expected chat to be told at 30s of event-1 with urgency high, but it tells of event-1, event-2, has no urgency. The route is ops.",
      ],
    },
    {
      name: "another target, title and text",
      scenario: `{ ${given}, expect: [{ at: 30s, receiver: chat, target: { channel: x }, title: nothing, text: nowhere }] }`,
      failures: [
        'spec.expect.0: Expected chat to be told at 30s with target {"channel":"x"}, title "nothing", text "nowhere", but it lacks the target\'s channel, has the title "2 events a", says "namespace: default", "Time (UTC): 2026-01-05 12:00:00", "a", "a". The route is ops.',
      ],
    },
    {
      name: "a template that fails, named once with its path, though all that is expected is met",
      route:
        '{ groupInterval: 30s, throttle: 0s, receivers: [{ integration: chat, template: "{{data.nope.deep}}" }, { integration: pager }] }',
      scenario: `{ given: [{ at: 0s, event: { type: a } }, { at: 30s, event: { type: a } }], expect: [
        { at: 0s, receiver: chat }, { at: 0s, receiver: pager }, { at: 30s, receiver: chat }, { at: 30s, receiver: pager }] }`,
      failures: [
        "spec.given.0: The template of chat fails at 0s, in the route ops: inline, text: data.nope.deep is absent. What is told is the generic form.",
      ],
    },
    {
      name: "a text that is not there since its template fails, which is one failure",
      route: '{ throttle: 0s, receivers: [{ integration: chat, template: "{{data.nope.deep}}" }] }',
      scenario: "{ given: [{ at: 0s, event: { type: a } }], expect: [{ at: 0s, receiver: chat, text: It broke }] }",
      failures: [
        'spec.expect.0: Expected chat to be told at 0s with text "It broke", but it says "namespace: default", "Time (UTC): 2026-01-05 12:00:00", "a", since its template failed (inline, text: data.nope.deep is absent.). The route is ops.',
      ],
    },
    {
      name: "a template that fails where only rules are compared: nothing",
      route: '{ throttle: 0s, receivers: [{ integration: chat, template: "{{data.nope.deep}}" }] }',
      scenario: "{ compare: Rules, given: [{ at: 0s, event: { type: a } }], expect: [] }",
      failures: [],
    },
    {
      name: "another receiver, which is a failure of its own",
      scenario: `{ ${given}, expect: [{ at: 30s, receiver: pager }] }`,
      failures: [
        "spec.expect.0: Expected pager to be told at 30s, but it is not. Instead, chat is told at 30s of event-1, event-2, by the route ops.",
        "spec.given.1: Not expected: chat is told at 30s of event-1, event-2, by the route ops.",
      ],
    },
    {
      name: "no route that takes the event, and why",
      scenario: "{ given: [{ at: 0s, event: { type: a } }], expect: [{ at: 30s, receiver: chat }] }",
      route: "{ match: { types: [b] }, receivers: [{ integration: chat }] }",
      failures: [
        "spec.expect.0: Expected chat to be told at 30s, but it is not. No route takes event-1: ops: the type a is none of b.",
      ],
    },
    {
      name: "a route that takes the event, though not all do, and names nobody",
      scenario: "{ given: [{ at: 0s, event: { type: a } }], expect: [{ at: 30s, receiver: chat }] }",
      route: "{ routes: [{ match: { types: [b] }, receivers: [{ integration: chat }] }] }",
      failures: [
        "spec.expect.0: Expected chat to be told at 30s, but it is not. event-1 goes to ops, which names no receiver.",
      ],
    },
    {
      name: "a time in which nothing is sent",
      scenario: "{ given: [{ at: 0s, event: { type: a } }], until: 1h, expect: [{ at: 0s, receiver: chat }] }",
      route: "{ muteTimes: [{ weekdays: [monday] }], receivers: [{ integration: chat }] }",
      failures: [
        "spec.expect.0: Expected chat to be told at 0s, but it is not. event-1 waits from 0s in ops, in a time of muteTimes.",
      ],
    },
    {
      name: "an alert that inhibits",
      scenario: `{ given: [${failing("0s", "big", ", labels: { severity: critical }")}, ${failing("1s", "small", ", labels: { severity: warning }")}],
        expect: [{ at: 0s, receiver: chat }, { at: 1s, receiver: chat }] }`,
      route: `{ groupBy: [severity], throttle: 0s, receivers: [{ integration: chat }],
        inhibit: [{ source: [severity=critical], target: [severity=warning] }] }`,
      failures: [
        "spec.expect.1: Expected chat to be told at 1s, but it is not. small is withheld at 1s in ops, since big fires.",
      ],
    },
  ]);
});

describe("a scenario that can be no test is refused", () => {
  const one = "given: [{ at: 0s, event: { type: a } }]";
  cases([
    {
      name: "with two events of one id",
      scenario: "{ given: [{ at: 0s, event: { id: x, type: a } }, { at: 1s, event: { id: x, type: a } }], expect: [] }",
      failures: ['spec.given.1.event.id: Two events have the id "x".'],
    },
    {
      name: "with an event that names none",
      scenario: "{ given: [{ at: 0s, event: { subject: x } }], expect: [] }",
      failures: [
        'spec.given.0.event: The event cannot come: it names no event: give it a "type", or "integration" and "event".',
      ],
    },
    {
      name: "with a day that there is not",
      scenario: `{ start: "2026-13-01T00:00:00Z", ${one}, expect: [] }`,
      failures: ["spec.start: spec.start is no time that there is."],
    },
    {
      name: "with an entry after the clock has stopped",
      scenario: `{ ${one}, until: 1s, expect: [{ at: 30s, receiver: chat }] }`,
      failures: ["spec.expect.0.at: At 30s the clock has stopped: spec.until is 1s."],
    },
    {
      name: "with a time beyond calendars",
      scenario: "{ given: [{ at: 9999999999d, event: { type: a } }], expect: [] }",
      failures: ["spec.given.0.at: 9999999999d is longer than a Scenario can last, which is five years."],
    },
    {
      name: "with a silence that begins after the clock has stopped, though it may end after that",
      scenario: `{ ${one}, until: 1m, silences: [{ matchers: [a=b], at: 30s, duration: 2h }, { matchers: [a=b], at: 61s, duration: 1s }], expect: [] }`,
      failures: ["spec.silences.1.at: At 61s the clock has stopped: spec.until is 1m."],
    },
    {
      name: "with a silence beyond calendars",
      scenario: `{ ${one}, silences: [{ matchers: [a=b], at: 0s, duration: 9999999999d }], expect: [] }`,
      failures: ["spec.silences.0.duration: 9999999999d is longer than a Scenario can last, which is five years."],
    },
    {
      name: "with silences that cannot hold, each at its field",
      scenario: `{ ${one}, silences: [{ matchers: [a=b, 'c=~"("'], at: 0s, duration: 1h }, { matchers: ['a=""'], at: 0s, duration: 1h }, { matchers: [a=b], at: 5m, duration: 0s }], expect: [] }`,
      failures: [
        'spec.silences.0.matchers.1: The matcher c=~"(" at column 4: The pattern is no RE2 expression: missing closing ): `(`.',
        "spec.silences.1.matchers: At least one matcher must not match an empty label, or the silence could cover everything.",
        "spec.silences.2.duration: The silence is over at the moment at which it begins.",
      ],
    },
    {
      name: "that would not end",
      scenario: `{ given: [${failing("0s", "db")}], until: 1d, expect: [] }`,
      route: "{ groupInterval: 1ms, repeatInterval: 1ms, throttle: 0s, receivers: [{ integration: chat }] }",
      failures: [
        "spec: It goes on for too long to be a test. End it with `until`; or are intervals too short, do rules feed each other?",
      ],
    },
  ]);
});
