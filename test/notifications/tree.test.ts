import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NestedRoute } from "../../src/api/notification-route.ts";
import type { Routable } from "../../src/notifications/routable.ts";
import { RouteSet } from "../../src/notifications/route-set.ts";
import { compileRoute, explainRoute, nodesOf, routeEvent } from "../../src/notifications/tree.ts";
import { eventOf, naiveRoute, routeOf } from "./fixture.ts";

const to = (integration: string) => [{ integration }];
const pathsOf = (spec: NestedRoute, event: Routable) => {
  const { tree, mistakes } = compileRoute(routeOf(spec));
  expect(mistakes).toEqual([]);
  return routeEvent(tree, event).map(({ path }) => path);
};
const critical = eventOf({ severity: "critical", team: "db", type: "t" });

describe("an event goes", () => {
  const receivers = to("ops");
  const routes = (...list: NestedRoute[]): NestedRoute => ({ receivers, routes: list });
  const db = { match: { matchers: ["team=db"] } };
  const other = { match: { matchers: ["team=web"] } };
  test.each<{ name: string; spec: NestedRoute; paths: number[][] }>([
    { name: "to the root where no child matches", spec: routes(other), paths: [[]] },
    { name: "to the first child that matches", spec: routes(other, db, db), paths: [[1]] },
    {
      name: "on to the next sibling with continue",
      spec: routes({ ...db, continue: true }, db, db),
      paths: [[0], [1]],
    },
    {
      name: "to a child with continue alone, where nothing else matches",
      spec: routes({ ...db, continue: true }),
      paths: [[0]],
    },
    {
      name: "as deep as it matches",
      spec: routes({ ...db, routes: [other, { ...db, routes: [db] }] }),
      paths: [[0, 1, 0]],
    },
    { name: "to the parent whose children all refuse", spec: routes({ ...db, routes: [other] }), paths: [[0]] },
    {
      name: "nowhere where the root does not match",
      spec: { ...routes(db), match: { severity: ["info"] } },
      paths: [],
    },
    {
      name: "to all levels that continue",
      spec: routes({ ...db, continue: true, routes: [{ ...db, continue: true }, db] }, db),
      paths: [[0, 0], [0, 1], [1]],
    },
  ])("$name", ({ spec, paths }) => {
    expect(pathsOf(spec, critical)).toEqual(paths);
  });

  test.each<[NonNullable<NestedRoute["match"]>, boolean]>([
    [{ types: ["plumbline.config.*"] }, true],
    [{ types: ["plumbline.config"] }, false],
    [{ types: ["x", "plumbline.config.changed"] }, true],
    [{ keys: ["*.database.*"] }, true],
    [{ keys: ["*.cache.*"] }, false],
    [{ severity: ["error", "critical"] }, true],
    [{ severity: ["error"] }, false],
    [{ types: ["plumbline.*"], severity: ["error"] }, false],
    [{ matchers: ['env="prod", team!=web'] }, true],
    [{ matchers: ["env=prod", "team=db"] }, false],
    [{}, true],
  ])("by %j: %s", (match, expected) => {
    const event: Routable = {
      ...eventOf({ severity: "critical", env: "prod" }),
      type: "plumbline.config.changed",
      keys: ["app.name", "app.database.pool"],
    };
    expect(pathsOf({ match, receivers }, event)).toEqual(expected ? [[]] : []);
  });
});

test("a nested route takes over what it leaves out, and nothing of what it states", () => {
  const spec: NestedRoute = {
    urgency: "high",
    groupBy: ["b", "a"],
    groupWait: "10s",
    groupInterval: "2m",
    repeatInterval: "1h",
    throttle: "0s",
    batch: { size: 5 },
    muteTimes: [{}],
    receivers: to("ops"),
    routes: [
      { routes: [{ groupBy: ["..."], batch: { timeout: "3s" }, muteTimes: [], receivers: to("db") }] },
      { groupBy: [], groupWait: "1s", batch: { timeout: "4s", size: 7 }, routes: [{ groupWait: "2s" }] },
    ],
  };
  const options = [...nodesOf(compileRoute(routeOf(spec)).tree.root)].map(({ options: { muteTimes, ...rest } }) => ({
    ...rest,
    muteTimes: muteTimes.length,
  }));
  const root = {
    urgency: "high",
    groupBy: ["a", "b"],
    groupWait: 10_000,
    groupInterval: 120_000,
    repeatInterval: 3_600_000,
    throttle: 0,
    batchSize: 5,
    muteTimes: 1,
    activeTimes: [],
    receivers: to("ops"),
  };
  const second = { ...root, groupBy: [], groupWait: 4000, batchSize: 7 };
  expect(options).toEqual([
    root,
    root,
    { ...root, groupBy: "all", groupWait: 3000, muteTimes: 0, receivers: to("db") },
    second,
    { ...second, groupWait: 2000 },
  ]);
});

