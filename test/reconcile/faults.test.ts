/** What happens when reads fail, answers get lost, and state or process break off. */
import { describe, expect, test } from "vitest";
import { ConnectorError } from "../../src/connector-kit/errors.ts";
import type { Outcome } from "../../src/reconcile/index.ts";
import { createMemoryStore, type Store, StoreError } from "../../src/store/index.ts";
import { acme, engine, lines, testClock } from "../support/engine.ts";
import { fakeSystem } from "../support/fakes.ts";

function setUp(options: Parameters<typeof fakeSystem>[0] = {}) {
  const system = fakeSystem(options);
  return { system, ...engine({ connectors: [system.connector] }) };
}

/** A system whose reads lag, by the engine's own clock. */
function lagging(milliseconds: number) {
  const clock = testClock();
  const system = fakeSystem({ lag: { milliseconds, now: clock.now } });
  return { system, ...engine({ connectors: [system.connector], clock }) };
}

const rooms = (...names: string[]) =>
  acme(
    `policy: { prune: true, maxRemovals: 100 }\nresources: { rooms: [${names.map((name) => `{ name: ${name} }`).join(", ")}] }`,
  );

describe("reads", () => {
  test("a read cut short plans nothing for its kind and removes nothing", async () => {
    const { system, apply, plan, inventory } = setUp({ pageSize: 2 });
    await apply(rooms("a", "b", "c", "d", "e"));
    system.failRead("list rooms 2");
    const cut = await plan(rooms("a"));
    expect(lines(cut)).toEqual([]);
    expect(cut.plan.summary.failed).toBe(1);
    expect(cut.plan.integrations[0]?.failures).toMatchObject([{ kind: "rooms", code: "UNAVAILABLE" }]);
    system.forget();
    await apply(rooms("a"));
    expect(system.writes).toEqual([]);
    expect(await inventory()).toHaveLength(5);
  });

  test("one parent whose children cannot be read holds up the others' children in nothing", async () => {
    const { system, plan, apply } = setUp();
    const manifest = acme(
      "policy: { prune: true }\nresources: { rooms: [{ name: a, notes: [{ title: n }] }, { name: b, notes: [{ title: n }] }] }",
    );
    await apply(manifest);
    system.notes.length = 0;
    system.failRead("list rooms.notes a 1", "PERMISSION");
    const partly = await plan(manifest);
    expect(lines(partly)).toEqual(["create rooms.notes/b/n drift"]);
    expect(partly.plan.integrations[0]?.failures).toMatchObject([
      { kind: "rooms.notes", code: "PERMISSION", message: expect.stringContaining("a: ") },
    ]);
  });

  test("children of a kind that could not be read are neither made nor forgotten", async () => {
    const { system, plan, apply, inventory } = setUp();
    const manifest = acme("resources: { rooms: [{ name: a, notes: [{ title: n }] }] }");
    await apply(manifest);
    system.failRead("list rooms 1");
    expect(lines(await plan(manifest))).toEqual([]);
    await apply(manifest);
    expect(await inventory()).toHaveLength(2);
  });

  test("a lookup that fails leaves the kinds that need it unread", async () => {
    const { system, plan } = setUp();
    system.failRead("resolve people", "RATE_LIMITED");
    const document = (await plan(acme("resources: { rooms: [{ name: a, members: [a@x] }], teams: [{ handle: t }] }")))
      .plan;
    expect(document.integrations[0]?.failures).toMatchObject([{ kind: "rooms", code: "RATE_LIMITED" }]);
    expect(document.integrations[0]?.changes.map(({ kind }) => kind)).toEqual(["teams"]);
  });

  test("an Integration whose system cannot be identified yields no changes, and others go on", async () => {
    const one = fakeSystem();
    const two = fakeSystem({ platform: "fake2" });
    const { plan } = engine({ connectors: [one.connector, two.connector] });
    one.failRead("identity", "AUTH");
    const both = `${rooms("a")}---\n${rooms("b").replace("acme", "other").replace("platform: fake", "platform: fake2")}`;
    const { plan: document } = await plan(both);
    expect(document.integrations.map(({ error, changes }) => [error?.code, changes.length])).toEqual([
      ["AUTH", 0],
      [undefined, 1],
    ]);
  });
});

