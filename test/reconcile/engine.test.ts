import { expect, test } from "vitest";
import { acme, engine, lines } from "../support/engine.ts";
import { fakeSystem } from "../support/fakes.ts";

function setUp(options: Parameters<typeof fakeSystem>[0] = {}) {
  const system = fakeSystem(options);
  return { system, ...engine({ connectors: [system.connector] }) };
}

const twoRooms = acme(`
  policy: { prune: true }
  resources:
    rooms:
      - name: incidents
        topic: Sev 1
        notes: [{ title: area/api, text: hello }]
      - name: releases
`);

test("plan, apply, plan: the second plan is empty, the second apply writes nothing", async () => {
  const { system, plan, apply, inventory } = setUp();
  const first = await plan(twoRooms);
  expect(lines(first)).toEqual([
    "create rooms/incidents unknown",
    "create rooms/releases unknown",
    "create rooms.notes/incidents/area~1api unknown",
  ]);
  expect(first.plan.integrations[0]?.inventory).toBe("absent");
  expect(system.writes).toEqual([]);
  const applied = await apply(twoRooms);
  expect(applied.outcomes.map(({ status }) => status)).toEqual(["done", "done", "done"]);
  expect(await inventory()).toEqual(["rooms.notes/incidents/area~1api=n3", "rooms/incidents=r1", "rooms/releases=r2"]);
  const second = await plan(twoRooms);
  expect(lines(second)).toEqual([]);
  expect(second.plan.summary.unchanged).toBe(3);
  expect(second.plan.integrations[0]?.inventory).toBe("present");
  system.forget();
  await apply(twoRooms);
  expect(system.writes).toEqual([]);
});

test("a change of the manifest is told from drift, field by field in the plan", async () => {
  const { system, plan, apply } = setUp();
  await apply(twoRooms);
  const room = system.room("incidents");
  if (room) room.topic = "changed by hand";
  const drifted = await plan(twoRooms);
  expect(lines(drifted)).toEqual(["update rooms/incidents /topic drift"]);
  expect(drifted.plan.integrations[0]?.changes[0]).toMatchObject({
    id: "r1",
    source: { file: "a.yaml", line: 9 },
    fields: [{ path: "/topic", before: "changed by hand", after: "Sev 1", cause: "drift" }],
  });
  expect(lines(await plan(twoRooms.replace("Sev 1", "Sev 2")))).toEqual(["update rooms/incidents /topic change"]);
  await apply(twoRooms);
  expect(system.room("incidents")?.topic).toBe("Sev 1");
});

test("a thing that went missing is made again, as drift", async () => {
  const { system, plan, apply } = setUp();
  await apply(twoRooms);
  system.rooms.splice(1, 1);
  expect(lines(await plan(twoRooms))).toEqual(["create rooms/releases drift"]);
  await apply(twoRooms);
  expect(lines(await plan(twoRooms))).toEqual([]);
});

test("Observe plans, and writes nothing", async () => {
  const { system, plan, apply } = setUp();
  const observing = twoRooms.replace("{ prune: true }", "{ mode: Observe }");
  expect(lines(await plan(observing))).toEqual([
    "blocked(create) rooms/incidents Observe",
    "blocked(create) rooms/releases Observe",
    "blocked(create) rooms.notes/incidents/area~1api Observe",
  ]);
  await apply(observing);
  expect(system.writes).toEqual([]);
});

test("an existing thing is adopted; without adopt it is left alone, with its children", async () => {
  const { system, plan, apply, inventory } = setUp();
  system.addRoom({ name: "incidents", topic: "old" });
  expect(lines(await plan(twoRooms.replace("{ prune: true }", "{ adopt: false }")))).toEqual([
    "blocked(adopt) rooms/incidents AdoptDisabled",
    "create rooms/releases unknown",
    "blocked(create) rooms.notes/incidents/area~1api ParentBlocked",
  ]);
  expect(lines(await plan(twoRooms))[0]).toBe("adopt rooms/incidents /topic unknown");
  await apply(twoRooms);
  expect(system.room("incidents")?.topic).toBe("Sev 1");
  expect(system.writes.filter((write) => write.startsWith("create rooms/incidents"))).toEqual([]);
  expect(await inventory()).toContain("rooms/incidents=r1");
});