test("an explanation names each route that was asked in vain, and why", () => {
  const spec: NestedRoute = {
    receivers: to("ops"),
    routes: [
      { match: { matchers: ['team="web"'] } },
      { match: { severity: ["info"] } },
      { match: { types: ["x*"] }, continue: true },
      { match: { matchers: ["team=db"] }, routes: [{ match: { keys: ["k"] } }] },
      { match: { matchers: ["never=asked"] } },
    ],
  };
  const { taken, misses } = explainRoute(compileRoute(routeOf(spec)).tree, critical);
  expect(taken.map(({ path }) => path)).toEqual([[3]]);
  expect(misses).toEqual([
    { path: [0], reason: 'team="web" does not hold: team is "db"' },
    { path: [1], reason: 'the severity "critical" is none of info' },
    { path: [2], reason: "the type t is none of x*" },
    { path: [3, 0], reason: "the event names no changed key" },
  ]);
});

test("a route's key stays the same while siblings come and go, and twins differ", () => {
  const one = { match: { matchers: ["a=b"] } };
  const keys = (routes: NestedRoute[]) =>
    compileRoute(routeOf({ receivers: to("ops"), routes })).tree.root.children.map(({ key }) => key);
  const [alone] = keys([one]);
  expect(keys([{ match: { matchers: ["x=y"] } }, one, one])).toEqual([expect.any(String), alone, `${alone}#1`]);
});

test("only trees of the event's namespace are asked, all of them, by name", () => {
  const named = (name: string, namespace: string, spec: NestedRoute = {}) =>
    compileRoute({ ...routeOf({ receivers: to("ops"), ...spec }), metadata: { name, namespace } }).tree;
  const set = new RouteSet([
    named("zoo", "default"),
    named("ape", "default"),
    named("ape", "other"),
    named("bee", "default", { match: { severity: ["info"] } }),
  ]);
  expect(set.route(critical).map(({ tree }) => [tree.namespace, tree.name])).toEqual([
    ["default", "ape"],
    ["default", "zoo"],
  ]);
  expect(set.route({ ...critical, namespace: "nowhere" })).toEqual([]);
});

describe("for any tree and any event", () => {
  const value = fc.constantFrom("", "x", "y", "z");
  const name = fc.constantFrom("a", "b", "c", "severity");
  const matcher = fc
    .tuple(name, fc.constantFrom("=", "!=", "=~", "!~"), fc.constantFrom("", "x", "y", "x|y", "z.*", ".+"))
    .map(([label, operator, text]) => `${label}${operator}${JSON.stringify(text)}`);
  const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
  const match = fc
    .record({
      matchers: some(fc.array(matcher, { maxLength: 3 })),
      types: some(fc.array(fc.constantFrom("t", "u", "t*"), { minLength: 1, maxLength: 2 })),
      severity: some(fc.array(fc.constantFrom("x", "y"), { minLength: 1, maxLength: 2 })),
    })
    .map((parts) => JSON.parse(JSON.stringify(parts)) as NonNullable<NestedRoute["match"]>);
  const { route } = fc.letrec<{ route: NestedRoute }>((tie) => ({
    route: fc.record({
      match,
      continue: fc.boolean(),
      routes: fc.oneof(
        { maxDepth: 3, depthIdentifier: "routes" },
        fc.constant([]),
        fc.array(tie("route"), { maxLength: 4 }),
      ),
    }),
  }));
  const event = fc
    .tuple(fc.dictionary(name, value, { maxKeys: 4 }), fc.constantFrom("t", "u", "tt"))
    .map(([labels, type]) => ({ ...eventOf(labels), type }));

  test("the index leads where asking one by one does", () => {
    fc.assert(
      fc.property(route, fc.array(event, { minLength: 1, maxLength: 5 }), (spec, events) => {
        const { tree } = compileRoute(routeOf({ ...spec, receivers: to("ops") }));
        for (const one of events) {
          const expected = naiveRoute(spec, one);
          expect(routeEvent(tree, one).map(({ path }) => path)).toEqual(expected);
          expect(explainRoute(tree, one).taken.map(({ path }) => path)).toEqual(expected);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test("of a thousand routes that differ by equality, an event is shown to few", () => {
  const routes = Array.from({ length: 1000 }, (_, index) => ({ match: { matchers: ["env=prod", `team=t${index}`] } }));
  const { tree } = compileRoute(routeOf({ receivers: to("ops"), routes }));
  let asked = 0;
  tree.root.index.visit(eventOf({ env: "prod", team: "t700" }), () => {
    asked += 1;
    return false;
  });
  expect(asked).toBe(1);
});
