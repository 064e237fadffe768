/** The brakes, one sentence of the documentation a test. */
import { expect, test } from "vitest";
import { defineConnector, defineResource, Type } from "../../src/connector-kit/index.ts";
import { applyBrakes, type BrakeContext, brakes } from "../../src/reconcile/brakes.ts";
import { RemovalsNotConfirmed } from "../../src/reconcile/index.ts";
import type { PlannedChange } from "../../src/reconcile/types.ts";
import { acme, engine, fakeOver, lines } from "../support/engine.ts";
import { fakeSystem } from "../support/fakes.ts";

function setUp() {
  const system = fakeSystem();
  return { system, ...engine({ connectors: [system.connector] }) };
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `room-${index}`);
const rooms = (list: readonly string[], policy = "{ prune: true }") =>
  acme(`policy: ${policy}\nresources: { rooms: [${list.map((name) => `{ name: ${name} }`).join(", ")}] }`);

test("the chain is what the documentation lists, in its order", () => {
  expect(brakes.map(([name]) => name)).toEqual([
    "observe",
    "preventDestroy",
    "protected",
    "ownAccount",
    "lastOwner",
    "stillMember",
    "driftLoop",
    "permanentFailure",
    "removals",
    "stillDeclared",
  ]);
});

test("more removals than maxRemovals are held back until the run's exact number is given", async () => {
  const { system, apply, plan } = setUp();
  await apply(rooms(names(8)));
  const less = rooms([], "{ prune: true, maxRemovals: 3 }");
  const held = await plan(less);
  expect(lines(held)).toHaveLength(8);
  expect(new Set(lines(held).map((line) => line.split(" ").at(-1)))).toEqual(new Set(["TooManyRemovals"]));
  expect(held.plan.integrations[0]?.changes[0]?.message).toContain("--confirm-removals 8");
  system.forget();
  await expect(apply(less, { confirmRemovals: 7 })).rejects.toThrow(RemovalsNotConfirmed);
  await expect(apply(less, { confirmRemovals: 7 })).rejects.toThrow("removes 8, not 7");
  expect(system.writes).toEqual([]);
  await apply(less, { confirmRemovals: 8 });
  expect(system.rooms).toEqual([]);
});

test("a quarter of what is owned is too much, from ten things on", async () => {
  const nine = setUp();
  await nine.apply(rooms(names(9)));
  expect(lines(await nine.plan(rooms(names(9).slice(0, 4))))[0]).toMatch(/^delete/);
  const twelve = setUp();
  await twelve.apply(rooms(names(12)));
  expect(lines(await twelve.plan(rooms(names(12).slice(0, 9))))[0]).toMatch(/^delete/);
  expect(lines(await twelve.plan(rooms(names(12).slice(0, 8))))[0]).toMatch(/TooManyRemovals$/);
});

test("what goes along with its parent counts, declared or not", async () => {
  const { system, apply, plan } = setUp();
  await apply(acme("policy: { prune: true }\nresources: { rooms: [{ name: a, notes: [{ title: mine }] }] }"));
  for (let index = 0; index < 11; index++) system.addNote("a", { title: `n${index}` });
  const gone = acme("policy: { prune: true, maxRemovals: 10 }\nresources: { rooms: [] }");
  expect((await plan(gone)).plan.integrations[0]?.changes[0]?.message).toContain("removes 13 things");
});

test("members that an update takes out count; plain lists do not", async () => {
  const { system, apply, plan } = setUp();
  const people = names(12).map((name) => `${name}@x`);
  for (const person of people) system.addPerson(person);
  const room = (members: readonly string[], tags: readonly string[]) =>
    acme(`resources: { rooms: [{ name: a, members: [${members.join(", ")}], tags: [${tags.join(", ")}] }] }`);
  await apply(room(people, people));
  expect(lines(await plan(room(people, [])))).toEqual(["update rooms/a /tags change"]);
  expect(lines(await plan(room(people.slice(0, 9), people)))).toEqual(["update rooms/a /members change"]);
  expect(lines(await plan(room(people.slice(0, 8), people)))).toEqual(["blocked(update) rooms/a TooManyRemovals"]);
  await apply(room(people.slice(0, 8), people), { confirmRemovals: 4 });
  expect(system.rooms[0]?.members).toHaveLength(8);
});

