import fc from "fast-check";
import { expect, test } from "vitest";
import type { PlatformEvent } from "../../src/connector-kit/event-contract.ts";
import { endOf } from "../../src/events/attempt-end.ts";
import { backoff, LONGEST_WAIT } from "../../src/events/backoff.ts";
import { POLL } from "../../src/events/engine.ts";
import type { Performed } from "../../src/events/types.ts";
import { LEASE } from "../../src/events/worker.ts";
import type { Delivery, NewEvent } from "../../src/store/event-types.ts";
import { delivery, event, following } from "../store/events/support.ts";
import { VirtualClock } from "../support/clock.ts";
import {
  followerTo,
  type Layer,
  lastingStore,
  layer,
  pass,
  scriptedPerformer,
  settled,
  takeTurns,
  until,
} from "./support.ts";

const fixed = () => new VirtualClock({ auto: false });
const MINUTE = 60_000;
const down = (more: object = {}): Performed => ({
  outcome: "retry",
  code: "UNAVAILABLE",
  message: "It is down.",
  ...more,
});

async function send({ engine, clock }: Layer, id: string, more: Partial<NewEvent> = {}): Promise<void> {
  const events = [event(id, { receivedAt: clock.now(), subject: "s", ...more })];
  await engine.takeIn(events);
}

const outcomes = async ({ store }: Layer, id: string) =>
  (await store.events.attempts(id)).map(({ outcome }) => outcome);

test("an accepted event is delivered to each target without anybody waiting for a look at the store", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock);
  const all = await layer({
    clock,
    followers: [followerTo(["a"]), followerTo(["b"])],
    performers: { rule: performer },
  });
  all.engine.start();
  await settled();
  await send(all, "e1");
  await until(() => performer.calls.length === 2);
  await all.engine.stop(0);
  expect(performer.calls.map(({ id, attempt }) => [id, attempt])).toEqual([
    ["e1:a", 1],
    ["e1:b", 1],
  ]);
  expect(await outcomes(all, "e1:a")).toEqual(["done"]);
  expect(await all.store.events.counts()).toEqual({ pending: 0, waiting: 0, running: 0, dead: 0 });
});

test("an event that was just taken in is dispatched without being read back", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock);
  const all = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer } });
  let reads = 0;
  const { pending, event: one } = all.store.events;
  Object.assign(all.store.events, {
    pending: (limit: number) => {
      reads += 1;
      return pending(limit);
    },
    event: (seq: number) => {
      reads += 1;
      return one(seq);
    },
  });
  all.engine.start();
  await settled();
  reads = 0;
  for (const n of [1, 2, 3]) await send(all, `e${n}`, { subject: `s${n}` });
  await until(() => performer.calls.length === 3);
  expect(reads).toBe(0);
  await all.engine.stop(0);
});

test("what another process added is found by looking", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock);
  const all = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer } });
  all.engine.start();
  await settled();
  await all.store.events.accept([event("e1", { receivedAt: clock.now() })]);
  await pass(clock, 2000);
  await until(() => performer.calls.length === 1);
  await all.engine.stop(0);
});

test("what another process tells of is found before any time passes", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock);
  const store = await lastingStore(clock);
  const told: (() => void)[] = [];
  store.events.onWake = (wake) => {
    told.push(wake);
    return () => undefined;
  };
  const all = await layer({ clock, store, performers: { rule: performer } });
  all.engine.start();
  await settled();
  await store.events.accept([event("e1")], { following: [following([delivery("e1:a", { notBefore: 0 })])] });
  await settled();
  expect(performer.calls).toEqual([]);
  for (const wake of told) wake();
  await until(() => performer.calls.length === 1);
  await all.engine.stop(0);
});

