import { expect, test } from "vitest";
import { createFirings, type Firings, WRITE_AFTER } from "../../src/controller/firings.ts";
import type { Performance, Performed, Performer } from "../../src/events/types.ts";
import type { Delivery } from "../../src/store/event-types.ts";
import type { Firing, FiringStore } from "../../src/store/firing-types.ts";

const NOW = Date.parse("2026-11-25T12:00:00Z");

interface Stage {
  firings: Firings;
  /** What is on record, by `Kind name`. */
  recorded: Map<string, Firing>;
  /** How often something was written. */
  writes: number;
  fails: boolean;
  now: number;
  /** Lets the time pass that a writing waits for. */
  pass(): Promise<void>;
  run(event: number, performed: Performed | Error, more?: Partial<Delivery>): Promise<unknown>;
}

function stage(recorded: readonly Firing[] = [], missed: readonly Firing[] = []): Stage {
  const sleeping: (() => void)[] = [];
  const records = new Map(recorded.map((one) => [`${one.kind} ${one.name}`, one]));
  const asked: number[] = [];
  const store: FiringStore = {
    list: async () => [...records.values()],
    async put(all) {
      if (it.fails) throw new Error("the disk is full");
      it.writes += 1;
      for (const one of all) records.set(`${one.kind} ${one.name}`, one);
    },
    async drop(kind, name) {
      records.delete(`${kind} ${name}`);
    },
    async after(event) {
      asked.push(event);
      return missed.filter(({ fired }) => (fired?.event ?? 0) > event);
    },
  };
  const clock = {
    now: () => it.now,
    monotonic: () => it.now,
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        expect(milliseconds).toBe(WRITE_AFTER);
        signal?.addEventListener("abort", () => reject(signal.reason));
        sleeping.push(resolve);
      }),
  };
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const it: Stage = {
    ...{ recorded: records, writes: 0, fails: false, now: NOW },
    firings: createFirings({ store, clock, log }),
    async pass() {
      for (const wake of sleeping.splice(0)) wake();
      for (let turns = 0; turns < 10; turns++) await Promise.resolve();
    },
    run(event, performed, more = {}) {
      const performer: Performer = {
        async perform() {
          if (performed instanceof Error) throw performed;
          return performed;
        },
      };
      const delivery = { kind: "rule", namespace: "default", target: "r", event, createdAt: NOW + event, ...more };
      const stored = { seq: event, id: `e${event}`, source: "/default/gh", type: "github.issues", trace: "t" };
      return it.firings
        .watch(performer)
        .perform(delivery as Delivery, { event: { stored } } as unknown as Performance)
        .catch((error: unknown) => error);
    },
  };
  return it;
}

const done: Performed = { outcome: "done" };
const firedBy = (event: number) => ({
  ...{ at: NOW + event, event, id: `e${event}`, source: "/default/gh", type: "github.issues", trace: "t" },
});
const ruleFired = (event: number): Firing => ({ kind: "Rule", name: "default/r", fired: firedBy(event) });

test("a hundred runs are one write, some seconds later, of the newest event", async () => {
  const it = stage();
  await it.firings.begin();
  for (let event = 1; event <= 100; event++) await it.run(event, done);
  await it.run(50, done); // an older one ends late
  expect([it.writes, await it.firings.list()]).toEqual([0, [ruleFired(100)]]);
  await it.pass();
  expect([it.writes, [...it.recorded.values()]]).toEqual([1, [ruleFired(100)]]);
  await it.pass();
  await it.firings.stop();
  expect(it.writes).toBe(1);
});

test.each<[Performed | Error, string | undefined]>([
  [done, undefined],
  [{ outcome: "skipped", code: "Suspended", message: "It is suspended." }, undefined],
  [{ outcome: "retry", code: "RATE_LIMITED", message: "Later." }, undefined],
  [{ outcome: "retry", code: "Interrupted", message: "The end." }, undefined],
  [{ outcome: "retry", code: "TIMEOUT", message: "No answer." }, "TIMEOUT: No answer."],
  [{ outcome: "dead", code: "VALIDATION", message: "No." }, "VALIDATION: No."],
  [new Error("a bug"), "Internal: a bug"],
  [
    {
      outcome: "done",
      progress: '{"format":1,"steps":{"a":{"state":"failed","code":"AUTH","message":"No."}},"tries":{}}',
    },
    "AUTH: No.",
  ],
])("of %j the last error is %s", async (performed, expected) => {
  const it = stage();
  await it.firings.begin();
  it.now = NOW + 5000;
  const given = await it.run(3, performed);
  expect(given).toBe(performed);
  const [{ failed }] = (await it.firings.list()) as [Firing];
  expect(failed && `${failed.code}: ${failed.message}`).toBe(expected);
  if (failed) expect(failed).toMatchObject({ at: NOW + 5000, event: 3 });
});

test("a rule that is gone is not noted, and what is no longer declared is forgotten", async () => {
  const it = stage([ruleFired(1), { kind: "NotificationRoute", name: "default/ops", fired: firedBy(2) }]);
  await it.firings.begin();
  await it.run(9, { outcome: "skipped", code: "RuleGone", message: "Gone." }, { target: "gone" });
  await it.firings.keep(new Set(["Rule default/r"]));
  expect(await it.firings.list()).toEqual([ruleFired(1)]);
  expect([...it.recorded.values()]).toEqual([ruleFired(1)]);
});

test("what a killed process did not write comes from the deliveries, after the newest event on record", async () => {
  const old: Firing = { ...ruleFired(4), failed: { at: NOW, event: 2, code: "AUTH", message: "No." } };
  const it = stage([old], [ruleFired(3), ruleFired(7)]);
  await it.run(6, done); // before it was read
  expect(await it.firings.list()).toEqual([old]);
  await it.firings.begin();
  expect(await it.firings.list()).toEqual([{ ...old, fired: firedBy(7) }]);
  await it.firings.stop();
  expect(it.recorded.get("Rule default/r")).toEqual({ ...old, fired: firedBy(7) });
});

test("what could not be written is written the next time", async () => {
  const it = stage();
  await it.firings.begin();
  it.fails = true;
  await it.run(1, done);
  await it.pass();
  expect(it.recorded.size).toBe(0);
  it.fails = false;
  await it.pass();
  expect([...it.recorded.values()]).toEqual([ruleFired(1)]);
});