describe("creates without an answer", () => {
  test("a create whose answer got lost is found by its key and not sent again", async () => {
    const { system, apply, plan, inventory } = setUp();
    system.failWrite("create rooms/a", { arrived: true });
    const { outcomes } = await apply(rooms("a"));
    expect(outcomes[0]?.status).toBe("done");
    expect(system.rooms).toHaveLength(1);
    expect(await inventory()).toEqual(["rooms/a=r1"]);
    expect(lines(await plan(rooms("a")))).toEqual([]);
  });

  test("a lost create is completed: fields that did not arrive are written", async () => {
    const { system, apply, plan } = setUp();
    system.mangle((room) => ({ ...room, topic: "half" }));
    system.failWrite("create rooms/a", { arrived: true });
    system.beforeWrite("update", () => system.mangle((room) => room));
    const manifest = acme("resources: { rooms: [{ name: a, topic: whole }] }");
    await apply(manifest);
    expect(system.rooms[0]?.topic).toBe("whole");
    expect(lines(await plan(manifest))).toEqual([]);
  });

  test("a create that never arrived fails, leaves an intent, and is made once in the next run", async () => {
    const { system, apply, store, inventory } = setUp();
    system.failWrite("create rooms/a", {
      error: new ConnectorError("UNAVAILABLE", "no answer", { outcomeUnknown: true }),
    });
    const { outcomes } = await apply(rooms("a"));
    expect(outcomes[0]?.status).toBe("failed");
    expect((await store.system("fake/memory:/S1"))?.intents).toHaveLength(1);
    system.heal();
    await apply(rooms("a"));
    expect(system.rooms).toHaveLength(1);
    expect(await inventory()).toEqual(["rooms/a=r1"]);
    expect((await store.system("fake/memory:/S1"))?.intents).toEqual([]);
  });

  test("a create that was refused leaves no intent", async () => {
    const { system, apply, store } = setUp();
    system.failWrite("create rooms/a", { error: new ConnectorError("PERMISSION", "not allowed") });
    const { outcomes } = await apply(rooms("a"));
    expect(outcomes[0]).toMatchObject({ status: "failed", code: "PERMISSION" });
    expect((await store.system("fake/memory:/S1"))?.intents).toEqual([]);
    expect((await store.system("fake/memory:/S1"))?.failures).toMatchObject([{ key: "a", code: "PERMISSION" }]);
  });

  test("where reads lag, a lost create is looked up only after settle", async () => {
    const { system, apply, clock } = lagging(30_000);
    system.failWrite("create rooms/a", { arrived: true });
    const before = clock.now();
    const { outcomes } = await apply(rooms("a"));
    expect(outcomes[0]?.status).toBe("done");
    expect(clock.now() - before).toBeGreaterThanOrEqual(30_000);
    expect(system.rooms).toHaveLength(1);
  });

  test("a thing that turns out to exist is taken over and completed; without adopt it is left alone", async () => {
    const manifest = (policy: string) => acme(`policy: ${policy}\nresources: { rooms: [{ name: a, topic: mine }] }`);
    for (const [policy, status, topic] of [
      ["{}", "done", "mine"],
      ["{ adopt: false }", "failed", "theirs"],
    ] as const) {
      const { system, apply, store } = setUp();
      system.beforeWrite("create rooms/a", () => void system.addRoom({ name: "a", topic: "theirs" }));
      system.failWrite("create rooms/a", { error: new ConnectorError("CONFLICT", "already_exists") });
      const { outcomes } = await apply(manifest(policy));
      expect(outcomes[0]?.status).toBe(status);
      expect(system.rooms.map((room) => room.topic)).toEqual([topic]);
      expect((await store.system("fake/memory:/S1"))?.intents).toEqual([]);
    }
  });

  test("a thing that is met with a secret gets the declared one", async () => {
    const system = fakeSystem();
    const { apply, plan } = engine({ connectors: [system.connector], env: { TOKEN: "ours" } });
    system.beforeWrite("create rooms/a", () => void system.addRoom({ name: "a", token: "theirs" }));
    system.failWrite("create rooms/a", { error: new ConnectorError("CONFLICT", "already_exists") });
    const manifest = acme("resources: { rooms: [{ name: a, token: { env: TOKEN } }] }");
    await apply(manifest);
    expect(system.rooms.map(({ token }) => token)).toEqual(["ours"]);
    expect(lines(await plan(manifest))).toEqual([]);
  });

  test("a name that something unseen holds fails once and leaves no intent", async () => {
    const { system, apply, store } = setUp();
    system.failWrite("create rooms/a", { error: new ConnectorError("CONFLICT", "name_taken"), times: 9 });
    const { outcomes } = await apply(rooms("a"));
    expect(outcomes[0]).toMatchObject({ status: "failed", code: "CONFLICT" });
    expect(system.writes).toEqual(["create rooms/a"]);
    expect((await store.system("fake/memory:/S1"))?.intents).toEqual([]);
  });

  test("after a crash between request and record the thing is taken for ours, even without adopt", async () => {
    const { system, store, apply, plan, inventory } = setUp();
    await store.update("fake/memory:/S1", {
      intend: [{ kind: "rooms", key: "a", integration: "default/acme", startedAt: 1 }],
    });
    system.addRoom({ name: "a" });
    const manifest = acme("policy: { adopt: false }\nresources: { rooms: [{ name: a }] }");
    expect(lines(await plan(manifest))).toEqual([]);
    await apply(manifest);
    expect(await inventory()).toEqual(["rooms/a=r1"]);
    expect((await store.system("fake/memory:/S1"))?.intents).toEqual([]);
  });
});

