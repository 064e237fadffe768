import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createAlerts } from "../../src/controller/alerts.ts";
import { createPasses, type Passes } from "../../src/controller/passes.ts";
import type { ToldChange } from "../../src/controller/told-changes.ts";
import { silentLog } from "../../src/events/log.ts";
import type { NewEvent } from "../../src/store/event-types.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { LastingStore } from "../../src/store/types.ts";
import { acme, engine, manifestsIn, type TestClock } from "../support/engine.ts";
import { type FakeSystem, fakeSystem } from "../support/fakes.ts";

const rooms = (topic: string) => acme(`resources: { rooms: [{ name: incidents, topic: ${topic} }] }`);
const observed = (topic: string) =>
  acme(`policy: { mode: Observe }\nresources: { rooms: [{ name: incidents, topic: ${topic} }] }`);

interface Stage {
  system: FakeSystem;
  store: LastingStore;
  clock: TestClock;
  /** Own events so far, as `type status …`. */
  told: () => string[];
  events: NewEvent[];
  env: Record<string, string>;
  incomplete: boolean;
  /** Why an older version of the manifest is in force. */
  held: { code: string; message: string } | undefined;
  pass(yaml: string, signal?: AbortSignal): ReturnType<Passes["run"]>;
  passes(): Passes;
  ready(): Promise<string>;
  /** What another process would find. */
  restart(): void;
}

async function stage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-passes-"));
  const store = await openSqliteStore({ file: join(folder, "state.db"), version: "0.1.0" });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const system = fakeSystem();
  const made = engine({ connectors: [system.connector] });
  let yaml = "";
  let trace = 0;
  const raise = async (events: readonly NewEvent[]) => void it.events.push(...events);
  const create = () =>
    createPasses({
      store,
      raise,
      alerts: createAlerts({ store, raise }),
      clean: (text) => text.replaceAll("planted", "(sensitive)"),
      manifest: (owner) => manifestsIn(yaml).find(({ object }) => `default/${object.metadata.name}` === owner),
      context: (_, telling, signal) => ({
        ...made.context(yaml, { only: "acme", signal }),
        store: telling,
        ...(it.incomplete ? { incomplete: true } : {}),
        held: () => it.held,
      }),
      clock: made.clock,
      newTrace: () => String(++trace).padStart(32, "0"),
      log: silentLog,
      commit: () => "c0ffee",
    });
  let passes = create();
  const it: Stage = {
    system,
    store,
    clock: made.clock,
    events: [],
    env: made.env,
    incomplete: false,
    held: undefined,
    told: () =>
      it.events.splice(0).map(({ type, data }) => {
        const { status, changes, reason, code } = JSON.parse(data) as Record<string, unknown>;
        const keys = (changes as ToldChange[] | undefined)?.map(
          ({ action, key, fields }) => `${action} ${key} ${fields.map(({ path }) => path).join()}`,
        );
        return [type, status, reason, code, keys?.join("; ")].filter(Boolean).join(" ");
      }),
    async pass(text, signal = new AbortController().signal) {
      yaml = text;
      made.clock.advance(60_000);
      return passes.run("default/acme", signal);
    },
    passes: () => passes,
    async ready() {
      const object = await store.object("Integration", "default/acme");
      const ready = object?.conditions.find(({ type }) => type === "Ready");
      return `${ready?.status} ${ready?.reason}`;
    },
    restart: () => {
      passes = create();
    },
  };
  return it;
}

test("what a pass writes is told and stands in the audit log with its commit, and a pass with nothing to do says nothing", async () => {
  const it = await stage();
  expect(await it.pass(rooms("a"))).toEqual({ end: { end: "done" }, system: "fake/memory:/S1" });
  expect([it.told(), await it.ready()]).toEqual([
    ["plumbline.plan.applied create incidents /name,/topic"],
    "True InSync",
  ]);
  await it.pass(rooms("a"));
  expect(it.told()).toEqual([]);
  const audit = await it.store.audit.audit({ limit: 10 });
  expect(audit).toMatchObject([
    {
      ...{ actor: "controller", action: "apply", resourceType: "integration", resourceId: "default/acme" },
      ...{ outcome: "done", commit: "c0ffee", details: { done: 1, failed: 0 } },
    },
  ]);
});