test("prune removes what the inventory holds, and nothing else", async () => {
  const { system, plan, apply, inventory } = setUp();
  await apply(twoRooms);
  system.addRoom({ name: "foreign" });
  const less = acme("policy: { prune: true }\nresources: { rooms: [{ name: incidents }] }");
  expect(lines(await plan(less))).toEqual([
    "delete rooms/releases change",
    "delete rooms.notes/incidents/area~1api change",
  ]);
  await apply(less);
  expect(system.rooms.map(({ name }) => name)).toEqual(["incidents", "foreign"]);
  expect(await inventory()).toEqual(["rooms/incidents=r1"]);
});

test("without prune what is no longer declared stays, and stays ours", async () => {
  const { system, plan, apply, inventory } = setUp();
  await apply(twoRooms);
  const less = acme("resources: { rooms: [{ name: incidents }] }");
  expect(lines(await plan(less))).toEqual([
    "blocked(delete) rooms/releases PruneDisabled",
    "blocked(delete) rooms.notes/incidents/area~1api PruneDisabled",
  ]);
  await apply(less);
  expect(system.rooms).toHaveLength(2);
  expect(await inventory()).toHaveLength(3);
});

test("without an inventory nothing is removed and secrets are left alone", async () => {
  const { system, plan } = setUp();
  system.addRoom({ name: "foreign" });
  const secret = acme(
    "policy: { prune: true, exclusive: [rooms] }\nresources: { rooms: [{ name: foreign, token: { env: T } }] }",
  );
  const { env, plan: planWith } = engine({ connectors: [system.connector], env: { T: "x" } });
  expect(env.T).toBe("x");
  expect(lines(await planWith(secret))).toEqual(["adopt rooms/foreign unknown"]);
  expect(lines(await plan(acme("policy: { prune: true }\nresources: { rooms: [] }")))).toEqual([]);
});

test("the recorded lifecycle says what removing means", async () => {
  const { system, plan, apply, inventory } = setUp();
  const declared = acme(`
    policy: { prune: true }
    resources:
      rooms:
        - { name: kept, lifecycle: { onRemove: Orphan } }
        - { name: shelved, lifecycle: { onRemove: Archive } }
        - { name: held, lifecycle: { preventDestroy: true } }
  `);
  await apply(declared);
  const none = acme("policy: { prune: true }\nresources: { rooms: [] }");
  expect(lines(await plan(none))).toEqual([
    "archive rooms/shelved change",
    "blocked(delete) rooms/held PreventDestroy",
  ]);
  await apply(none);
  expect(system.rooms.map(({ name, archived }) => `${name} ${archived}`)).toEqual([
    "kept false",
    "shelved true",
    "held false",
  ]);
  expect(await inventory()).toEqual(["rooms/held=r3"]);
  // Lifting preventDestroy takes an apply with the entry still there.
  await apply(acme("policy: { prune: true }\nresources: { rooms: [{ name: held }] }"));
  expect(lines(await plan(none))).toEqual(["delete rooms/held change"]);
});

test("declaring an archived thing unarchives it before anything else is written to it", async () => {
  const { system, apply, plan } = setUp();
  system.addRoom({ name: "incidents", archived: true });
  expect(lines(await plan(twoRooms))[0]).toBe("adopt rooms/incidents /archived /topic unknown");
  await apply(twoRooms);
  const writes = system.writes.filter((write) => write.includes("incidents"));
  expect(writes[0]).toMatch(/^unarchive/);
  expect(system.room("incidents")).toMatchObject({ archived: false, topic: "Sev 1" });
  expect(lines(await plan(twoRooms))).toEqual([]);
});

