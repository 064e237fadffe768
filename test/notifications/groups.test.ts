import { describe, expect, test } from "vitest";
import type { NotificationRoute } from "../../src/api/notification-route.ts";
import { NotificationGroups } from "../../src/notifications/groups.ts";
import { RouteSet } from "../../src/notifications/route-set.ts";
import { compileSilences } from "../../src/notifications/silences.ts";
import { alertOf, eventOf, type Input, letPass, setOf, told } from "./fixture.ts";

type Spec = NotificationRoute["spec"];

/** Alertmanager's way: no throttle, explicit times. */
const plain: Spec = { groupBy: ["g"], groupWait: "2s", groupInterval: "10s", repeatInterval: "60s", throttle: "0s" };
const fires = (at: number, id: string, more = {}): Input => ({ at, event: alertOf({ id, ...more }) });
const ends = (at: number, id: string, more = {}): Input => ({ at, event: alertOf({ id, ...more }, false) });
const comes = (at: number, id: string, more = {}): Input => ({ at, event: eventOf({ id, ...more }) });

describe("alerts", () => {
  test.each<{ name: string; inputs: Input[]; until: number; expected: string[]; spec?: Spec }>([
    {
      name: "wait for groupWait and go together",
      inputs: [fires(0, "a"), fires(1, "b")],
      until: 50,
      expected: ["2: New a b"],
    },
    {
      name: "that come later wait for the next tick",
      inputs: [fires(0, "a"), fires(3, "b")],
      until: 50,
      expected: ["2: New a", "12: Changed a b"],
    },
    {
      name: "that end are told at the next tick, once",
      inputs: [fires(0, "a"), ends(3, "a")],
      until: 90,
      expected: ["2: New a", "12: Resolved -a"],
    },
    {
      name: "that end before they were told are never told",
      inputs: [fires(0, "a"), ends(1, "a")],
      until: 90,
      expected: [],
    },
    {
      name: "that still fire are repeated on the first tick after repeatInterval",
      inputs: [fires(0, "a")],
      until: 140,
      expected: ["2: New a", "72: Repeat a"],
    },
    {
      name: "sent again by their sender are nothing new",
      inputs: [fires(0, "a"), fires(5, "a"), fires(9, "a")],
      until: 50,
      expected: ["2: New a"],
    },
    {
      name: "of another group have times of their own",
      inputs: [fires(0, "a", { g: "1" }), fires(1, "b", { g: "2" })],
      until: 50,
      expected: ["2: New a", "3: New b"],
    },
    {
      name: "that end while others fire are told with those",
      inputs: [fires(0, "a"), fires(0, "b"), ends(5, "a")],
      until: 50,
      expected: ["2: New a b", "12: Resolved -a b"],
    },
    {
      name: "that fire again after their end are told again",
      inputs: [fires(0, "a"), ends(3, "a"), fires(15, "a")],
      until: 50,
      expected: ["2: New a", "12: Resolved -a", "22: Changed a"],
    },
    {
      name: "that began long ago do not wait for groupWait",
      inputs: [{ at: 100, event: { ...alertOf({ id: "a" }), alert: { id: "a", firing: true, startsAt: 0 } } }],
      until: 120,
      expected: ["100: New a"],
    },
  ])("$name", ({ inputs, until, expected, spec = {} }) => {
    const decisions = letPass(setOf({ ...plain, ...spec }), { inputs, until });
    expect(told(decisions)).toEqual(expected);
  });

  test("whose labels changed end where the old labels led", () => {
    const at = (seconds: number, level: string): Input => ({
      at: seconds,
      event: { ...alertOf({ id: "a", level }), alert: { id: "f", firing: true } },
    });
    const spec = { ...plain, groupBy: ["level"] };
    const decisions = letPass(setOf(spec), { inputs: [at(0, "warning"), at(5, "critical")], until: 30 });
    expect(told(decisions, "level")).toEqual(["2: New warning", "7: New critical", "12: Resolved -warning"]);
  });

  test("that end under other labels end all the same", () => {
    const end: Input = {
      at: 5,
      event: { ...alertOf({ id: "a", level: "ok" }, false), alert: { id: "f", firing: false } },
    };
    const start: Input = { at: 0, event: { ...alertOf({ id: "a", level: "bad" }), alert: { id: "f", firing: true } } };
    const spec = { ...plain, groupBy: ["level"], match: { matchers: ["level=bad"] } };
    expect(told(letPass(setOf(spec), { inputs: [start, end], until: 30 }))).toEqual(["2: New a", "12: Resolved -a"]);
  });
});