describe("writes", () => {
  test("a failed thing fails what depends on it and nothing else", async () => {
    const { system, apply } = setUp();
    system.failWrite("create rooms/a", {});
    const manifest = acme(
      "resources: { rooms: [{ name: a, notes: [{ title: n }] }, { name: b, notes: [{ title: n }] }], teams: [{ handle: t, rooms: [a] }] }",
    );
    const { outcomes } = await apply(manifest);
    expect(outcomes.map(({ change, status }) => `${change.kind}/${change.key} ${status}`)).toEqual([
      "rooms/a failed",
      "rooms/b done",
      "rooms.notes/a/n skipped",
      "rooms.notes/b/n done",
      "teams/t skipped",
    ]);
    expect(outcomes[2]?.message).toContain("rooms/a");
  });

  test("a change of several steps counts as made only when the last one is done", async () => {
    const { system, apply, plan } = setUp();
    await apply(rooms("a"));
    const closed = acme("resources: { rooms: [{ name: a, topic: closed, archived: true }] }");
    system.failWrite("archive rooms/a");
    expect((await apply(closed)).outcomes[0]?.status).toBe("failed");
    expect(system.rooms[0]).toMatchObject({ topic: "closed", archived: false });
    expect(lines(await plan(closed))).toEqual(["update rooms/a /archived change"]);
    await apply(closed);
    expect(system.rooms[0]?.archived).toBe(true);
    expect(lines(await plan(closed))).toEqual([]);
  });

  test("an interrupted run starts no new write and says what was not done", async () => {
    const { system, apply } = setUp();
    const stop = new AbortController();
    system.beforeWrite("create rooms/a", () => stop.abort());
    const { outcomes } = await apply(acme("resources: { rooms: [{ name: a, notes: [{ title: n }] }] }"), {
      signal: stop.signal,
    });
    expect(outcomes.map(({ status }) => status)).toEqual(["done", "interrupted"]);
    expect(system.rooms).toHaveLength(1);
    expect(system.notes).toHaveLength(0);
  });

  test("a lease that no longer outlasts a write starts none, and says so; the write under way is recorded", async () => {
    const { system, apply, store } = setUp();
    let left = 9001;
    system.beforeWrite("create rooms/a", () => {
      left = 9000;
    });
    const { outcomes } = await apply(acme("resources: { rooms: [{ name: a, notes: [{ title: n }] }] }"), {
      lease: { outlasts: (milliseconds) => left > milliseconds },
    });
    expect(outcomes).toMatchObject([{ status: "done" }, { status: "interrupted", code: "LeaseLost" }]);
    expect(system.notes).toHaveLength(0);
    const [known] = await store.systems();
    expect((await store.system(known as string))?.inventory).toHaveLength(1);
  });

  test("a run that is not approved writes nothing at all", async () => {
    const { system, apply, store } = setUp();
    const { applied } = await apply(rooms("a"), { approve: false });
    expect(applied).toBe(false);
    expect(system.writes).toEqual([]);
    expect(await store.systems()).toEqual([]);
  });

  test("a state that cannot be written stops before the next request, and nothing is doubled later", async () => {
    const system = fakeSystem();
    const memory = createMemoryStore();
    let updates = 0;
    const store: Store = Object.create(memory, {
      update: {
        value: async (...args: Parameters<Store["update"]>) => {
          updates++;
          if (updates === 2) throw new StoreError("Full", "The disk is full.");
          return memory.update(...args);
        },
      },
    });
    const broken = engine({ connectors: [system.connector], store });
    const said: string[] = [];
    const onOutcome = ({ change, status, code }: Outcome) => void said.push(`${change.key} ${code ?? status}`);
    const all = rooms("a", "b", "c", "d", "e", "f", "g", "h");
    await expect(broken.apply(all, { onOutcome })).rejects.toThrow("The disk is full.");
    const made = system.rooms.length;
    expect(made).toBeLessThan(8);
    // Everything is accounted for: what is recorded, what may have been made, what was not begun.
    expect(said.map((line) => line.split(" ")[0]).sort()).toEqual(["a", "b", "c", "d", "e", "f", "g", "h"]);
    expect(said.filter((line) => line.endsWith("Interrupted"))).toHaveLength(
      8 - made - said.filter((line) => line.endsWith("StateLost") && !system.room(line.split(" ")[0] as string)).length,
    );
    const healed = engine({ connectors: [system.connector], store: memory });
    await healed.apply(rooms("a", "b", "c", "d", "e", "f", "g", "h"));
    expect(system.rooms.map(({ name }) => name).sort()).toEqual(["a", "b", "c", "d", "e", "f", "g", "h"]);
  });
});