test("archiving comes after the last write to a thing and its children", async () => {
  const { system, apply, plan } = setUp();
  await apply(twoRooms);
  system.forget();
  const archived = twoRooms.replace("topic: Sev 1", "topic: Closed\n        archived: true").replace("hello", "bye");
  expect(lines(await plan(archived))).toEqual([
    "update rooms/incidents /archived /topic change",
    "update rooms.notes/incidents/area~1api /text change",
  ]);
  await apply(archived);
  expect(system.writes.at(-1)).toMatch(/^archive/);
  expect(system.room("incidents")).toMatchObject({ archived: true, topic: "Closed" });
  expect(system.notes[0]?.text).toBe("bye");
  expect(lines(await plan(archived))).toEqual([]);
  // An archived thing takes no changes.
  expect(lines(await plan(archived.replace("Closed", "Other")))).toEqual(["blocked(update) rooms/incidents Archived"]);
});

test("an entry that names its former key renames the thing, and its children stay", async () => {
  const { system, apply, plan, inventory } = setUp();
  await apply(twoRooms);
  const renamed = twoRooms.replace("name: incidents", "name: outages\n        lifecycle: { previously: [incidents] }");
  expect(lines(await plan(renamed))).toEqual(["update rooms/outages /name change"]);
  system.forget();
  await apply(renamed);
  expect(system.writes).toHaveLength(1);
  expect(await inventory()).toEqual(["rooms.notes/outages/area~1api=n3", "rooms/outages=r1", "rooms/releases=r2"]);
  expect(lines(await plan(renamed))).toEqual([]);
  // Also once `previously` is gone again.
  expect(lines(await plan(renamed.replace("previously: [incidents]", "")))).toEqual([]);
});

test("a thing that was renamed outside is renamed back, never made beside", async () => {
  const { system, apply, plan } = setUp();
  await apply(twoRooms);
  const room = system.room("incidents");
  if (room) room.name = "chaos";
  expect(lines(await plan(twoRooms))).toEqual(["update rooms/incidents /name drift"]);
  await apply(twoRooms);
  expect(system.rooms.map(({ name }) => name)).toEqual(["incidents", "releases"]);
});

test("a manifest that takes the new name over moves the inventory's entry", async () => {
  const { system, apply, plan, inventory } = setUp();
  await apply(twoRooms);
  const room = system.room("incidents");
  if (room) room.name = "chaos";
  const follows = twoRooms.replace("name: incidents", "name: chaos");
  expect(lines(await plan(follows))).toEqual([]);
  await apply(follows);
  expect(await inventory()).toEqual(["rooms.notes/chaos/area~1api=n3", "rooms/chaos=r1", "rooms/releases=r2"]);
  expect(lines(await plan(follows))).toEqual([]);
});

test("a field that cannot be read is said once and not written; the others are", async () => {
  const { system, apply, plan } = setUp({ unreadable: ["tags"] });
  system.addRoom({ name: "incidents" });
  const tagged = acme("resources: { rooms: [{ name: incidents, tags: [a], topic: new }] }");
  expect(lines(await plan(tagged))).toEqual([
    "blocked(update) rooms/incidents FieldUnreadable",
    "adopt rooms/incidents /topic unknown",
  ]);
  await apply(tagged);
  expect(system.rooms[0]).toMatchObject({ topic: "new", tags: [] });
  expect(lines(await plan(tagged))).toEqual(["blocked(update) rooms/incidents FieldUnreadable"]);
});

test("fields that the list lacks are read only for the things that state them", async () => {
  const { system, plan, apply } = setUp({ detail: ["topic"] });
  system.addRoom({ name: "a", topic: "x" });
  system.addRoom({ name: "b", topic: "y" });
  const manifest = acme("resources: { rooms: [{ name: a, topic: x }, { name: b }] }");
  expect(lines(await plan(manifest))).toEqual(["adopt rooms/a unknown", "adopt rooms/b unknown"]);
  expect(system.reads.filter((read) => read.startsWith("detail"))).toEqual(["detail rooms a"]);
  await apply(manifest);
  expect(lines(await plan(manifest))).toEqual([]);
});