describe("events that are no alerts", () => {
  test.each<{ name: string; inputs: Input[]; expected: string[]; spec?: Spec }>([
    { name: "are told once and never repeated", inputs: [comes(0, "a")], expected: ["2: New a"] },
    {
      name: "of a group go together, later ones after groupInterval",
      inputs: [comes(0, "a"), comes(3, "b"), comes(9, "c")],
      expected: ["2: New a", "12: New b c"],
    },
    {
      name: "go as soon as the batch is full",
      inputs: [comes(0, "a"), comes(1, "b"), comes(1, "c"), comes(2, "d")],
      expected: ["1: New a b c", "11: New d"],
      spec: { batch: { size: 3, timeout: "30s" } },
    },
    {
      name: "go when the batch's time is over, though it is not full",
      inputs: [comes(0, "a"), comes(1, "b")],
      expected: ["5: New a b"],
      spec: { batch: { size: 3, timeout: "5s" } },
    },
    {
      name: "fill a second batch before groupInterval is over",
      inputs: [comes(0, "a"), comes(0, "b"), comes(3, "c"), comes(4, "d")],
      expected: ["0: New a b", "4: New c d"],
      spec: { batch: { size: 2 } },
    },
  ])("$name", ({ inputs, expected, spec = {} }) => {
    expect(told(letPass(setOf({ ...plain, ...spec }), { inputs, until: 200 }))).toEqual(expected);
  });
});

describe("the throttle", () => {
  const spec: Spec = { ...plain, groupBy: ["..."], groupWait: "0s", groupInterval: "1s", throttle: "10s" };
  const three = [comes(0, "a"), comes(0.4, "b"), comes(0.8, "c")];

  test("holds back what comes within its time and tells it all at its end, though nothing follows", () => {
    const decisions = letPass(setOf(spec), { inputs: three, until: 60 });
    expect(told(decisions)).toEqual(["0: New a", "10: New b c"]);
    expect(decisions.flatMap((one) => (one.kind === "notify" ? [one.heldBack] : []))).toEqual([0, 2]);
    expect(
      decisions.flatMap((one) => (one.kind === "hold" ? [[one.reason, one.until, one.events.length]] : [])),
    ).toEqual([
      ["Throttled", 10_000, 1],
      ["Throttled", 10_000, 1],
    ]);
  });

  test("does the same in one group", () => {
    expect(told(letPass(setOf({ ...spec, groupBy: [] }), { inputs: three, until: 60 }))).toEqual([
      "0: New a",
      "10: New b c",
    ]);
  });

  test("survives the end of the process while it holds", () => {
    const inputs = [...three, comes(5, "d")];
    const restarts = new Set([1, 2, 3]);
    expect(told(letPass(setOf(spec), { inputs, until: 60, restarts }))).toEqual(["0: New a", "10: New b c d"]);
  });

  test("counts each type and each route by itself", () => {
    const routes = [{ match: { matchers: ["r=1"] } }, { match: { matchers: ["r=2"] } }];
    const inputs = [
      comes(0, "a", { r: "1", type: "t" }),
      comes(1, "b", { r: "2", type: "t" }),
      comes(2, "c", { r: "1", type: "u" }),
      comes(3, "d", { r: "1", type: "t" }),
    ];
    expect(told(letPass(setOf({ ...spec, routes }), { inputs, until: 60 }))).toEqual([
      "0: New a",
      "1: New b",
      "2: New c",
      "10: New d",
    ]);
  });

  test("lets a group tell of one type while another waits", () => {
    const inputs = [comes(0, "a", { type: "t" }), comes(2, "b", { type: "t" }), comes(2, "c", { type: "u" })];
    expect(told(letPass(setOf({ ...spec, groupBy: [] }), { inputs, until: 60 }))).toEqual([
      "0: New a",
      "2: New c",
      "10: New b",
    ]);
  });

  test("keeps in mind what was told of an alert while its end waits and something else is told", () => {
    const inputs = [fires(0, "a", { type: "t" }), ends(0.5, "a", { type: "t" }), comes(0.5, "c", { type: "u" })];
    expect(told(letPass(setOf({ ...spec, groupBy: [] }), { inputs, until: 60 }))).toEqual([
      "0: New a",
      "1: New c",
      "10: Resolved -a",
    ]);
  });

  test("is forgotten, in the store too, once it is over", () => {
    const groups = new NotificationGroups({ routes: setOf(spec), silenced: () => undefined });
    const kept = new Set<string>();
    for (let number = 0; number < 5000; number++) {
      groups.take(eventOf({ id: "a", type: `type-${number}` }), number, number * 20_000);
      groups.tick(number * 20_000);
      const { put, drop } = groups.changes();
      for (const { kind, id } of put) kept.add(`${kind} ${id}`);
      for (const { kind, id } of drop) kept.delete(`${kind} ${id}`);
    }
    expect(kept.size).toBeLessThan(1100);
  });

  test("holds back an alert's end, and tells of it later", () => {
    const inputs = [fires(0, "a"), ends(3, "a")];
    expect(told(letPass(setOf({ ...spec, groupBy: [] }), { inputs, until: 60 }))).toEqual([
      "0: New a",
      "10: Resolved -a",
    ]);
  });
});

