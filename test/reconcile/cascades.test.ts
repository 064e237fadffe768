/** What goes along with a removal by reference, and keys that have to lead somewhere. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileConnector } from "../../src/connector-kit/compile.ts";
import { defineConnector, defineResource, Type } from "../../src/connector-kit/index.ts";
import { goingAlong } from "../../src/reconcile/going-along.ts";
import type { Thing } from "../../src/reconcile/types.ts";
import { acme, engine, fakeOver, lines } from "../support/engine.ts";
import { tries } from "../support/tries.ts";

interface Unit {
  id: string;
  name: string;
  above: string;
}

/** Units below one another, of which a list shows only those that it is asked for; desks stand in a unit. */
function office(names: Readonly<Record<string, string>> = {}) {
  const units: Unit[] = Object.entries(names).map(([name, above]) => ({
    id: `#${name}`,
    name,
    above: above && `#${above}`,
  }));
  const desks: { name: string; unit: string }[] = [];
  const state = { units, desks, writes: [] as string[], failAll: false, failUnits: false };
  const remove = (id: string): void => {
    const at = units.findIndex((unit) => unit.id === id);
    if (at >= 0) units.splice(at, 1);
    for (const below of units.filter(({ above }) => above === id)) remove(below.id);
  };
  const connector = defineConnector({
    ...fakeOver(state),
    resources: {
      units: defineResource({
        schema: Type.Object({
          name: Type.String(),
          above: Type.Optional(Type.String({ "x-plumbline-ref": "units" })),
        }),
        key: (unit) => unit.name,
        cascades: ["units"],
        async *list(of: typeof state, { keys }) {
          if (of.failUnits || (keys === "all" && of.failAll)) throw new Error("no answer");
          const wanted = keys === "all" ? undefined : new Set(keys.map(([name]) => name));
          for (const { id, ...spec } of of.units) if (wanted?.has(spec.name) ?? true) yield { id, spec };
        },
        create: async (of: typeof state, { desired }) => {
          of.units.push({ id: `#${desired.name}`, above: "", ...desired });
          return { id: `#${desired.name}` };
        },
        update: async (of, { observed, changes }) =>
          Object.assign(of.units.find(({ id }) => id === observed.id) ?? {}, changes),
        remove: async (of, { id, spec }) => {
          of.writes.push(`remove ${spec.name}`);
          remove(id);
        },
      }),
      desks: defineResource({
        schema: Type.Object({ name: Type.String(), unit: Type.String({ "x-plumbline-key-of": "units" }) }),
        key: (desk) => desk.name,
        async *list(of: typeof state) {
          for (const desk of of.desks) yield { id: desk.name, spec: desk };
        },
        create: async (of: typeof state, { desired }) => {
          of.desks.push(desired);
          return { id: desired.name };
        },
      }),
    },
  });
  return { state, connector, ...engine({ connectors: [connector] }) };
}

const manifest = (units: string, policy = "prune: true", more = "") =>
  acme(`policy: { ${policy} }\nresources: { units: [${units}]${more} }`);

test("what refers to a removed thing counts, down to the last level, once however often it goes", async () => {
  const { apply, plan } = office();
  await apply(manifest("{ name: a }, { name: b, above: a }, { name: c, above: b }, { name: d, above: a }"));
  const none = await plan(manifest("", "prune: true, maxRemovals: 3"));
  expect(none.plan.integrations[0]?.changes[0]?.message).toContain("removes 4 things");
  expect(lines(await plan(manifest("", "prune: true, maxRemovals: 4")))).toHaveLength(4);
});

test("what nobody declared and no read has shown counts too", async () => {
  const { apply, plan, state } = office();
  await apply(manifest("{ name: a }"));
  const others = { x: "#a", y: "#x", z: "" };
  for (const [name, above] of Object.entries(others)) state.units.push({ id: `#${name}`, name, above });
  const { plan: document } = await plan(manifest("", "prune: true, maxRemovals: 2"));
  expect(document.integrations[0]?.changes[0]?.message).toContain("removes 3 things");
  expect(lines(await plan(manifest("", "prune: true, protect: [y]")))).toEqual(["blocked(delete) units/a Protected"]);
});