test("drift is told before it is put back, and is over by that", async () => {
  const it = await stage();
  await it.pass(rooms("a"));
  it.told();
  Object.assign(it.system.room("incidents") as object, { topic: "by hand" });
  let before: string[] = [];
  it.system.beforeWrite("update", () => {
    before = it.told();
  });
  await it.pass(rooms("a"));
  expect(before).toEqual(["plumbline.drift.detected firing update incidents /topic"]);
  expect(it.told()).toEqual(["plumbline.plan.applied update incidents /topic", "plumbline.drift.resolved resolved"]);
  expect(it.passes().found("default/acme")?.changes).toMatchObject([{ action: "update", key: "incidents" }]);
});

test("what a killed process had begun to write is told by the next one, once, and stands in the audit log", async () => {
  const it = await stage();
  const killed = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  it.system.beforeWrite("create", async () => {
    begun.resolve();
    await killed.promise;
  });
  const left = it.pass(rooms("a"));
  await begun.promise;
  const before = it.events.length;
  it.restart();
  await it.pass("");
  await it.pass(acme("suspend: true"));
  const told = it.events.slice(before).filter(({ type }) => type === "plumbline.plan.applied");
  expect(told.map(({ data }) => JSON.parse(data))).toMatchObject([
    { interrupted: true, total: 1, changes: [{ action: "create", key: "incidents" }] },
  ]);
  expect(await it.store.audit.audit({ limit: 9 })).toMatchObject([
    { action: "apply", outcome: "failed", details: { planned: 1, interrupted: true } },
  ]);
  await it.pass(acme("suspend: true"));
  // The one that was left goes on after all: the inbox has its event by then.
  killed.resolve();
  await left;
  expect(new Set(it.events.filter(({ type }) => type === "plumbline.plan.applied").map(({ id }) => id)).size).toBe(1);
});

test("a pass that had something to write and could not leaves nothing to be told", async () => {
  const it = await stage();
  it.system.failWrite("create rooms/incidents");
  await it.pass(rooms("a"));
  it.told();
  const { kind, name } = { kind: "Alert", name: "writing/default/acme" };
  expect(await it.store.object(kind, name)).toBeUndefined();
  it.restart();
  it.system.heal();
  await it.pass(rooms("a"));
  expect(it.told().filter((text) => text.startsWith("plumbline.plan"))).toEqual([
    "plumbline.plan.applied create incidents /name,/topic",
  ]);
});

test("drift that is only observed is told once, anew when it changes, and resolved when it is gone, also by another process", async () => {
  const it = await stage();
  await it.pass(rooms("a"));
  it.told();
  const room = it.system.room("incidents") as { topic: string };
  room.topic = "by hand";
  for (let times = 0; times < 3; times++) await it.pass(observed("a"));
  expect(it.told()).toEqual(["plumbline.drift.detected firing blocked incidents /topic"]);
  it.restart();
  room.topic = "a";
  await it.pass(observed("a"));
  expect(it.told()).toEqual(["plumbline.drift.resolved resolved"]);
});

test("drift tells what was there and what is declared, secrets never, and the same again after a restart is not told", async () => {
  const it = await stage();
  const yaml = (topic: string) =>
    observed(topic).replace("topic: a", "topic: a, token: { env: ROOM_TOKEN }, tags: [x]");
  it.env.ROOM_TOKEN = "planted-token";
  await it.pass(yaml("a").replace("mode: Observe", "mode: Enforce"));
  expect(JSON.stringify(it.events)).not.toContain("planted");
  it.told();
  const room = it.system.room("incidents") as { topic: string; tags: string[] };
  Object.assign(room, { topic: `see planted ${"x".repeat(1000)}`, tags: ["x", "y"] });
  await it.pass(yaml("a"));
  expect(JSON.stringify(it.events)).not.toContain("planted");
  expect(JSON.parse(it.events[0]?.data ?? "")).toMatchObject({
    ...{ total: 1, status: "firing" },
    changes: [
      {
        fields: [
          {
            path: "/topic",
            before: expect.stringMatching(/^see \(sensitive\) x{484}… \(cut, 1016 characters\)$/),
            after: "a",
          },
          { path: "/tags", before: ["x", "y"], after: ["x"] },
        ],
      },
    ],
  });
  it.told();
  it.restart();
  await it.pass(yaml("a"));
  expect(it.told()).toEqual([]);
  room.tags = ["z"];
  await it.pass(yaml("a"));
  expect(it.told()).toEqual(["plumbline.drift.detected firing blocked incidents /topic,/tags"]);
});

