/** What the engine makes of a batch's answers, on a platform that takes many writes in one request. */
import { describe, expect, test } from "vitest";
import { type Batch, ConnectorError, type Resource } from "../../src/connector-kit/index.ts";
import { acme, type Engine, engine, lines } from "../support/engine.ts";
import { type FakeSystem, fakeSystem } from "../support/fakes.ts";

/** What failed instead of being thrown, as a batch answers. */
async function answer<T>(write: Promise<T> | undefined): Promise<T | ConnectorError> {
  try {
    return (await write) as T;
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
}

/** The fake platform with batches of ten rooms. @param change what is wrong with them. */
function batching(change: (batch: Batch) => Partial<Batch> = () => ({})): { system: FakeSystem; run: Engine } {
  const system = fakeSystem({ unset: ["topic"] });
  const { rooms, ...others } = system.connector.resources as Record<string, Resource>;
  const { create, update, remove } = rooms as Required<Resource>;
  const batch: Batch = {
    size: 10,
    create: (writer, requests) => Promise.all(requests.map((request) => answer(create(writer, request)))),
    update: (writer, requests) => Promise.all(requests.map((request) => answer(update(writer, request)))),
    remove: (writer, observed) => Promise.all(observed.map((one) => answer(remove(writer, one)))),
  };
  const resources = { rooms: { ...(rooms as Resource), batch: { ...batch, ...change(batch) } }, ...others };
  return { system, run: engine({ connectors: [{ ...system.connector, resources }] }) };
}

const rooms = (topic: string, names = ["a", "b", "c"]) =>
  acme(`
    policy: { prune: true }
    resources:
      rooms: [${names.map((name) => `{ name: ${name}, topic: ${topic} }`).join(", ")}]
  `);
const statuses = (outcomes: readonly { change: { key: string }; status: string }[]) =>
  outcomes.map(({ change, status }) => `${change.key} ${status}`);
const refused = { error: new ConnectorError("VALIDATION", "no") };

describe("a batch", () => {
  test("of creates: a refusal, and a field that could not be set, keep no other from being recorded", async () => {
    const { system, run } = batching();
    system.failWrite("create rooms/a", refused);
    system.failWrite("update rooms/b", refused);
    const { outcomes } = await run.apply(rooms("x"));
    expect(statuses(outcomes)).toEqual(["a failed", "b failed", "c done"]);
    expect((await run.inventory()).map((entry) => entry.split("=")[0])).toEqual(["rooms/b", "rooms/c"]);
    expect((await run.store.system("fake/memory:/S1"))?.intents).toEqual([]);
    expect(system.room("c")?.topic).toBe("x");
  });

  test("of creates: those without an answer are found, and all of them complete", async () => {
    const { system, run } = batching();
    for (const name of ["a", "c"]) system.failWrite(`create rooms/${name}`, { arrived: true });
    const { outcomes } = await run.apply(rooms("x"));
    expect(statuses(outcomes)).toEqual(["a done", "b done", "c done"]);
    expect(system.rooms.map(({ topic }) => topic)).toEqual(["x", "x", "x"]);
    expect(lines(await run.plan(rooms("x")))).toEqual([]);
  });

  test("of creates: one that does not answer for each thing is looked up, and sends nothing twice", async () => {
    const { system, run } = batching(({ create }) => ({
      create: async (writer, requests) => (await create?.(writer, requests))?.slice(1) ?? [],
    }));
    const { outcomes } = await run.apply(rooms("x"));
    expect(statuses(outcomes)).toEqual(["a done", "b done", "c done"]);
    expect(system.rooms).toHaveLength(3);
  });

  test("of updates: one that is refused is told, and the others are recorded", async () => {
    const { system, run } = batching();
    await run.apply(rooms("x"));
    system.failWrite("update rooms/b", refused);
    expect(statuses((await run.apply(rooms("y"))).outcomes)).toEqual(["a done", "b failed", "c done"]);
    expect(system.rooms.map(({ topic }) => topic)).toEqual(["y", "x", "y"]);
    if (system.rooms[0]) system.rooms[0].topic = "z";
    const planned = lines(await run.plan(rooms("y")));
    expect(planned).toContain("update rooms/a /topic drift");
    expect(planned.some((line) => line.includes("rooms/c"))).toBe(false);
  });

  test("of updates: one that does not answer for each thing records none", async () => {
    const { run } = batching(({ update }) => ({
      update: async (writer, requests) => (await update?.(writer, requests))?.slice(1) ?? [],
    }));
    await run.apply(rooms("x"));
    const { outcomes } = await run.apply(rooms("y"));
    expect(statuses(outcomes)).toEqual(["a failed", "b failed", "c failed"]);
    expect(outcomes[0]?.message).toContain("answered for 2 of 3");
  });

  test("of removals: one that is refused stays ours", async () => {
    const { system, run } = batching();
    await run.apply(rooms("x"));
    system.failWrite("remove rooms/b", refused);
    expect(statuses((await run.apply(rooms("x", ["a"]))).outcomes)).toEqual(["b failed", "c done"]);
    expect((await run.inventory()).map((entry) => entry.split("=")[0])).toEqual(["rooms/a", "rooms/b"]);
  });
});