test("a removal is not made where nobody can tell what goes along by reference", async () => {
  const { apply, state } = office();
  await apply(manifest("{ name: a }"));
  state.failAll = true;
  const { plan: document } = await apply(manifest(""));
  expect(document.integrations[0]?.failures).toMatchObject([{ kind: "units" }]);
  expect(state.units).toHaveLength(1);
});

test("what is still declared does not go along, and holds the removal back", async () => {
  const { apply, plan, state } = office();
  await apply(manifest("{ name: a }, { name: b, above: a }, { name: c, above: b }"));
  const kept = manifest("{ name: c }");
  expect(lines(await plan(kept))).toEqual([
    "blocked(delete) units/a StillDeclared",
    "blocked(delete) units/b StillDeclared",
  ]);
  await apply(kept);
  expect(state.units).toHaveLength(3);
});

test("what moves away first does not go along, and the removal waits for the move", async () => {
  const { apply, state } = office();
  await apply(manifest("{ name: a }, { name: b, above: a }, { name: c }"));
  const { outcomes } = await apply(manifest("{ name: b, above: c }, { name: c }"));
  expect(outcomes.map(({ status }) => status)).toEqual(["done", "done"]);
  expect(state.units.map(({ name, above }) => [name, above])).toEqual([
    ["c", ""],
    ["b", "#c"],
  ]);
});

test("a move that is held back holds the removal back too", async () => {
  const { apply, plan } = office();
  await apply(manifest("{ name: a }, { name: b, above: a }"));
  const moved = manifest("{ name: b, above: nowhere }");
  expect(lines(await plan(moved))).toEqual([
    "blocked(update) units/b UnresolvedReference",
    "blocked(delete) units/a StillDeclared",
  ]);
});

test("of any forest, exactly what is below a thing goes along with it, circles and all", () => {
  const { connector } = office();
  const compiled = compileConnector(connector);
  const forest = fc.array(fc.nat(9), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(forest, (above) => {
      const rest = above.map((up, index): Thing => {
        const observed = { id: `#${index}`, spec: { name: String(index), above: `#${up}` } };
        return {
          kind: "units",
          key: String(index),
          ownKey: String(index),
          observed,
          asParent: { ...observed, key: [] },
        };
      });
      const isBelow = (index: number, root: number): boolean => {
        const seen = new Set<number>();
        for (let at = above[index]; at !== undefined && !seen.has(at); at = above[at]) {
          if (at === root) return true;
          seen.add(at);
        }
        return false;
      };
      for (const [root, thing] of rest.entries()) {
        const found = goingAlong({ compiled, kinds: new Map([["units", { declared: new Map(), rest }]]) }, thing);
        const expected = rest.filter((_, index) => index !== root && isBelow(index, root));
        expect(found.map(({ key }) => key).sort()).toEqual(expected.map(({ key }) => key).sort());
      }
    }),
    tries(100),
  );
});

test("a key that leads nowhere holds its entry back in planning, and one that is declared or live does not", async () => {
  const { apply, plan, state } = office({ live: "" });
  const desks = (unit: string) => manifest("{ name: new }", "prune: true", `, desks: [{ name: d, unit: ${unit} }]`);
  const { plan: document } = await plan(desks("gone"));
  expect(document.integrations[0]?.changes.find(({ kind }) => kind === "desks")).toMatchObject({
    action: "blocked",
    reason: "UnresolvedReference",
    message: expect.stringContaining('"gone", which is no units'),
    source: { file: "a.yaml", line: expect.any(Number) },
  });
  await apply(desks("new"));
  expect(state.desks).toEqual([{ name: "d", unit: "new" }]); // the key, not an id
  expect(lines(await plan(desks("new")))).toEqual([]);
});

test("a key of a kind that cannot be read is no reason to hold an entry back", async () => {
  const { plan, state } = office();
  state.failUnits = true;
  const result = await plan(acme("resources: { desks: [{ name: d, unit: a }] }"));
  expect(lines(result)).toEqual(["create desks/d unknown"]);
  expect(result.plan.integrations[0]?.failures).toMatchObject([{ kind: "units" }]);
});