test("a failed attempt is made again after its backoff, and not before what the platform asked for", async () => {
  const clock = fixed();
  const answers = [down(), down({ retryAfter: 3000 }), { outcome: "done" } as const];
  const performer = scriptedPerformer(clock, () => answers[performer.calls.length - 1] as Performed);
  const all = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer } });
  all.engine.start();
  await send(all, "e1");
  await until(() => performer.calls.length === 1);
  await pass(clock, 10_000);
  await all.engine.stop(0);
  const [first, second, third] = performer.calls.map(({ at }) => at) as [number, number, number];
  expect(performer.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  // Half of 2 s with this random number.
  expect(second - first).toBeGreaterThanOrEqual(1000);
  expect(second - first).toBeLessThan(1500);
  expect(third - second).toBeGreaterThanOrEqual(3000);
  expect(third - second).toBeLessThan(3500);
  expect(await outcomes(all, "e1:a")).toEqual(["retry", "retry", "done"]);
});

test("after the last attempt a delivery is dead, an event tells of it, and it can be brought back with all its attempts", async () => {
  const clock = fixed();
  let works = false;
  const performer = scriptedPerformer(clock, () =>
    works ? { outcome: "done" } : down({ maxAttempts: 2, step: "announce" }),
  );
  const all = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer } });
  all.engine.start();
  await send(all, "e1");
  await pass(clock, 5000);
  expect(await all.store.events.deliveries({ state: "dead", limit: 5 })).toMatchObject([
    { id: "e1:a", code: "UNAVAILABLE" },
  ]);
  const [told] = await all.store.events.events({ type: "plumbline.delivery.dead", limit: 5 });
  expect(told).toMatchObject({
    source: "urn:plumbline",
    namespace: "default",
    hops: 1,
    state: "dispatched",
    subject: "default/a",
  });
  expect(JSON.parse(told?.data ?? "")).toMatchObject({
    delivery: "e1:a",
    attempts: 2,
    code: "UNAVAILABLE",
    step: "announce",
    event: { id: "e1" },
  });
  await all.store.events.replay(["e1:a"], clock.now());
  await pass(clock, 5000);
  expect(performer.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2]);
  works = true;
  await all.store.events.replay(["e1:a"], clock.now());
  await pass(clock, 2000);
  await all.engine.stop(0);
  expect(await all.store.events.delivery("e1:a")).toMatchObject({ state: "done" });
  expect(all.log.lines).toContainEqual(expect.objectContaining({ level: "error", message: "It is down." }));
});

test("a notice of a dead delivery that dies itself raises no other", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock, () => ({ outcome: "dead", code: "VALIDATION", message: "No." }));
  const toAll = {
    follow: (open: Parameters<ReturnType<typeof followerTo>["follow"]>[0]) => {
      const { stored } = open;
      const id = `${stored.id}:a`;
      return {
        notes: [],
        deliveries: [
          {
            id,
            kind: "rule" as const,
            namespace: "default",
            target: "a",
            orderingKey: "k",
            notBefore: 0,
            input: "{}",
            trace: stored.trace,
          },
        ],
      };
    },
  };
  const all = await layer({ clock, followers: [toAll], performers: { rule: performer } });
  all.engine.start();
  await send(all, "e1");
  await pass(clock, 5000);
  await all.engine.stop(0);
  expect((await all.store.events.events({ limit: 9 })).map(({ type }) => type)).toEqual([
    "plumbline.delivery.dead",
    "github.issues",
  ]);
  expect(await all.store.events.counts()).toMatchObject({ dead: 2 });
});

test("an event that cannot be read, and a follower that fails, stand in nobody's way", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock);
  const failing = {
    follow: () => {
      throw new Error("The rules are broken.");
    },
  };
  const all = await layer({ clock, followers: [failing, followerTo(["a"])], performers: { rule: performer } });
  all.engine.start();
  await send(all, "bad", { data: "{" });
  await send(all, "good");
  await until(() => performer.calls.length === 1);
  await all.engine.stop(0);
  expect(await all.store.events.eventById("/default/gh", "bad")).toMatchObject({
    state: "failed",
    note: expect.stringContaining("cannot be read"),
  });
  expect(await all.store.events.eventById("/default/gh", "good")).toMatchObject({
    state: "dispatched",
    note: "Not asked: The rules are broken.",
  });
});