test("an immutable field blocks, unless the entry allows to make the thing anew", async () => {
  const { system, plan, apply, inventory } = setUp();
  const sized = (size: number, more = "") =>
    acme(`policy: { prune: true }\nresources: { rooms: [{ name: a, size: ${size}, notes: [{ title: n }]${more} }] }`);
  await apply(sized(10));
  expect(lines(await plan(sized(20)))).toEqual(["blocked(replace) rooms/a Immutable"]);
  expect(lines(await plan(sized(20, ", lifecycle: { allowReplace: true, preventDestroy: true }")))).toContain(
    "blocked(replace) rooms/a PreventDestroy",
  );
  const allowed = sized(20, ", lifecycle: { allowReplace: true }");
  expect(lines(await plan(allowed))).toEqual(["replace rooms/a /size change", "create rooms.notes/a/n drift"]);
  await apply(allowed);
  expect(system.room("a")?.size).toBe(20);
  expect(system.notes).toHaveLength(1);
  expect(await inventory()).toHaveLength(2);
  expect(lines(await plan(allowed))).toEqual([]);
});

test("references are keys in manifests and ids in the system, also for things yet to be made", async () => {
  const { system, plan, apply } = setUp();
  const manifest = acme(
    "resources: { teams: [{ handle: oncall, rooms: [incidents, old] }], rooms: [{ name: incidents }] }",
  );
  system.addRoom({ name: "old" });
  const planned = await plan(manifest);
  expect(planned.plan.integrations[0]?.changes.find(({ kind }) => kind === "teams")?.fields).toEqual([
    { path: "/handle", after: "oncall" },
    { path: "/rooms", after: ["incidents", "old"] },
  ]);
  await apply(manifest);
  expect(system.teams[0]?.rooms).toEqual([system.room("incidents")?.id, system.room("old")?.id]);
  expect(lines(await plan(manifest))).toEqual([]);
  if (system.teams[0]) system.teams[0].rooms = [system.room("old")?.id as string];
  expect((await plan(manifest)).plan.integrations[0]?.changes[0]?.fields).toEqual([
    { path: "/rooms", before: ["old"], after: ["incidents", "old"], cause: "drift" },
  ]);
});

test("a reference to a thing that this plan makes is shown by its key, as yet unknown", async () => {
  const { system, plan, apply } = setUp();
  await apply(acme("resources: { teams: [{ handle: oncall, rooms: [] }] }"));
  const planned = await plan(acme("resources: { teams: [{ handle: oncall, rooms: [new] }], rooms: [{ name: new }] }"));
  expect(planned.plan.integrations[0]?.changes.find(({ kind }) => kind === "teams")?.fields).toEqual([
    { path: "/rooms", before: [], after: ["new"], afterUnknown: true, cause: "change" },
  ]);
  expect(system.teams).toHaveLength(1);
});

test("a name that nobody has holds back its own entry, and no list is written shorter", async () => {
  const { system, plan, apply } = setUp();
  system.addPerson("ada@x");
  const manifest = acme(`
    resources:
      rooms:
        - { name: a, members: [ada@x, gone@x] }
        - { name: b, members: [ada@x] }
  `);
  expect(lines(await plan(manifest))).toEqual([
    "blocked(create) rooms/a UnresolvedReference",
    "create rooms/b unknown",
  ]);
  const blocked = (await plan(manifest)).plan.integrations[0]?.changes[0];
  expect(blocked?.message).toContain('"gone@x"');
  expect(blocked?.source).toEqual({ file: "a.yaml", line: 8 });
  await apply(manifest);
  expect(system.rooms.map(({ name }) => name)).toEqual(["b"]);
});

test("each lookup is asked once for all names", async () => {
  const { system, plan } = setUp();
  for (const name of ["a@x", "b@x"]) system.addPerson(name);
  await plan(acme("resources: { rooms: [{ name: a, members: [a@x, b@x] }, { name: b, members: [a@x] }] }"));
  expect(system.reads.filter((read) => read === "resolve people")).toHaveLength(1);
});