describe("times when nothing is sent", () => {
  // 1970-01-01 was a Thursday.
  const muted: Spec = { ...plain, muteTimes: [{ times: [{ start: "00:00", end: "00:03" }] }] };

  test("let events wait until their end", () => {
    const decisions = letPass(setOf(muted), { inputs: [comes(10, "a"), comes(20, "b")], until: 400 });
    expect(told(decisions)).toEqual(["180: New a b"]);
    expect(decisions.filter(({ kind }) => kind === "hold").map(({ at }) => at / 1000)).toEqual([12, 22]);
  });

  test("let events wait through restarts, each said to wait once", () => {
    const inputs = [comes(10, "a"), comes(20, "b")];
    const decisions = letPass(setOf(muted), { inputs, until: 400, restarts: new Set([1, 2, 3, 4]) });
    expect(told(decisions)).toEqual(["180: New a b"]);
    const held = decisions.flatMap((one) => (one.kind === "hold" ? one.events.map(({ event }) => event) : []));
    expect(held).toHaveLength(2);
  });

  test("come before silences: what waited is withheld only if it still is at their end", () => {
    const silence = { id: "s1", namespace: "default", matchers: ["id=a"], startsAt: 0, endsAt: 100_000 };
    const silenced = compileSilences([silence, { ...silence, id: "s2", matchers: ["id=b"], endsAt: 500_000 }]);
    const inputs = [comes(10, "a"), comes(20, "b")];
    const decisions = letPass(setOf(muted), { inputs, until: 600, silenced });
    expect(told(decisions)).toEqual(["180: New a"]);
    expect(decisions.flatMap((one) => (one.kind === "withhold" ? [[one.by, one.at]] : []))).toEqual([["s2", 180_000]]);
  });

  test("come after inhibition: a single event that is inhibited meanwhile is gone, an alert is told when both are over", () => {
    const inhibit = [{ source: ["level=high"], target: ["level=low"] }];
    const source = { level: "high", g: "source" };
    const inputs = [fires(0, "s", source), comes(10, "a", { level: "low" }), fires(10, "b", { level: "low" })];
    const spec = { ...muted, inhibit };
    const decisions = letPass(setOf(spec), { inputs: [...inputs, ends(100, "s", source)], until: 240 });
    expect(told(decisions)).toEqual(["182: New b"]);
    const withheld = decisions.flatMap((one) => (one.kind === "withhold" ? [[one.reason, one.at / 1000]] : []));
    expect(withheld).toEqual([
      ["Inhibited", 12],
      ["Inhibited", 12],
    ]);
  });

  test("let alerts wait for the first tick after their end, and those that ended meanwhile go unheard", () => {
    const inputs = [fires(0, "a"), fires(0, "b"), ends(50, "b")];
    expect(told(letPass(setOf(muted), { inputs, until: 200 }))).toEqual(["182: New a"]);
  });

  test("are all times outside of activeTimes", () => {
    const spec: Spec = { ...plain, activeTimes: [{ times: [{ start: "00:02", end: "00:03" }] }] };
    expect(
      told(letPass(setOf(spec), { inputs: [comes(0, "a"), comes(170, "b"), comes(190, "c")], until: 400 })),
    ).toEqual(["120: New a", "172: New b"]);
  });
});

describe("silences", () => {
  const silence = { id: "s1", namespace: "default", matchers: ["id=a"], startsAt: 0, endsAt: 25_000 };
  const silenced = compileSilences([silence]);

  test("let a single event go unheard, with their id", () => {
    const decisions = letPass(setOf(plain), { inputs: [comes(0, "a"), comes(0, "b")], until: 60, silenced });
    expect(told(decisions)).toEqual(["2: New b"]);
    expect(decisions).toContainEqual(
      expect.objectContaining({ kind: "withhold", reason: "Silenced", by: "s1", at: 2000 }),
    );
  });

  test("keep an alert back until the first tick after their end", () => {
    const decisions = letPass(setOf(plain), { inputs: [fires(0, "a")], until: 60, silenced });
    expect(told(decisions)).toEqual(["32: New a"]);
    expect(decisions.filter(({ kind }) => kind === "withhold")).toHaveLength(1);
  });

  test("hold from their start until before their end", () => {
    const at = (now: number) => silenced({ namespace: "default", labels: { id: "a" } }, now);
    expect([at(-1), at(0), at(24_999), at(25_000)]).toEqual([undefined, "s1", "s1", undefined]);
  });

  test("of another namespace do nothing", () => {
    const other = compileSilences([{ ...silence, namespace: "other" }]);
    expect(told(letPass(setOf(plain), { inputs: [comes(0, "a")], until: 60, silenced: other }))).toEqual(["2: New a"]);
  });
});