test("an event too many effects away from outside leads to nothing", async () => {
  const clock = fixed();
  const all = await layer({ clock, followers: [followerTo(["a"])] });
  all.engine.start();
  await send(all, "e1", { hops: 9 });
  await until(async () => (await all.store.events.eventById("/default/gh", "e1"))?.state === "failed");
  await all.engine.stop(0);
  expect(await all.store.events.deliveries({ limit: 1 })).toEqual([]);
});

test("a retry lets later ones of its key pass after five minutes, others at once", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock, ({ id }) =>
    id.startsWith("e1:") ? down({ retryAfter: 60 * MINUTE }) : { outcome: "done" },
  );
  const all = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer } });
  all.engine.start();
  await send(all, "e1");
  await send(all, "e2");
  await send(all, "e3", { subject: "other" });
  await pass(clock, 4 * MINUTE, 5000);
  expect(performer.calls.map(({ id }) => id)).toEqual(["e1:a", "e3:a"]);
  await pass(clock, 2 * MINUTE, 5000);
  expect(performer.calls.map(({ id }) => id)).toEqual(["e1:a", "e3:a", "e2:a"]);
  expect((await all.store.events.delivery("e1:a"))?.passedAt).toBeGreaterThan(0);
  await all.engine.stop(0);
});

test("no more than so many deliveries are under way at once", async () => {
  const clock = fixed();
  const gates: (() => void)[] = [];
  const performer = scriptedPerformer(
    clock,
    () => new Promise((resolve) => gates.push(() => resolve({ outcome: "done" }))),
  );
  const all = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer }, concurrency: 3 });
  all.engine.start();
  for (let n = 0; n < 8; n++) await send(all, `e${n}`, { subject: `s${n}` });
  await until(() => gates.length === 3);
  await settled();
  expect(gates).toHaveLength(3);
  gates[0]?.();
  await until(() => gates.length === 4);
  for (let n = 1; n < 8; n++) {
    await until(() => gates.length > n);
    gates[n]?.();
  }
  await all.engine.stop(0);
});

test("what takes longer than its lease is renewed, and nobody else does it meanwhile", async () => {
  const clock = fixed();
  const gate = Promise.withResolvers<Performed>();
  const performer = scriptedPerformer(clock, () => gate.promise);
  const all = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer } });
  all.engine.start();
  await send(all, "e1");
  await until(() => performer.calls.length === 1);
  await pass(clock, 4 * LEASE, 2000);
  expect(performer.calls).toHaveLength(1);
  gate.resolve({ outcome: "done" });
  await until(async () => (await all.store.events.delivery("e1:a"))?.state === "done");
  await all.engine.stop(0);
});

test("a run's progress is on disk when checkpoint resolves, and the next attempt finds it", async () => {
  const clock = fixed();
  const seen: (string | undefined)[] = [];
  const performer = scriptedPerformer(clock, async (delivery, { checkpoint }) => {
    seen.push(delivery.progress);
    await checkpoint('{"done":["announce"]}');
    expect((await all.store.events.delivery(delivery.id))?.progress).toBe('{"done":["announce"]}');
    return seen.length === 1 ? down() : { outcome: "done" };
  });
  const all: Layer = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer } });
  all.engine.start();
  await send(all, "e1");
  await pass(clock, 5000);
  await all.engine.stop(0);
  expect(seen).toEqual([undefined, '{"done":["announce"]}']);
  expect(await outcomes(all, "e1:a")).toEqual(["retry", "done"]);
});

test("stopping lets what is under way end, and claims nothing more", async () => {
  const clock = fixed();
  const gate = Promise.withResolvers<Performed>();
  const performer = scriptedPerformer(clock, () => gate.promise);
  const all = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer }, concurrency: 1 });
  all.engine.start();
  await send(all, "e1");
  await send(all, "e2", { subject: "other" });
  await until(() => performer.calls.length === 1);
  const stopped = all.engine.stop(10_000);
  await settled();
  gate.resolve({ outcome: "done" });
  await stopped;
  expect(await all.store.events.counts()).toMatchObject({ waiting: 1, running: 0 });
  expect(performer.calls).toHaveLength(1);
});

