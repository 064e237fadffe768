/** What must not be removed, and what must not be forgotten, where things have moved behind the engine's back. */
import { expect, test } from "vitest";
import { acme, engine, lines } from "../support/engine.ts";
import { fakeSystem } from "../support/fakes.ts";

function setUp() {
  const system = fakeSystem();
  return { system, ...engine({ connectors: [system.connector] }) };
}

/** @param rooms YAML flow entries. */
const manifest = (rooms: string, policy = "prune: true") =>
  acme(`policy: { ${policy} }\nresources: { rooms: [${rooms}] }`);

function rename(system: ReturnType<typeof fakeSystem>, from: string, to: string): void {
  const room = system.room(from);
  if (room) room.name = to;
}

test("a stranger under the name that ours gave up is not taken for ours", async () => {
  const { system, plan, apply } = setUp();
  await apply(manifest("{ name: a }, { name: b }"));
  rename(system, "b", "old-b");
  system.addRoom({ name: "b" });
  expect((await plan(manifest("{ name: a }"))).plan.integrations[0]?.changes.map(({ id }) => id)).toEqual(["r2"]);
  await apply(manifest("{ name: a }"));
  expect(system.rooms.map(({ name }) => name)).toEqual(["a", "b"]);
});

test("what an entry recorded against its removal holds when the thing goes by another name", async () => {
  const { system, plan, apply } = setUp();
  await apply(manifest("{ name: a, lifecycle: { preventDestroy: true } }, { name: b }"));
  rename(system, "a", "a2");
  rename(system, "b", "b2");
  expect(lines(await plan(manifest("", "prune: true, protect: [b]")))).toEqual([
    "blocked(delete) rooms/a PreventDestroy",
    "blocked(delete) rooms/b Protected",
  ]);
});

test("a thing that another Integration declares by its new name is not removed", async () => {
  const { system, plan, apply } = setUp();
  await apply(manifest("{ name: a }"));
  rename(system, "a", "z");
  const both = `${manifest("")}\n# file: b.yaml\n${acme("resources: { rooms: [{ name: z }] }", "other")}`;
  expect(lines(await plan(both))).toEqual([]);
  await apply(both);
  expect(system.rooms.map(({ name }) => name)).toEqual(["z"]);
});

test("the children of a thing whose removal is held back, or fails, stay ours", async () => {
  const { system, apply, inventory } = setUp();
  await apply(manifest("{ name: a, notes: [{ title: n }] }"));
  await apply(manifest("", "prune: true, protect: [a]"));
  expect(await inventory()).toEqual(["rooms.notes/a/n=n2", "rooms/a=r1"]);
  system.failWrite("delete rooms/a");
  system.failWrite("remove rooms/a");
  await apply(manifest(""));
  expect(await inventory()).toEqual(["rooms.notes/a/n=n2", "rooms/a=r1"]);
});

test("a thing does not go while one below it may not", async () => {
  const { plan, apply } = setUp();
  await apply(
    manifest(
      "{ name: a, notes: [{ title: n }] }, { name: b, notes: [{ title: n, lifecycle: { preventDestroy: true } }] }",
    ),
  );
  expect(lines(await plan(manifest("", "prune: true, protect: [rooms.notes/a/n]")))).toEqual([
    "blocked(delete) rooms/a Protected",
    "blocked(delete) rooms/b PreventDestroy",
  ]);
});

test("the children of an undeclared thing that was renamed outside stay ours", async () => {
  const { system, apply, inventory } = setUp();
  await apply(manifest("{ name: a, notes: [{ title: n }] }"));
  rename(system, "a", "a2");
  await apply(manifest("", "prune: false"));
  expect(await inventory()).toEqual(["rooms.notes/a/n=n2", "rooms/a=r1"]);
});

test("a thing that is to take a name which is taken stops for a person, and does not go instead", async () => {
  const { system, plan, apply } = setUp();
  await apply(manifest("{ name: old }"));
  system.addRoom({ name: "new" });
  const renamed = manifest("{ name: new, lifecycle: { previously: [old] } }");
  expect(lines(await plan(renamed))).toEqual(["blocked(update) rooms/new Ambiguous"]);
  await apply(renamed);
  expect(system.rooms.map(({ name }) => name)).toEqual(["old", "new"]);
});

test("a thing that is let go keeps what stands below it, unless that says otherwise", async () => {
  const { system, apply, inventory } = setUp();
  const notes = "notes: [{ title: stays }, { title: goes, lifecycle: { onRemove: Delete } }]";
  await apply(manifest(`{ name: a, lifecycle: { onRemove: Orphan }, ${notes} }`));
  await apply(manifest(""));
  expect(system.notes.map(({ title }) => title)).toEqual(["stays"]);
  expect(await inventory()).toEqual([]);
});

test("removals whose extent cannot be read are not made, and it is said why", async () => {
  const { system, apply } = setUp();
  await apply(manifest("{ name: a }, { name: b }"));
  system.failRead("list rooms.notes a 1");
  const { plan: document } = await apply(manifest(""));
  expect(document.integrations[0]?.failures).toMatchObject([{ kind: "rooms", code: "UNAVAILABLE" }]);
  expect(system.rooms.map(({ name }) => name)).toEqual(["a"]);
});

test("making a thing that is archived from the start removes nothing", async () => {
  const { apply, system } = setUp();
  await apply(manifest("{ name: a, archived: true, lifecycle: { preventDestroy: true } }", "maxRemovals: 0"));
  expect(system.rooms).toMatchObject([{ name: "a", archived: true }]);
});

test("children that nobody states count too when their parent goes", async () => {
  const { system, apply, plan } = setUp();
  await apply(manifest("{ name: a }"));
  for (let index = 0; index < 11; index++) system.addNote("a", { title: `n${index}` });
  expect((await plan(manifest(""))).plan.integrations[0]?.changes[0]?.message).toContain("removes 12 things");
});

test("members of several lists count together", async () => {
  const { system, apply, plan } = setUp();
  const people = Array.from({ length: 4 }, (_, index) => `p${index}@x`);
  for (const person of people) system.addPerson(person);
  const rooms = (members: readonly string[]) =>
    manifest(["a", "b", "c"].map((name) => `{ name: ${name}, members: [${members.join(", ")}] }`).join(", "));
  await apply(rooms(people));
  expect(new Set(lines(await plan(rooms([]))).map((line) => line.split(" ").at(-1)))).toEqual(
    new Set(["TooManyRemovals"]),
  );
});

test("a saved plan whose removals are confirmed applies", async () => {
  const { system, apply, plan } = setUp();
  await apply(manifest("{ name: a }, { name: b }"));
  const none = manifest("", "prune: true, maxRemovals: 1");
  const { plan: saved } = await plan(none);
  await apply(none, { saved, confirmRemovals: 2 });
  expect(system.rooms).toEqual([]);
});