test("a system that cannot be reached is told after a minute, over restarts once, and when it answers again", async () => {
  const it = await stage();
  await it.pass(rooms("a"));
  const health = () => it.told().filter((text) => text.startsWith("plumbline.integration"));
  expect(health()).toEqual([]);
  it.system.failRead("identity", "UNAVAILABLE");
  await it.pass(rooms("a"));
  expect(health()).toEqual([]);
  it.restart();
  await it.pass(rooms("a"));
  expect(health()).toEqual(["plumbline.integration.unhealthy firing UNAVAILABLE"]);
  it.restart();
  await it.pass(rooms("a"));
  expect(health()).toEqual([]);
  it.system.heal();
  it.restart();
  await it.pass(rooms("a"));
  await it.pass(rooms("a"));
  expect(health()).toEqual(["plumbline.integration.recovered resolved"]);
});

test("a refused credential is told at once; a short outage, a failed read and a suspension are no matter of health", async () => {
  const it = await stage();
  const health = () => it.told().filter((text) => text.startsWith("plumbline.integration"));
  it.system.failRead("identity", "AUTH");
  await it.pass(rooms("a"));
  expect(health()).toEqual(["plumbline.integration.unhealthy firing AUTH"]);
  it.system.heal();
  await it.pass(rooms("a"));
  expect(health()).toEqual(["plumbline.integration.recovered resolved"]);
  it.system.failRead("identity", "TIMEOUT");
  await it.pass(rooms("a"));
  it.system.heal();
  it.system.failRead("list rooms 1", "PERMISSION");
  await it.pass(rooms("a"));
  it.system.heal();
  await it.pass(acme("suspend: true"));
  await it.pass(acme("suspend: true"));
  expect(health()).toEqual([]);
});

test("a suspension ends all that was told, once, and what is still so afterwards is told anew", async () => {
  const it = await stage();
  await it.pass(rooms("a"));
  Object.assign(it.system.room("incidents") as object, { topic: "by hand" });
  await it.pass(observed("a"));
  it.system.failRead("identity", "AUTH");
  await it.pass(observed("a"));
  const began = it.told();
  expect(began.filter((text) => / firing /.test(text))).toHaveLength(3);
  await it.pass(`${observed("a")}  suspend: true\n`);
  expect(it.events.map(({ data }) => JSON.parse(data).labels.platform)).toEqual(["fake", "fake", "fake"]);
  expect(it.told()).toEqual([
    "plumbline.drift.resolved resolved Suspended",
    "plumbline.reconcile.failed resolved Suspended",
    "plumbline.integration.recovered resolved Suspended",
  ]);
  it.restart();
  await it.pass(`${observed("a")}  suspend: true\n`);
  expect(it.told()).toEqual([]);
  await it.pass(observed("a"));
  expect(it.told().sort()).toEqual([
    "plumbline.integration.unhealthy firing AUTH",
    "plumbline.reconcile.failed firing AUTH",
  ]);
  it.system.heal();
  await it.pass(observed("a"));
  expect(it.told().filter((text) => text.includes("drift"))).toEqual([
    "plumbline.drift.detected firing blocked incidents /topic",
  ]);
});

test("a failure is told once for each reason, over restarts, and once more when it is over", async () => {
  const it = await stage();
  await it.pass(rooms("a"));
  it.told();
  it.system.failRead("list rooms 1", "UNAVAILABLE");
  expect((await it.pass(rooms("a"))).end).toMatchObject({ end: "again", reason: "UNAVAILABLE" });
  it.restart();
  await it.pass(rooms("a"));
  expect(it.told()).toEqual(["plumbline.reconcile.failed firing UNAVAILABLE"]);
  it.system.heal();
  it.system.failRead("list rooms 1", "AUTH");
  expect((await it.pass(rooms("a"))).end).toMatchObject({ end: "stalled", reason: "AUTH" });
  expect(it.told()).toEqual(["plumbline.reconcile.failed firing AUTH"]);
  it.system.heal();
  await it.pass(rooms("a"));
  expect([it.told(), await it.ready()]).toEqual([["plumbline.reconcile.failed resolved"], "True InSync"]);
});