test("what does not end in time is stopped and given back, to be done at once by whoever comes next", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(
    clock,
    (_, { signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(down()))),
  );
  const all = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer } });
  all.engine.start();
  await send(all, "e1");
  await until(() => performer.calls.length === 1);
  const stopped = all.engine.stop(10_000);
  await pass(clock, 11_000);
  await stopped;
  expect(await all.store.events.delivery("e1:a")).toMatchObject({ state: "waiting" });
  expect((await all.store.events.delivery("e1:a"))?.notBefore).toBeLessThanOrEqual(clock.now());
  expect(await outcomes(all, "e1:a")).toEqual(["lost"]);
});

test("a store that fails is asked again, and nothing is lost", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock);
  const all = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer } });
  const { dispatch } = all.store.events;
  let failures = 2;
  Object.assign(all.store.events, {
    dispatch: (dispatches: Parameters<typeof dispatch>[0]) =>
      dispatches.length > 0 && failures-- > 0 ? Promise.reject(new Error("The disk is full.")) : dispatch(dispatches),
  });
  all.engine.start();
  await send(all, "e1");
  await pass(clock, 15_000);
  await until(() => performer.calls.length === 1);
  await all.engine.stop(0);
  expect(all.log.lines.filter(({ message }) => message === "The disk is full.")).toHaveLength(2);
});

test("a platform that is asked for more holds back its own events only; what it said is what the delivery sees", async () => {
  const clock = fixed();
  const seen: unknown[] = [];
  let asked = 0;
  const performer = scriptedPerformer(clock, (_, { event: open }) => {
    seen.push([open.stored.id, open.envelope.data]);
    return { outcome: "done" };
  });
  const all = await layer({
    clock,
    followers: [followerTo(["a"])],
    performers: { rule: performer },
    origins: (integration) =>
      integration === "default/gh"
        ? {
            events: { main: {} },
            enrich: async (one) => {
              asked += 1;
              if (asked < 3) throw new Error("It is down.");
              return { ...one, data: { more: one.id } };
            },
          }
        : undefined,
  });
  all.engine.start();
  await send(all, "e1");
  await send(all, "e2");
  await send(all, "x1", { integration: "default/other", source: "/default/other" });
  await until(() => seen.length === 1);
  expect(seen).toEqual([["x1", { n: "x1" }]]);
  await pass(clock, 20_000);
  await all.engine.stop(0);
  expect(seen.slice(1)).toEqual([
    ["e1", { more: "e1" }],
    ["e2", { more: "e2" }],
  ]);
});

test("an event that comes while an earlier one of its Integration is held back does not go before it", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock);
  let asked = 0;
  const enrich = async (one: PlatformEvent) => {
    asked += 1;
    if (asked === 1) throw new Error("It is down.");
    return one;
  };
  const all = await layer({
    clock,
    followers: [followerTo(["a"])],
    performers: { rule: performer },
    origins: () => ({ events: { main: {} }, enrich }),
    // A wait of 200 ms, shorter than the time between two looks.
    random: () => 0.1,
  });
  all.engine.start();
  await settled();
  await send(all, "e1");
  await until(() => asked === 1);
  await pass(clock, 300);
  await send(all, "e2");
  await pass(clock, 3000);
  await all.engine.stop(0);
  expect(performer.calls.map(({ event: id }) => id)).toEqual(["e1", "e2"]);
});

test("a platform that never says more holds its events back for a while only, and the history says so", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock);
  const enrich = () => Promise.reject(new Error("It is down."));
  const all = await layer({
    clock,
    followers: [followerTo(["a"])],
    performers: { rule: performer },
    origins: () => ({ events: { main: {} }, enrich }),
  });
  all.engine.start();
  await send(all, "e1");
  await pass(clock, 60_000, 1000);
  await all.engine.stop(0);
  expect(performer.calls).toHaveLength(1);
  expect((await all.store.events.eventById("/default/gh", "e1"))?.note).toContain("It is down.");
});