describe("inhibition", () => {
  const spec: Spec = {
    ...plain,
    groupBy: ["..."],
    match: { matchers: ["level=~low|high"] },
    inhibit: [{ source: ["level=high"], target: ["level=low"], equal: ["host"] }],
  };
  const low = { level: "low", host: "h" };

  test.each<{ name: string; inputs: Input[]; expected: string[] }>([
    {
      name: "mutes a target while a source fires",
      inputs: [fires(0, "s", { level: "high", host: "h" }), fires(1, "t", low)],
      expected: ["2: New s"],
    },
    {
      name: "mutes single events too",
      inputs: [fires(0, "s", { level: "high", host: "h" }), comes(1, "t", low)],
      expected: ["2: New s"],
    },
    {
      name: "asks for equal labels",
      inputs: [fires(0, "s", { level: "high", host: "x" }), fires(0, "t", low)],
      expected: ["2: New t", "2: New s"],
    },
    {
      name: "takes absent and empty for equal",
      inputs: [fires(0, "s", { level: "high" }), fires(0, "t", { level: "low", host: "" })],
      expected: ["2: New s"],
    },
    {
      name: "ends with the source",
      inputs: [
        fires(0, "s", { level: "high", host: "h" }),
        fires(1, "t", low),
        ends(5, "s", { level: "high", host: "h" }),
      ],
      expected: ["2: New s", "12: Resolved -s", "13: New t"],
    },
    {
      name: "leaves a single event gone, also when the source is over",
      inputs: [
        fires(0, "s", { level: "high", host: "h" }),
        comes(1, "t", low),
        ends(5, "s", { level: "high", host: "h" }),
      ],
      expected: ["2: New s", "12: Resolved -s"],
    },
    {
      name: "comes from single events never",
      inputs: [comes(0, "s", { level: "high", host: "h" }), fires(0, "t", low)],
      expected: ["2: New s", "2: New t"],
    },
  ])("$name", ({ inputs, expected }) => {
    expect(told(letPass(setOf(spec), { inputs, until: 40 }))).toEqual(expected);
  });

  test("counts sources that no route tells of", () => {
    const inhibit = [{ source: ["level=hidden"], target: ["level=low"] }];
    const inputs = [fires(0, "s", { level: "hidden" }), fires(1, "t", low)];
    expect(told(letPass(setOf({ ...spec, inhibit }), { inputs, until: 40 }))).toEqual([]);
  });

  test("is not done by an alert on both sides to another one on both sides", () => {
    const inhibit = [{ source: ["level=~low|high"], target: ["level=low"], equal: ["host"] }];
    const both = [fires(0, "s", low), fires(0, "t", low)];
    expect(told(letPass(setOf({ ...spec, inhibit }), { inputs: both, until: 40 }))).toEqual(["2: New s", "2: New t"]);
    const one = [fires(0, "s", { level: "high", host: "h" }), fires(0, "t", low)];
    expect(told(letPass(setOf({ ...spec, inhibit }), { inputs: one, until: 40 }))).toEqual(["2: New s"]);
  });

  test("survives a restart", () => {
    const inputs = [fires(0, "s", { level: "high", host: "h" }), fires(5, "t", low)];
    expect(told(letPass(setOf(spec), { inputs, until: 40, restarts: new Set([1]) }))).toEqual(["2: New s"]);
  });
});

