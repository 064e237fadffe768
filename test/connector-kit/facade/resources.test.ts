/** Items that are resources, against the fake platform. */
import { describe, expect, test } from "vitest";
import type { ExternalSystem, Spec, UpdateRequest } from "../../../src/index.ts";
import { type FakeSystem, fakeSystem } from "../../support/fakes.ts";
import { dataOf, systemOf } from "./systems.ts";

async function opened(fake: FakeSystem): Promise<ExternalSystem> {
  const system = await systemOf(fake.connector);
  dataOf(await system.connect());
  fake.forget();
  return system;
}

describe("createItem", () => {
  test("makes a thing and answers its id and key, by any name of its type", async () => {
    const fake = fakeSystem();
    const system = await opened(fake);
    for (const type of ["room", "rooms", "Rooms"]) {
      const made = dataOf(await system.createItem(type, { name: `by-${type}`, topic: "t" }));
      expect(made).toEqual({
        itemType: "rooms",
        id: fake.room(`by-${type}`)?.id,
        key: `by-${type}`,
        fields: { name: `by-${type}`, topic: "t" },
      });
    }
    expect(fake.rooms).toHaveLength(3);
  });

  test("sets afterwards what creating cannot set, with the elements of its lists, and archives last", async () => {
    const fake = fakeSystem({ unset: ["topic", "members"] });
    const ada = fake.addPerson("ada@example.com");
    const system = await opened(fake);
    dataOf(await system.createItem("room", { name: "a", topic: "t", members: ["ada@example.com"], archived: true }));
    expect(fake.writes).toEqual(["create rooms/a", "update rooms/a members topic", "archive rooms/a"]);
    expect(fake.room("a")).toMatchObject({ topic: "t", members: [ada], archived: true });
  });

  test("that cannot be completed says which thing was made, and is not to be tried again", async () => {
    const fake = fakeSystem({ unset: ["topic"] });
    const system = await opened(fake);
    fake.failWrite("update rooms/a");
    const result = await system.createItem("room", { name: "a", topic: "t" });
    expect(result).toMatchObject({
      ...{ success: false, errorCode: "VALIDATION", data: undefined },
      metadata: { retryable: false, item: { id: fake.room("a")?.id, key: "a" } },
    });
    expect(result.errorMessage).toContain('"a" was made');
  });

  test.each(["by its key", "by its id"])("puts a nested thing into the parent that is named %s", async (how) => {
    const fake = fakeSystem();
    fake.addRoom({ name: "other" });
    const room = fake.addRoom({ name: "api" });
    const system = await opened(fake);
    const made = dataOf(
      await system.createItem("note", { parent: how === "by its id" ? room.id : "API", title: "a/b" }),
    );
    expect(made).toMatchObject({ itemType: "rooms.notes", key: "api/a~1b", parent: "api", fields: { title: "a/b" } });
    expect(fake.notes).toEqual([expect.objectContaining({ roomId: room.id, title: "a/b" })]);
  });

  test("turns keys and names into ids", async () => {
    const fake = fakeSystem();
    const room = fake.addRoom({ name: "api" });
    const system = await opened(fake);
    dataOf(await system.createItem("team", { handle: "oncall", rooms: ["API"] }));
    expect(fake.teams[0]?.rooms).toEqual([room.id]);
  });

  test.each([
    {
      type: "rooms",
      data: { topic: "t" },
      code: "VALIDATION",
      says: 'needs the field "name". Its fields: name (required), topic, tags',
    },
    {
      type: "rooms",
      data: { name: "a", colour: "red" },
      code: "VALIDATION",
      says: 'does not know the field "colour". Its fields: name',
    },
    { type: "rooms", data: { name: "a", size: "big" }, code: "VALIDATION", says: '"size" that must be integer' },
    { type: "rooms", data: [], code: "VALIDATION", says: "takes an object of fields" },
    {
      type: "note",
      data: { title: "a" },
      code: "VALIDATION",
      says: 'needs the field "parent": the key or the id of one of rooms',
    },
    { type: "note", data: { title: "a", parent: "nowhere" }, code: "NOT_FOUND", says: 'no "nowhere" among its rooms' },
    {
      type: "team",
      data: { handle: "a", rooms: ["x", "y"] },
      code: "NOT_FOUND",
      says: 'no "x" among its rooms, no "y" among its rooms',
    },
    {
      type: "issue",
      data: {},
      code: "UNSUPPORTED",
      says: 'no item type "issue". Supported item types: note, room, rooms, rooms.notes, team, teams.',
    },
  ])("writes nothing where $says", async ({ type, data, code, says }) => {
    const fake = fakeSystem();
    const result = await (await opened(fake)).createItem(type, data as Record<string, unknown>);
    expect(result).toMatchObject({ success: false, errorCode: code, errorMessage: expect.stringContaining(says) });
    expect(fake.writes).toEqual([]);
  });

  test("never answers a secret, and keeps it out of the platform's message", async () => {
    const fake = fakeSystem();
    const system = await opened(fake);
    const secret = "door-code-98765";
    expect(JSON.stringify(await system.createItem("room", { name: "a", token: secret }))).not.toContain(secret);
    expect(fake.room("a")?.token).toBe(secret);
    fake.failWrite(`create rooms/${secret}`);
    const failed = await system.createItem("room", { name: secret, token: secret });
    expect(failed.success).toBe(false);
    expect(JSON.stringify(failed)).not.toContain(secret);
  });
});