test("an event whose delivery's event is gone, or whose kind nobody performs, is a dead letter", async () => {
  const clock = fixed();
  const all = await layer({ clock, followers: [followerTo(["a"], { kind: "notification" })] });
  all.engine.start();
  await send(all, "e1");
  await until(async () => (await all.store.events.delivery("e1:a"))?.state === "dead");
  await all.engine.stop(0);
  expect(await all.store.events.delivery("e1:a")).toMatchObject({ code: "NoPerformer" });
});

test("finished events go when their time is over, while the engine runs", async () => {
  const clock = fixed();
  const all = await layer({ clock, retention: { finished: MINUTE, dead: MINUTE, maxBytes: 1e9 } });
  all.engine.start();
  await send(all, "e1");
  await until(async () => (await all.store.events.counts()).pending === 0);
  await pass(clock, 61 * MINUTE, MINUTE);
  await until(async () => (await all.store.events.events({ limit: 1 })).length === 0);
  await all.engine.stop(0);
});

test("waits grow up to the longest one, are anywhere between nothing and that, and never before retryAfter", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.nat(LONGEST_WAIT * 2),
      (attempt, random, after) => {
        const wait = backoff(attempt, random, after);
        expect(wait).toBeGreaterThanOrEqual(after);
        expect(wait).toBeLessThanOrEqual(Math.max(after, Math.min(LONGEST_WAIT, 2 ** attempt * 1000)));
      },
    ),
  );
  expect([1, 2, 5, 40].map((attempt) => backoff(attempt, 0.5))).toEqual([1000, 2000, 16_000, LONGEST_WAIT / 2]);
});

const base = { id: "d", attempts: 3 } as Delivery;
const how = { worker: "w", at: 1000, took: 10, random: 0.5 };

test.each<{ what: string; delivery?: Partial<Delivery>; performed: Performed; state: string; notBefore?: number }>([
  { what: "success", performed: { outcome: "done" }, state: "done" },
  {
    what: "what is not to be done",
    performed: { outcome: "skipped", code: "RuleGone", message: "m" },
    state: "skipped",
  },
  { what: "what cannot be cured", performed: { outcome: "dead", code: "AUTH", message: "m" }, state: "dead" },
  { what: "a third failure of twenty", performed: down(), state: "waiting", notBefore: 1010 + 4000 },
  { what: "a third failure of three", performed: down({ maxAttempts: 3 }), state: "dead" },
  {
    what: "a first failure after it was brought back",
    delivery: { attemptsBefore: 2 },
    performed: down({ maxAttempts: 3 }),
    state: "waiting",
    notBefore: 1010 + 1000,
  },
  {
    what: "a failure that is to wait an hour",
    performed: down({ retryAfter: 60 * MINUTE }),
    state: "waiting",
    notBefore: 1010 + 60 * MINUTE,
  },
])("$what ends as $state", ({ delivery, performed, state, notBefore }) => {
  const end = endOf({ ...base, ...delivery }, performed, how);
  expect(end).toMatchObject({ id: "d", worker: "w", state, attempt: { at: 1000, took: 10 } });
  expect(end.notBefore).toBe(notBefore);
});

test("two engines over one store do each delivery once", async () => {
  const clock = fixed();
  // Longer than the time between two looks, so that either could find what the other does.
  const performer = scriptedPerformer(clock, async () => {
    await clock.sleep(1.5 * POLL);
    return { outcome: "done" };
  });
  const one = await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer } });
  const two = await layer({
    clock,
    file: one.store.url.slice("sqlite:".length),
    followers: [followerTo(["a"])],
    performers: { rule: performer },
  });
  takeTurns(one.store, two.store);
  one.engine.start();
  two.engine.start();
  await settled();
  for (let n = 0; n < 20; n++) await send(n % 2 ? one : two, `e${n}`, { subject: `s${n % 3}` });
  await pass(clock, 30_000);
  await one.engine.stop(0);
  await two.engine.stop(0);
  expect(new Set(performer.calls.map(({ event: id }) => id)).size).toBe(20);
  expect(performer.calls).toHaveLength(20);
  expect(await one.store.events.counts()).toEqual({ pending: 0, waiting: 0, running: 0, dead: 0 });
  expect([...one.log.lines, ...two.log.lines].filter(({ level }) => level === "error")).toEqual([]);
});
