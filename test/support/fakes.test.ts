import { expect, test } from "vitest";
import { ConnectorError, compileConnector, type Observed, type Resource } from "../../src/connector-kit/index.ts";
import { type FakeOptions, type FakeSystem, fakeSystem } from "./fakes.ts";

const noHttp = { reader: {}, writer: {} } as never;

function open(options: FakeOptions = {}) {
  const system = fakeSystem(options);
  const { kinds } = compileConnector(system.connector);
  const guard = <T>(_: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    run(new AbortController().signal);
  const wait = async () => undefined;
  const { reader, writer } = system.connector.open({
    connection: {},
    credentials: {},
    http: noHttp,
    guard,
    wait,
    now: () => 0,
  });
  const resource = (kind: string): Resource => kinds.get(kind)?.resource as Resource;
  return { system, reader, writer, rooms: resource("rooms"), notes: resource("rooms.notes"), teams: resource("teams") };
}

async function list(resource: Resource, reader: unknown, parents: readonly Observed[] = []) {
  const found: Record<string, unknown>[] = [];
  const known = parents.map((parent) => ({ ...parent, key: [String(parent.spec.name)] }));
  for await (const one of resource.list(reader, { parents: known, keys: "all", fields: "all" })) {
    found.push("error" in one ? { failed: one.error.code } : one.spec);
  }
  return found;
}

const names = (found: readonly Record<string, unknown>[]) => found.map(({ name }) => name);

function fill(system: FakeSystem): void {
  for (const name of ["a", "b", "c"]) system.addRoom({ name });
}

test("a list reads its pages one by one and never shows a secret", async () => {
  const { system, reader, rooms } = open();
  fill(system);
  system.addRoom({ name: "d", token: "planted" });
  expect(names(await list(rooms, reader))).toEqual(["a", "b", "c", "d"]);
  expect(system.reads).toEqual(["list rooms 1", "list rooms 2"]);
  expect(JSON.stringify(await list(rooms, reader))).not.toContain("planted");
});

test("a page that fails makes the list throw, after the pages before it", async () => {
  const { system, reader, rooms } = open();
  fill(system);
  system.failRead("list rooms 2", "TIMEOUT");
  await expect(list(rooms, reader)).rejects.toMatchObject({ code: "TIMEOUT" });
  system.heal();
  expect(await list(rooms, reader)).toHaveLength(3);
});

test("a room whose notes cannot be read fails alone", async () => {
  const { system, reader, notes } = open();
  const parents = ["a", "b"].map((name) => ({ id: system.addRoom({ name }).id, spec: { name } }));
  system.addNote("b", { title: "x" });
  system.failRead("list rooms.notes a 1", "PERMISSION");
  expect(await list(notes, reader, parents)).toEqual([{ failed: "PERMISSION" }, { title: "x", text: "" }]);
});

test("a create whose answer is lost has its effect; one that is refused has none", async () => {
  const { system, writer, rooms } = open();
  const parent = { id: "", key: [], spec: {} };
  const create = (name: string) => rooms.create?.(writer, { desired: { name }, parent });
  system.failWrite("create rooms/lost", { arrived: true });
  system.failWrite("create rooms/refused");
  await expect(create("lost")).rejects.toMatchObject({ outcomeUnknown: true });
  await expect(create("refused")).rejects.toMatchObject({ code: "VALIDATION", outcomeUnknown: false });
  expect(names(system.rooms as never)).toEqual(["lost"]);
  await create("refused");
  await create("lost");
  expect(names(system.rooms as never)).toEqual(["lost", "refused", "lost"]);
});

test("a read sees a write only when the lag has passed", async () => {
  let now = 1000;
  const { system, reader, writer, rooms } = open({ lag: { milliseconds: 30, now: () => now } });
  const parent = { id: "", key: [], spec: {} };
  await rooms.create?.(writer, { desired: { name: "a" }, parent });
  now = 1020;
  await rooms.create?.(writer, { desired: { name: "b" }, parent });
  expect(await list(rooms, reader)).toEqual([]);
  now = 1030;
  expect(names(await list(rooms, reader))).toEqual(["a"]);
  now = 1050;
  expect(names(await list(rooms, reader))).toEqual(["a", "b"]);
  expect(system.connector.settle).toBe("30ms");
});

test("members change by what came and what went, not by the whole list", async () => {
  const { system, writer, rooms } = open();
  const { id } = system.addRoom({ name: "a", members: ["u1", "u2"] });
  const observed = { id, spec: { name: "a", members: ["u1"] } };
  const lists = { members: { added: ["u3"], removed: ["u1"] } };
  await rooms.update?.(writer, { observed, desired: {}, changes: { members: ["u3"] }, lists });
  expect(system.room("a")?.members).toEqual(["u2", "u3"]);
  expect(system.writes).toEqual(["update rooms/a members"]);
});

test("an archived room, a changed size and a room that a team has refuse what they must", async () => {
  const { system, writer, rooms } = open();
  const { id } = system.addRoom({ name: "a" });
  system.addTeam("oncall", ["a"]);
  const observed = { id, spec: { name: "a" } };
  const change = (changes: Record<string, unknown>) =>
    rooms.update?.(writer, { observed, desired: {}, changes, lists: {} });
  await expect(change({ size: 3 })).rejects.toBeInstanceOf(ConnectorError);
  await rooms.archived?.archive(writer, observed);
  await expect(change({ topic: "x" })).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(rooms.remove?.(writer, observed)).rejects.toMatchObject({ code: "CONFLICT" });
  expect(system.room("a")).toMatchObject({ archived: true, topic: "", size: 10 });
});

test("removing a room takes its notes along, and removing what is absent succeeds", async () => {
  const { system, writer, rooms, notes } = open();
  const room = system.addRoom({ name: "a" });
  const note = system.addNote("a", { title: "x" });
  await rooms.remove?.(writer, { id: room.id, spec: {} });
  expect(system.notes).toEqual([]);
  await rooms.remove?.(writer, { id: room.id, spec: {} });
  await notes.remove?.(writer, { id: note.id, spec: {} });
});

test("what only detail shows is missing from the list, and a reader has nothing to write with", async () => {
  const { system, reader, rooms } = open({ detail: ["topic"], unreadable: ["size"] });
  const { id } = system.addRoom({ name: "a", topic: "x" });
  expect(await list(rooms, reader)).toEqual([{ name: "a", tags: [], members: [], archived: false }]);
  const detailed = rooms.detail?.(reader, [{ id, spec: { name: "a" } }], new Set(["topic"]));
  expect((await detailed?.[Symbol.asyncIterator]().next())?.value.spec).toMatchObject({ topic: "x" });
  expect(open().rooms.detail).toBeUndefined();
  expect("createRoom" in (reader as object)).toBe(false);
});

test("a hook runs just before its write, once", async () => {
  const { system, writer, teams } = open();
  const seen: string[] = [];
  system.beforeWrite("create teams/a", () => void seen.push(...system.writes, "hook"));
  const parent = { id: "", key: [], spec: {} };
  for (const handle of ["b", "a", "a"]) await teams.create?.(writer, { desired: { handle }, parent });
  expect(seen).toEqual(["create teams/b", "hook"]);
});

test("what creating cannot set is named, and not set", async () => {
  const { system, writer, rooms } = open({ unset: ["topic"] });
  const parent = { id: "", key: [], spec: {} };
  const created = await rooms.create?.(writer, { desired: { name: "a", topic: "x", tags: ["y"] }, parent });
  expect(created?.unset).toEqual(["topic"]);
  expect(system.room("a")).toMatchObject({ topic: "", tags: ["y"] });
});
