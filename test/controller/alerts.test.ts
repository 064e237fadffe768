import fc from "fast-check";
import { expect, test } from "vitest";
import { type Alerts, createAlerts } from "../../src/controller/alerts.ts";
import { tellSnapshot } from "../../src/controller/tell-snapshot.ts";
import { ownEvent } from "../../src/events/envelope.ts";
import type { Held } from "../../src/sources/source.ts";
import type { NewEvent } from "../../src/store/event-types.ts";
import { createMemoryStore } from "../../src/store/index.ts";
import type { ObjectState } from "../../src/store/types.ts";

const at = { now: Date.parse("2026-11-25T12:00:00Z"), trace: "0".repeat(32) };

/** A state, an inbox that takes an id once, and processes over both that may be killed on the way. */
function world() {
  const store = createMemoryStore();
  const inbox = new Map<string, NewEvent>();
  const it = {
    store,
    /** Where the next process that writes is killed. */
    killed: "nowhere" as "nowhere" | "before the event" | "before the record",
    alerts: undefined as unknown as Alerts,
    restart() {
      it.killed = "nowhere";
      it.alerts = createAlerts({
        store: {
          objects: () => store.objects(),
          putObject: async (object: ObjectState) => {
            if (it.killed === "before the record") throw new Error("killed");
            await store.putObject(object);
          },
        },
        raise: async (events) => {
          if (it.killed === "before the event") throw new Error("killed");
          for (const event of events) if (!inbox.has(event.id)) inbox.set(event.id, event);
        },
      });
    },
    /** What was told, in order. */
    told: () =>
      [...inbox.values()].map(({ type, namespace, subject, data }) => {
        const { status, reason } = JSON.parse(data) as Record<string, unknown>;
        return [type, namespace, subject, status, reason].filter(Boolean).join(" ");
      }),
    events: () => [...inbox.values()],
  };
  it.restart();
  return it;
}

test("whatever begins and ends is told in turn and once, wherever processes are killed", async () => {
  const step = fc.record({
    content: fc.constantFrom("a", "b", undefined),
    kill: fc.constantFrom("nowhere", "before the event", "before the record", "afterwards"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const it = world();
      const expected: string[] = [];
      let last: string | undefined;
      for (const { content, kill } of steps) {
        const tell = () =>
          it.alerts.tell("x/y/z", content, at, ({ occurrence }) =>
            ownEvent(
              { type: content ?? "over", id: String(occurrence), data: {} },
              { namespace: "y", receivedAt: 0, trace: "" },
            ),
          );
        if (kill === "before the event" || kill === "before the record") {
          it.killed = kill;
          await tell().catch(() => undefined);
          it.restart();
        }
        await tell();
        if (kill === "afterwards") it.restart();
        if (content !== last) expected.push(content ?? "over");
        last = content;
        expect(await it.alerts.isFiring("x/y/z")).toBe(content !== undefined);
      }
      expect(it.events().map(({ type }) => type)).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

const problem = { code: "UnknownField", message: "…", file: "m/a.yaml", line: 3 };
const held: Held = { kind: "Rule", namespace: "prod", name: "r", problem };
const none = { problems: [], held: [] };
const everything = () => true;

test("a file that becomes wrong is told in the namespace of what is held, once, and when it is right again", async () => {
  const it = world();
  const is = { problems: [problem], held: [held] };
  await tellSnapshot(it.alerts, is, everything, at);
  it.restart();
  await tellSnapshot(it.alerts, is, everything, at);
  expect(it.told()).toEqual(["plumbline.manifest.invalid prod m/a.yaml firing"]);
  expect(JSON.parse(it.events()[0]?.data ?? "")).toMatchObject({
    ...{ severity: "error", fingerprint: "manifest/prod/m/a.yaml", file: "m/a.yaml", held: ["Rule prod/r"] },
    problems: [{ code: "UnknownField", message: "…", line: 3 }],
  });
  it.restart();
  await tellSnapshot(it.alerts, none, everything, at);
  await tellSnapshot(it.alerts, none, everything, at);
  expect(it.told().slice(1)).toEqual(["plumbline.manifest.invalid prod m/a.yaml resolved"]);
  expect(JSON.parse(it.events()[1]?.data ?? "")).toMatchObject({
    ...{ fingerprint: "manifest/prod/m/a.yaml", file: "m/a.yaml" },
  });
  await tellSnapshot(it.alerts, is, everything, at);
  expect(it.told().slice(2)).toEqual(["plumbline.manifest.invalid prod m/a.yaml firing"]);
});

test("a file of which nothing is held, and a mistake of no file, are told in the namespace default", async () => {
  const it = world();
  await tellSnapshot(
    it.alerts,
    { problems: [problem, { code: "FileNotFound", message: "…" }], held: [] },
    everything,
    at,
  );
  expect(it.told()).toEqual([
    "plumbline.manifest.invalid default m/a.yaml firing",
    "plumbline.manifest.invalid default manifests firing",
  ]);
});

test("a file that is wrong in another way is told again", async () => {
  const it = world();
  for (const line of [3, 4])
    await tellSnapshot(it.alerts, { problems: [{ ...problem, line }], held: [] }, everything, at);
  expect(it.told()).toHaveLength(2);
});

test("what an Integration left open ends with it, but not while a wrong file may hold it", async () => {
  const it = world();
  const topics = ["drift", "reconcile", "health"];
  for (const topic of topics) {
    await it.alerts.tell(`${topic}/team/acme`, "x", at, ({ occurrence }) =>
      ownEvent(
        { type: topic, id: String(occurrence), data: {} },
        { namespace: "team", ...{ receivedAt: 0, trace: "" } },
      ),
    );
  }
  await tellSnapshot(it.alerts, none, (owner) => owner === "team/acme", at);
  expect(it.told()).toEqual(["drift team", "reconcile team", "health team"]);
  await tellSnapshot(it.alerts, { problems: [problem], held: [] }, () => false, at);
  it.restart();
  await tellSnapshot(it.alerts, none, () => false, at);
  expect(it.told().slice(4)).toEqual([
    "plumbline.drift.resolved team team/acme resolved Removed",
    "plumbline.integration.recovered team team/acme resolved Removed",
    "plumbline.manifest.invalid default m/a.yaml resolved",
    "plumbline.reconcile.failed team team/acme resolved Removed",
  ]);
  const ended = it
    .events()
    .slice(4)
    .map(({ data }) => JSON.parse(data).fingerprint);
  expect(ended).toEqual(["drift/team/acme", "health/team/acme", "manifest/default/m/a.yaml", "reconcile/team/acme"]);
});