test("own events carry labels, severity and a fingerprint that firing and resolved share", async () => {
  const it = await stage();
  it.system.failRead("list rooms 1", "UNAVAILABLE");
  await it.pass(rooms("a").replace("{ name: acme }", "{ name: acme, labels: { team: payments } }"));
  it.system.heal();
  await it.pass(rooms("a").replace("{ name: acme }", "{ name: acme, labels: { team: payments } }"));
  const failed = it.events.filter(({ type }) => type === "plumbline.reconcile.failed");
  expect(failed.map(({ subject, namespace, source }) => [subject, namespace, source])).toEqual(
    failed.map(() => ["default/acme", "default", "urn:plumbline"]),
  );
  const data = failed.map((event) => JSON.parse(event.data));
  expect(data).toMatchObject([
    {
      ...{ severity: "error", status: "firing", fingerprint: "reconcile/default/acme" },
      labels: { team: "payments", integration: "acme", namespace: "default", platform: "fake" },
    },
    { status: "resolved", fingerprint: "reconcile/default/acme" },
  ]);
  expect(new Set(it.events.map(({ id }) => id)).size).toBe(it.events.length);
});

test("while some manifests cannot be read nothing is removed, and afterwards it is", async () => {
  const it = await stage();
  const both = acme("policy: { prune: true }\nresources: { rooms: [{ name: a }, { name: b }] }");
  await it.pass(both);
  it.incomplete = true;
  await it.pass(both.replace(", { name: b }", ""));
  expect(it.system.rooms.map(({ name }) => name)).toEqual(["a", "b"]);
  it.incomplete = false;
  await it.pass(both.replace(", { name: b }", ""));
  expect(it.system.rooms.filter(({ archived }) => !archived).map(({ name }) => name)).toEqual(["a"]);
});

test("an Integration whose text is wrong goes on as it was, and is stalled until the text is right", async () => {
  const it = await stage();
  const stalled = async () => {
    const object = await it.store.object("Integration", "default/acme");
    const found = object?.conditions.find(({ type }) => type === "Stalled");
    return `${await it.ready()}, ${found?.status} ${found?.reason}`;
  };
  it.held = { code: "InvalidManifest", message: "m/a.yaml:3: …" };
  await it.pass(rooms("a"));
  expect([it.system.rooms.length, await stalled()]).toEqual([1, "True InSync, True InvalidManifest"]);
  it.held = undefined;
  await it.pass(rooms("a"));
  expect(await stalled()).toBe("True InSync, False Progressing");
});

test("one that waits for another says so, which is no failure to be told", async () => {
  const it = await stage();
  const [manifest] = manifestsIn(acme("dependsOn: [base]"));
  if (!manifest) throw new Error("no manifest");
  await it.passes().waiting(manifest, "default/base");
  await it.passes().waiting(manifest, "default/base");
  expect([it.told(), await it.ready()]).toEqual([[], "False DependencyNotReady"]);
});

test("a write that is under way when the program stops ends, and stands in the audit log", async () => {
  const it = await stage();
  const stopped = new AbortController();
  const hanging = Promise.withResolvers<void>();
  it.system.beforeWrite("create", async () => {
    stopped.abort();
    setImmediate(() => hanging.resolve());
    await hanging.promise;
  });
  expect((await it.pass(rooms("a"), stopped.signal)).end).toMatchObject({ end: "again", reason: "Interrupted" });
  expect(it.system.rooms.map(({ name }) => name)).toEqual(["incidents"]);
  expect((await it.store.audit.audit({ limit: 1 }))[0]).toMatchObject({ outcome: "done" });
});

test("a pass that was stopped before it wrote leaves no trace and comes again; one of an unknown Integration is nothing", async () => {
  const it = await stage();
  const stopped = new AbortController();
  stopped.abort();
  expect((await it.pass(rooms("a"), stopped.signal)).end).toMatchObject({ end: "again", reason: "Interrupted" });
  expect([it.system.rooms, it.told(), await it.ready()]).toEqual([[], [], "undefined undefined"]);
  expect(await it.pass("")).toEqual({ end: { end: "done" } });
});