test("a secret is compared by its hash, written once when it moves, and never shown", async () => {
  const system = fakeSystem();
  const { env, plan, apply, store } = engine({ connectors: [system.connector], env: { TOKEN: "planted-1" } });
  const manifest = acme("resources: { rooms: [{ name: a, token: { env: TOKEN } }] }");
  const first = await apply(manifest);
  expect(system.rooms[0]?.token).toBe("planted-1");
  expect(JSON.stringify(first.plan)).not.toContain("planted");
  expect(lines(await plan(manifest))).toEqual([]);
  env.TOKEN = "planted-2";
  const moved = await plan(manifest);
  expect(lines(moved)).toEqual(["update rooms/a /token change"]);
  expect(moved.plan.integrations[0]?.changes[0]?.fields[0]).toMatchObject({
    path: "/token",
    before: "(sensitive)",
    after: "(sensitive)",
  });
  await apply(manifest);
  expect(system.rooms[0]?.token).toBe("planted-2");
  expect(lines(await plan(manifest))).toEqual([]);
  delete env.TOKEN;
  expect(lines(await plan(manifest))).toEqual(["blocked(update) rooms/a SecretUnavailable"]);
  expect(JSON.stringify(await store.objects())).not.toContain("planted");
});

test("a secret that was hashed by another key is written once, and the plan says that nobody knows what it was", async () => {
  const system = fakeSystem();
  const options = { connectors: [system.connector], env: { TOKEN: "planted" } };
  const manifest = acme("resources: { rooms: [{ name: a, token: { env: TOKEN } }] }");
  const { apply, store } = engine(options);
  await apply(manifest);
  const other = engine({ ...options, store, keyByte: 8 });
  expect((await other.apply(manifest)).plan.integrations[0]?.changes[0]?.fields).toMatchObject([
    { path: "/token", after: "(sensitive)", cause: "unknown" },
  ]);
  expect(lines(await other.plan(manifest))).toEqual([]);
});

test("a stated secret without a key to hash it by is an error that says what to set", async () => {
  const system = fakeSystem();
  const { plan } = engine({ connectors: [system.connector], env: { TOKEN: "x" }, stateKey: false });
  const { plan: document } = await plan(acme("resources: { rooms: [{ name: a, token: { env: TOKEN } }] }"));
  expect(document.integrations[0]?.error).toMatchObject({ code: "StateKeyMissing" });
  expect(document.integrations[0]?.error?.message).toContain("PLUMBLINE_STATE_KEY");
});

test("fields under ignoreFields are set on create and then left alone", async () => {
  const { system, plan, apply } = setUp();
  const manifest = acme("resources: { rooms: [{ name: a, topic: first, lifecycle: { ignoreFields: [/topic] } }] }");
  await apply(manifest);
  expect(system.rooms[0]?.topic).toBe("first");
  if (system.rooms[0]) system.rooms[0].topic = "by hand";
  expect(lines(await plan(manifest))).toEqual([]);
});

test("a manifest that is split moves its entries and removes nothing", async () => {
  const { system, plan, apply, store } = setUp();
  await apply(twoRooms);
  const split = [
    acme(
      "policy: { prune: true }\nresources: { rooms: [{ name: incidents, topic: Sev 1, notes: [{ title: area/api, text: hello }] }] }",
    ),
    "---\n",
    acme("policy: { prune: true }\nresources: { rooms: [{ name: releases }] }", "other"),
  ].join("");
  system.forget();
  expect(lines(await plan(split))).toEqual([]);
  await apply(split);
  expect(system.writes).toEqual([]);
  const state = await store.system("fake/memory:/S1");
  expect(state?.inventory.map(({ key, integration }) => `${key} ${integration}`).sort()).toEqual([
    "incidents default/acme",
    "incidents/area~1api default/acme",
    "releases default/other",
  ]);
});

test("an Integration that disappears removes nothing; its entries stay", async () => {
  const { system, plan, apply, inventory } = setUp();
  await apply(twoRooms);
  system.forget();
  const other = acme("policy: { prune: true }\nresources: { rooms: [{ name: new }] }", "other");
  expect(lines(await plan(other))).toEqual(["create rooms/new change"]);
  await apply(other);
  expect(system.rooms.map(({ name }) => name)).toEqual(["incidents", "releases", "new"]);
  expect(await inventory()).toHaveLength(4);
});