test("policy.protect holds things and members, by key or by kind and key", async () => {
  const { system, apply, plan } = setUp();
  system.addPerson("ada@x");
  await apply(
    acme("policy: { prune: true }\nresources: { rooms: [{ name: a, members: [ada@x] }, { name: b }, { name: c }] }"),
  );
  const policy = "{ prune: true, protect: [b, rooms/c, ada@x] }";
  expect(lines(await plan(acme(`policy: ${policy}\nresources: { rooms: [{ name: a, members: [] }] }`)))).toEqual([
    "blocked(update) rooms/a Protected",
    "blocked(delete) rooms/b Protected",
    "blocked(delete) rooms/c Protected",
  ]);
});

test("the account that Plumbline itself uses is not taken out of anything", async () => {
  const { system, apply, plan } = setUp();
  system.addPerson("ada@x");
  await apply(acme("resources: { rooms: [{ name: a, members: [ada@x] }] }"));
  system.rooms[0]?.members.push("u-plumbline");
  expect(lines(await plan(acme("resources: { rooms: [{ name: a, members: [ada@x] }] }")))).toEqual([
    "blocked(update) rooms/a OwnAccount",
  ]);
});

test("a number that a thing shares with the account makes it the account only with its name, or as an owner", () => {
  const removal = (id: string, spec: Record<string, unknown>) =>
    ({
      action: "delete",
      kind: "labels",
      key: "a",
      members: [],
      cascade: [],
      thing: { observed: { id, spec } },
    }) as unknown as PlannedChange;
  const context = (account: BrakeContext["account"], owners?: number): BrakeContext => ({
    policy: {},
    memory: { inventory: new Map(), failures: new Map() },
    account,
    memberId: () => undefined,
    stillMemberOf: () => undefined,
    owned: 0,
    remainingOwners: () => owners,
    digest: String,
    removalsConfirmed: false,
    retryPermanent: true,
  });
  const reasonOf = (change: PlannedChange, given: BrakeContext) => applyBrakes([change], given)[0]?.reason;
  expect(reasonOf(removal("7", { name: "bug" }), context({ id: "7", name: "bot" }))).toBeUndefined();
  expect(reasonOf(removal("7", { login: "bot" }), context({ id: "7", name: "bot" }))).toBe("OwnAccount");
  expect(reasonOf(removal("7", { name: "bug" }), context({ id: "7" }, 1))).toBe("OwnAccount");
  expect(reasonOf(removal("U7", { name: "bug" }), context({ id: "U7", name: "bot" }))).toBe("OwnAccount");
});

test("the last owner stays: as a thing of its own and as an element of a list", async () => {
  const live = {
    people: [
      { id: "1", name: "ada", role: "admin" },
      { id: "2", name: "bob", role: "member" },
    ],
    groups: [{ id: "g", name: "ops", owners: ["ada"] }],
  };
  const connector = defineConnector({
    ...fakeOver(live),
    resources: {
      people: defineResource({
        schema: Type.Object({ name: Type.String(), role: Type.Optional(Type.String()) }),
        key: (person) => person.name,
        owner: (person) => person.role === "admin",
        async *list(of: typeof live) {
          for (const { id, ...spec } of of.people) yield { id, spec };
        },
        create: async (of: typeof live, { desired }) => {
          of.people.push({ id: desired.name, role: "member", ...desired });
          return { id: desired.name };
        },
        update: async () => undefined,
        remove: async (of, { id }) =>
          of.people.splice(
            of.people.findIndex((person) => person.id === id),
            1,
          ),
      }),
      groups: defineResource({
        schema: Type.Object({
          name: Type.String(),
          owners: Type.Optional(
            Type.Array(Type.String(), { "x-kubernetes-list-type": "set", "x-plumbline-owners": true }),
          ),
        }),
        key: (group) => group.name,
        async *list(of: typeof live) {
          for (const { id, ...spec } of of.groups) yield { id, spec };
        },
        update: async (of: typeof live, { changes }) => Object.assign(of.groups[0] ?? {}, changes),
      }),
    },
  });
  const { apply, plan } = engine({ connectors: [connector] });
  await apply(
    acme("policy: { prune: true }\nresources: { people: [{ name: ada }, { name: bob }], groups: [{ name: ops }] }"),
  );
  const none = acme("policy: { prune: true }\nresources: { people: [], groups: [{ name: ops, owners: [] }] }");
  expect(lines(await plan(none))).toEqual([
    "blocked(delete) people/ada LastOwner",
    "delete people/bob change",
    "blocked(update) groups/ops LastOwner",
  ]);
  live.people.push({ id: "3", name: "eve", role: "admin" });
  expect(lines(await plan(none))).toContain("delete people/ada change");
  expect(lines(await plan(none.replace("owners: []", "owners: [eve]")))).toContain("update groups/ops /owners change");
});