describe("reads that lag behind writes", () => {
  test("until settle has passed a written thing is taken as written", async () => {
    const { system, apply, plan, clock } = lagging(30_000);
    await apply(rooms("a"));
    system.rooms.length = 0;
    expect(lines(await plan(rooms("a")))).toEqual([]);
    clock.advance(30_001);
    expect(lines(await plan(rooms("a")))).toEqual(["create rooms/a drift"]);
  });
});

describe("fields that do not stay as written", () => {
  const topic = acme("resources: { rooms: [{ name: a, topic: mine }] }");

  test("a field that reads back the same other value twice is not written a third time", async () => {
    const { system, apply } = setUp();
    system.mangle((room) => ({ ...room, topic: "theirs" }));
    await apply(topic);
    await apply(topic);
    const { plan: third } = await apply(topic);
    expect(third.integrations[0]?.changes[0]).toMatchObject({
      action: "blocked",
      reason: "DriftLoop",
      fields: [{ path: "/topic" }],
    });
    expect(third.integrations[0]?.changes[0]?.message).toContain("/topic");
    expect(system.writes.filter((write) => !write.startsWith("create"))).toHaveLength(1);
  });

  test("drift that was repaired and comes back later is no loop", async () => {
    const { system, apply, plan } = setUp();
    await apply(topic);
    for (let round = 0; round < 4; round++) {
      const room = system.room("a");
      if (room) room.topic = "theirs";
      expect(lines(await plan(topic))).toEqual(["update rooms/a /topic drift"]);
      await apply(topic);
      await apply(topic);
    }
  });

  test("a loop ends when the manifest says something else", async () => {
    const { system, apply, plan } = setUp();
    system.mangle((room) => ({ ...room, topic: "theirs" }));
    for (let round = 0; round < 3; round++) await apply(topic);
    expect(lines(await plan(topic.replace("mine", "other")))).toEqual(["update rooms/a /topic change"]);
  });
});