describe("after the manifest changed", () => {
  const before = setOf({ ...plain, routes: [{ match: { matchers: ["team=db"] } }] });
  const started = () => {
    const groups = new NotificationGroups({ routes: before, silenced: () => undefined });
    groups.take(eventOf({ id: "a", team: "db" }), 1, 0);
    return groups.changes().put;
  };

  test("events of a route that is gone go where they would go today", () => {
    const options = { routes: setOf(plain), silenced: () => undefined };
    const { groups, decisions } = NotificationGroups.restore(options, started(), 1000);
    expect(decisions).toEqual([]);
    expect(told(groups.tick(3000))).toEqual(["3: New a"]);
    expect(groups.changes().drop).toHaveLength(1);
  });

  test("an event that another route holds too is not held twice", () => {
    const twice = setOf({
      ...plain,
      routes: [{ match: { matchers: ["team=db"] }, continue: true }, { match: { matchers: ["id=a"] } }],
    });
    const groups = new NotificationGroups({ routes: twice, silenced: () => undefined });
    groups.take(eventOf({ id: "a", team: "db" }), 1, 0);
    const options = {
      routes: setOf({ ...plain, routes: [{ match: { matchers: ["id=a"] } }] }),
      silenced: () => undefined,
    };
    const { groups: later } = NotificationGroups.restore(options, groups.changes().put, 1000);
    expect(told(later.tick(60_000))).toEqual(["60: New a"]);
  });

  test("events that no route takes any more are said to be lost", () => {
    const options = { routes: new RouteSet([]), silenced: () => undefined };
    const { decisions } = NotificationGroups.restore(options, started(), 1000);
    expect(decisions).toEqual([expect.objectContaining({ kind: "lost", reason: "RouteGone", route: "default/ops" })]);
  });
});

test("a tick may be taken in portions", () => {
  const groups = new NotificationGroups({ routes: setOf({ ...plain, groupBy: ["..."] }), silenced: () => undefined });
  for (const id of ["a", "b", "c"]) groups.take(eventOf({ id }), 1, 0);
  expect(told(groups.tick(2000, 2))).toEqual(["2: New a", "2: New b"]);
  expect(groups.nextDue()).toBe(2000);
  expect(told(groups.tick(2000, 2))).toEqual(["2: New c"]);
});

test("a full batch starts the group's interval anew", () => {
  const inputs = [comes(0, "a"), comes(3, "b"), comes(3, "c"), comes(4, "d")];
  const decisions = letPass(setOf({ ...plain, batch: { size: 2 } }), { inputs, until: 60 });
  expect(told(decisions)).toEqual(["2: New a", "3: New b c", "13: New d"]);
});

test("a group that told of an alert and never of its end wakes for a new one after groupWait", () => {
  const spec = { ...plain, repeatInterval: "1h", muteTimes: [{ times: [{ start: "00:01", end: "00:02" }] }] };
  const inputs = [fires(0, "a"), ends(70, "a"), fires(130, "a"), fires(131, "b")];
  expect(told(letPass(setOf(spec), { inputs, until: 200 }))).toEqual(["2: New a", "132: Changed a b"]);
});

test("a look that finds nothing new writes nothing, and after a restart the group goes on in its beat", () => {
  const options = { routes: setOf(plain), silenced: () => undefined };
  const groups = new NotificationGroups(options);
  groups.take(alertOf({ id: "a" }), 1, 0);
  groups.tick(2000);
  const kept = groups.changes().put;
  groups.tick(12_000);
  groups.tick(22_000);
  expect(groups.changes()).toEqual({ put: [], drop: [] });
  expect(NotificationGroups.restore(options, kept, 25_000).groups.nextDue()).toBe(32_000);
  expect(NotificationGroups.restore(options, kept, 32_000).groups.nextDue()).toBe(32_000);
});

test("news that waited while no process ran is told at once", () => {
  const options = { routes: setOf(plain), silenced: () => undefined };
  const groups = new NotificationGroups(options);
  groups.take(alertOf({ id: "a" }), 1, 0);
  groups.tick(2000);
  groups.take(alertOf({ id: "b" }), 2, 3000);
  const { groups: later } = NotificationGroups.restore(options, groups.changes().put, 1_000_000);
  expect(told(later.tick(1_000_000))).toEqual(["1000: Changed a b"]);
});

test("a process that slept tells once of what it slept through, not once for each tick", () => {
  const groups = new NotificationGroups({ routes: setOf(plain), silenced: () => undefined });
  groups.take(alertOf({ id: "a" }), 1, 0);
  expect(told(groups.tick(1_000_000))).toEqual(["1000: New a"]);
  expect(groups.nextDue()).toBe(1_010_000);
});

test("groups that are over are forgotten, in memory and in the store", () => {
  const groups = new NotificationGroups({ routes: setOf({ ...plain, groupBy: ["..."] }), silenced: () => undefined });
  for (let number = 0; number < 100; number++) groups.take(eventOf({ id: `${number}` }), number, 0);
  expect(groups.size).toBe(100);
  groups.tick(2000);
  groups.changes();
  groups.tick(12_000);
  expect([groups.size, groups.nextDue(), groups.changes().drop.length]).toEqual([0, undefined, 100]);
});