describe("getItem", () => {
  const given = () => {
    const fake = fakeSystem({ detail: ["topic"] });
    const room = fake.addRoom({ name: "api", topic: "t" });
    const note = fake.addNote("api", { title: "bug", text: "x" });
    return { fake, room, note };
  };

  test.each([
    { name: "its key", by: () => "API" },
    { name: "its id", by: (id: string) => id },
    { name: "{ id }", by: (id: string) => ({ id }) },
    { name: "{ key }", by: () => ({ key: "api" }) },
  ])("finds a thing by $name, with the fields that the list lacks", async ({ by }) => {
    const { fake, room } = given();
    const item = dataOf(await (await opened(fake)).getItem("room", by(room.id)));
    expect(item).toMatchObject({
      itemType: "rooms",
      id: room.id,
      key: "api",
      fields: { name: "api", topic: "t", size: 10 },
    });
  });

  test.each([
    { name: "its key", by: () => "api/bug" },
    { name: "its key in segments", by: () => ["api", "bug"] },
    { name: "its id", by: (id: string) => id },
  ])("finds a nested thing by $name", async ({ by }) => {
    const { fake, note } = given();
    const item = dataOf(await (await opened(fake)).getItem("note", by(note.id)));
    expect(item).toMatchObject({ id: note.id, key: "api/bug", parent: "api", fields: { title: "bug", text: "x" } });
  });

  test("reads only the children of the parent that a key names", async () => {
    const { fake } = given();
    fake.addRoom({ name: "other" });
    const system = await opened(fake);
    dataOf(await system.getItem("note", "api/bug"));
    expect(fake.reads.filter((read) => read.startsWith("list rooms.notes"))).toEqual(["list rooms.notes api 1"]);
  });

  test("of what is not there fails with NOT_FOUND", async () => {
    const { fake } = given();
    const system = await opened(fake);
    for (const [type, id] of [
      ["room", "none"],
      ["note", "none/bug"],
      ["note", "api/none"],
    ] as const) {
      expect(await system.getItem(type, id)).toMatchObject({
        errorCode: "NOT_FOUND",
        errorMessage: expect.stringContaining(`"${id}"`),
      });
    }
  });

  test("refuses a text that is one thing's id and another's key, and names both ids", async () => {
    const { fake, room } = given();
    const twin = fake.addRoom({ name: room.id });
    const system = await opened(fake);
    const result = await system.getItem("room", room.id);
    expect(result).toMatchObject({
      errorCode: "CONFLICT",
      errorMessage: expect.stringContaining(`${room.id}, ${twin.id}`),
    });
    expect(dataOf(await system.getItem("room", { key: room.id })).id).toBe(twin.id);
    expect(dataOf(await system.getItem("room", { id: room.id })).id).toBe(room.id);
  });

  test.each([{}, "", null, ["a", "b"]])("refuses %j as the name of a thing", async (reference) => {
    const { fake } = given();
    const result = await (await opened(fake)).getItem("room", reference as never);
    expect(result).toMatchObject({ success: false, errorCode: "VALIDATION" });
  });
});