test("somebody who is still declared a member of something is not removed", async () => {
  const live = {
    people: [
      { id: "1", name: "ada" },
      { id: "2", name: "bob" },
    ],
    teams: [{ id: "t", name: "eng", members: [{ username: "ada" }, { username: "Bob" }] }],
    removed: [] as string[],
  };
  const connector = defineConnector({
    ...fakeOver(live),
    resources: {
      people: defineResource({
        schema: Type.Object({ name: Type.String() }),
        key: (person) => person.name,
        normalizeKey: (name) => name.toLowerCase(),
        owner: () => false,
        async *list(of: typeof live) {
          for (const { id, name } of of.people) yield { id, spec: { name } };
        },
        remove: async (of: typeof live, { id }) => of.removed.push(id),
      }),
      teams: defineResource({
        schema: Type.Object({
          name: Type.String(),
          members: Type.Optional(
            Type.Array(Type.Object({ username: Type.String({ "x-plumbline-compare": "caseInsensitive" }) }), {
              "x-kubernetes-list-type": "map",
              "x-kubernetes-list-map-keys": ["username"],
              "x-plumbline-members": true,
            }),
          ),
        }),
        key: (team) => team.name,
        async *list(of: typeof live) {
          for (const { id, ...spec } of of.teams) yield { id, spec };
        },
        update: async () => undefined,
      }),
    },
  });
  const { apply, plan } = engine({ connectors: [connector] });
  const teams = "teams: [{ name: eng, members: [{ username: ada }, { username: Bob }] }]";
  await apply(acme(`policy: { prune: true }\nresources: { people: [{ name: ada }, { name: bob }], ${teams} }`));
  const without = acme(`policy: { prune: true }\nresources: { people: [{ name: ada }], ${teams} }`);
  expect(lines(await plan(without))).toEqual(["blocked(delete) people/bob StillMember"]);
  expect((await plan(without)).plan.integrations[0]?.changes[0]?.message).toContain("teams/eng, a.yaml:7");
  await apply(without);
  expect(live.removed).toEqual([]);
  const neither = without.replace(", { username: Bob }", "");
  expect(lines(await plan(neither))).toContain("delete people/bob change");
});

test("a failure that trying again cannot cure is not tried again until the manifest moves", () => {
  const change = {
    action: "create",
    kind: "rooms",
    key: "a",
    members: [],
    differences: [],
    desired: { digest: "d1" },
  } as unknown as PlannedChange;
  const failure = { kind: "rooms", key: "a", digest: "d1", code: "PERMISSION", message: "Not allowed.", at: 0 };
  const context = (digest: string, retryPermanent: boolean): BrakeContext => ({
    policy: {},
    memory: { inventory: new Map(), failures: new Map([["rooms\na", { ...failure, digest }]]) },
    account: undefined,
    memberId: () => undefined,
    stillMemberOf: () => undefined,
    owned: 0,
    remainingOwners: () => undefined,
    digest: String,
    removalsConfirmed: false,
    retryPermanent,
  });
  expect(applyBrakes([change], context("d1", false))[0]).toMatchObject({
    action: "blocked",
    reason: "PermanentFailure",
  });
  expect(applyBrakes([change], context("d0", false))[0]).toBe(change);
  expect(applyBrakes([change], context("d1", true))[0]).toBe(change);
});