test("a credential that leads to another system stops with SystemChanged until it is accepted", async () => {
  const { system, plan, apply } = setUp();
  await apply(twoRooms);
  system.identity = "S2";
  const changed = await plan(twoRooms);
  expect(changed.plan.integrations[0]?.error?.code).toBe("SystemChanged");
  expect(changed.plan.integrations[0]?.changes).toEqual([]);
  system.forget();
  await apply(twoRooms);
  expect(system.writes).toEqual([]);
  await apply(twoRooms, { acceptSystem: true });
  expect((await plan(twoRooms)).plan.integrations[0]?.error).toBeNull();
});

test("what nobody declared is drift where its kind is exclusive, and goes only with prune", async () => {
  const { system, plan, apply } = setUp();
  const manifest = (policy: string, notes = ", notes: [{ title: mine }]") =>
    acme(`policy: ${policy}\nresources: { rooms: [{ name: a${notes} }] }`);
  await apply(manifest("{}"));
  system.addNote("a", { title: "rogue" });
  expect(lines(await plan(manifest("{}")))).toEqual([]);
  expect(lines(await plan(manifest("{ exclusive: [rooms.notes] }")))).toEqual([
    "blocked(delete) rooms.notes/a/rogue PruneDisabled",
  ]);
  const strict = "{ exclusive: [rooms.notes], prune: true }";
  expect(lines(await plan(manifest(strict)))).toEqual(["delete rooms.notes/a/rogue drift"]);
  expect(lines(await plan(manifest(strict, ", notes: []")))).toEqual([
    "delete rooms.notes/a/mine change",
    "delete rooms.notes/a/rogue drift",
  ]);
  await apply(manifest(strict));
  expect(system.notes.map(({ title }) => title)).toEqual(["mine"]);
});

test("two live things with one key stop for a person", async () => {
  const { system, plan } = setUp();
  system.addRoom({ name: "a" });
  system.addRoom({ name: "A" });
  expect(lines(await plan(acme("resources: { rooms: [{ name: a }] }")))).toEqual(["blocked(update) rooms/a Ambiguous"]);
});

test("--only acts on what it names and leaves the rest", async () => {
  const { system, apply } = setUp();
  await apply(twoRooms, { only: "acme/rooms/releases" });
  expect(system.rooms.map(({ name }) => name)).toEqual(["releases"]);
  await apply(twoRooms, { only: "other" });
  expect(system.rooms).toHaveLength(1);
});

test("a suspended Integration is neither read nor written", async () => {
  const { system, plan, apply } = setUp();
  const suspended = acme("suspend: true\nresources: { rooms: [{ name: a }] }");
  expect((await plan(suspended)).plan.summary.failed).toBe(0);
  await apply(suspended);
  expect(system.reads).toEqual([]);
  expect(system.writes).toEqual([]);
});

test("moving away from a thing comes before that thing's removal", async () => {
  const { system, apply } = setUp();
  await apply(
    acme(
      "policy: { prune: true }\nresources: { rooms: [{ name: a }, { name: b }], teams: [{ handle: t, rooms: [a] }] }",
    ),
  );
  system.forget();
  await apply(acme("policy: { prune: true }\nresources: { rooms: [{ name: b }], teams: [{ handle: t, rooms: [b] }] }"));
  expect(system.writes.map((write) => write.split(" ")[0])).toEqual(["update", "remove"]);
});

test("a name that another thing gives up is taken after it is free", async () => {
  const { system, apply, plan } = setUp();
  await apply(acme("resources: { rooms: [{ name: a, topic: one }] }"));
  const swapped = acme(
    "resources: { rooms: [{ name: a, topic: two }, { name: b, topic: one, lifecycle: { previously: [a] } }] }",
  );
  expect(lines(await plan(swapped))).toEqual(["update rooms/a /topic change", "create rooms/b change"]);
  expect(system.rooms).toHaveLength(1);
});