describe("updateItem", () => {
  test("writes the fields that differ, and only these", async () => {
    const fake = fakeSystem();
    const ada = fake.addPerson("ada@example.com");
    const bob = fake.addPerson("bob@example.com");
    fake.addRoom({ name: "api", topic: "old", tags: ["a", "b"], members: [ada] });
    const system = await opened(fake);
    const result = await system.updateItem("room", "api", {
      topic: "new",
      tags: ["b", "a"],
      members: ["bob@example.com"],
    });
    expect(dataOf(result)).toBe(true);
    expect(result.metadata.changed).toEqual(["topic", "members"]);
    expect(fake.writes).toEqual(["update rooms/api members topic"]);
    expect(fake.room("api")).toMatchObject({ topic: "new", tags: ["a", "b"], members: [bob] });
  });

  test("gives the connector the fields that its schema requires beside what is stated", async () => {
    const fake = fakeSystem();
    fake.addRoom({ name: "api" });
    const rooms = fake.connector.resources?.rooms;
    if (!rooms) throw new Error("The fake lost its rooms.");
    const given: unknown[] = [];
    const update = async (_: unknown, { desired, changes }: UpdateRequest<Spec>) =>
      void given.push({ desired, changes });
    const system = await systemOf({ ...fake.connector, resources: { rooms: { ...rooms, update } } });
    dataOf(await system.updateItem("room", "API", { topic: "new" }));
    expect(given).toEqual([{ desired: { name: "api", topic: "new" }, changes: { topic: "new" } }]);
  });

  test("sends nothing when all is so already, and says yes", async () => {
    const fake = fakeSystem({ detail: ["topic"] });
    fake.addRoom({ name: "api", topic: "t" });
    const result = await (await opened(fake)).updateItem("room", "api", { topic: "t" });
    expect(dataOf(result)).toBe(true);
    expect(result.metadata.changed).toEqual([]);
    expect(fake.writes).toEqual([]);
  });

  test("writes a field that cannot be read", async () => {
    const fake = fakeSystem({ unreadable: ["topic"] });
    fake.addRoom({ name: "api", topic: "t" });
    dataOf(await (await opened(fake)).updateItem("room", "api", { topic: "t2", token: "door-code-98765" }));
    expect(fake.writes).toEqual(["update rooms/api token topic"]);
  });

  test("brings an archived thing back before it changes it, and archives after", async () => {
    const fake = fakeSystem();
    fake.addRoom({ name: "api", archived: true });
    const system = await opened(fake);
    dataOf(await system.updateItem("room", "api", { archived: false, topic: "t" }));
    dataOf(await system.updateItem("room", "api", { archived: true, topic: "u" }));
    expect(fake.writes).toEqual([
      "unarchive rooms/api",
      "update rooms/api topic",
      "update rooms/api topic",
      "archive rooms/api",
    ]);
  });

  test("renames where the kind can, and refuses it where it cannot", async () => {
    const fake = fakeSystem();
    fake.addRoom({ name: "api" });
    fake.addTeam("oncall");
    const system = await opened(fake);
    dataOf(await system.updateItem("room", "api", { name: "api2" }));
    expect(fake.rooms.map(({ name }) => name)).toEqual(["api2"]);
    const refused = await system.updateItem("team", "oncall", { handle: "night" });
    expect(refused).toMatchObject({
      data: false,
      errorCode: "UNSUPPORTED",
      errorMessage: expect.stringContaining("It can make, change, delete, query, get."),
    });
  });

  test.each([
    { data: { size: 20 }, says: "cannot change size once it is made" },
    { data: { colour: 1 }, says: 'does not know the field "colour"' },
  ])("writes nothing where it $says", async ({ data, says }) => {
    const fake = fakeSystem();
    fake.addRoom({ name: "api" });
    const result = await (await opened(fake)).updateItem("room", "api", data);
    expect(result).toMatchObject({
      success: false,
      data: false,
      errorCode: "VALIDATION",
      errorMessage: expect.stringContaining(says),
    });
    expect(fake.writes).toEqual([]);
  });

  test("leaves a stated size alone that is as it is", async () => {
    const fake = fakeSystem();
    fake.addRoom({ name: "api", size: 10 });
    expect(dataOf(await (await opened(fake)).updateItem("room", "api", { size: 10 }))).toBe(true);
  });
});

describe("deleteItem", () => {
  test("removes for good where the kind deletes, and says no when there was nothing", async () => {
    const fake = fakeSystem();
    fake.addRoom({ name: "api" });
    fake.addNote("api", { title: "bug" });
    const system = await opened(fake);
    expect(dataOf(await system.deleteItem("note", "api/bug"))).toBe(true);
    expect(dataOf(await system.deleteItem("note", "api/bug"))).toBe(false);
    expect(fake.writes).toEqual(["remove rooms.notes/api/bug"]);
  });

  test("archives when it is told to, once", async () => {
    const fake = fakeSystem();
    fake.addRoom({ name: "api" });
    const system = await opened(fake);
    expect(dataOf(await system.deleteItem("room", "api", { how: "Archive" }))).toBe(true);
    expect(dataOf(await system.deleteItem("room", "api", { how: "Archive" }))).toBe(false);
    expect(fake.room("api")?.archived).toBe(true);
    expect(dataOf(await system.deleteItem("room", "api"))).toBe(true);
    expect(fake.room("api")).toBeUndefined();
  });

  test("archives by itself a kind whose removal means that", async () => {
    const fake = fakeSystem();
    fake.addRoom({ name: "api" });
    const rooms = fake.connector.resources?.rooms;
    if (!rooms) throw new Error("The fake lost its rooms.");
    const system = await systemOf({ ...fake.connector, resources: { rooms: { ...rooms, onRemove: "Archive" } } });
    dataOf(await system.deleteItem("room", "api"));
    expect(fake.writes).toEqual(["archive rooms/api"]);
  });

  test("refuses to archive a kind that has no archive", async () => {
    const fake = fakeSystem();
    fake.addTeam("oncall");
    const result = await (await opened(fake)).deleteItem("team", "oncall", { how: "Archive" });
    expect(result).toMatchObject({
      data: false,
      errorCode: "UNSUPPORTED",
      errorMessage: expect.stringContaining("cannot archive one of teams"),
    });
  });
});

describe("query", () => {
  const given = () => {
    const fake = fakeSystem({ detail: ["topic"] });
    const ada = fake.addPerson("ada@example.com");
    fake.addRoom({ name: "api", topic: "Sev 1", tags: ["x", "y"], members: [ada] });
    fake.addRoom({ name: "web", topic: "Sev 2", tags: ["x"] });
    fake.addRoom({ name: "old", topic: "none", archived: true });
    fake.addNote("api", { title: "bug" });
    fake.addNote("web", { title: "bug" });
    return fake;
  };

  test.each([
    { type: "rooms", criteria: undefined, keys: ["api", "web", "old"] },
    { type: "room", criteria: { name: "web" }, keys: ["web"] },
    { type: "room", criteria: { topic: { contains: "Sev" } }, keys: ["api", "web"] },
    { type: "room", criteria: { topic: { equals: "Sev 2" }, archived: false }, keys: ["web"] },
    { type: "room", criteria: { tags: ["y", "x"] }, keys: ["api"] },
    { type: "room", criteria: { tags: { contains: "x" } }, keys: ["api", "web"] },
    { type: "room", criteria: { members: { contains: "ada@example.com" } }, keys: ["api"] },
    { type: "note", criteria: { title: "bug" }, keys: ["api/bug", "web/bug"] },
    { type: "note", criteria: { parent: "web" }, keys: ["web/bug"] },
    { type: "room", criteria: { name: "none" }, keys: [] },
  ])("of $type by $criteria gives $keys", async ({ type, criteria, keys }) => {
    const items = dataOf(await (await opened(given())).query(type, criteria));
    expect(items.map(({ key }) => key)).toEqual(keys);
  });

  test.each([
    {
      criteria: { colour: "red" },
      says: 'rooms by the field "colour". Supported fields: name, topic, tags, members, size, archived; operators: equals, contains.',
    },
    { criteria: { topic: { startsWith: "S" } }, says: 'the operator "startsWith"' },
    { criteria: { token: "x" }, says: 'the field "token"' },
    { criteria: "name = api", says: "criteria that are no object" },
  ])("is refused where it goes by $says", async ({ criteria, says }) => {
    const fake = given();
    const result = await (await opened(fake)).query("room", criteria as never);
    expect(result).toMatchObject({
      success: false,
      errorCode: "UNSUPPORTED",
      errorMessage: expect.stringContaining(says),
    });
    expect(fake.reads).toEqual([]);
  });

  test("names the parent among the fields of a nested kind", async () => {
    const result = await (await opened(given())).query("note", { nothing: 1 });
    expect(result.errorMessage).toContain("Supported fields: title, text, parent;");
  });

  test("fails when the children of one parent cannot be read: a part is not the whole", async () => {
    const fake = given();
    const system = await opened(fake);
    fake.failRead("list rooms.notes web 1");
    expect(await system.query("note")).toMatchObject({ success: false, errorCode: "UNAVAILABLE", data: undefined });
  });
});
