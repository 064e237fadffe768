import { expect, test } from "vitest";
import type { NewDelivery } from "../../../src/store/event-types.ts";
import { START } from "../support.ts";
import type { Opening } from "./contract.ts";
import { claimed, claimOf, delivery, died, ended, event, followed, ids, retried } from "./support.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export function workTests(opening: Opening): void {
  orderTests(opening);
  workerTests(opening);
  deadTests(opening);
}

function orderTests({ open }: Opening): void {
  test("one of a key at a time, in order, and other keys are not held back", async () => {
    const { events } = await open();
    for (const n of [1, 2, 3])
      await followed(events, `e${n}`, [delivery(`a${n}`), delivery(`b${n}`, { orderingKey: "o" })]);
    expect(await claimed(events)).toEqual(["a1", "b1"]);
    expect(await claimed(events)).toEqual([]);
    await events.end([ended("b1")]);
    expect(await claimed(events)).toEqual(["b2"]);
    await events.end([ended("a1"), ended("b2")]);
    expect(await claimed(events)).toEqual(["a2", "b3"]);
  });

  test("the same key of another target is another key", async () => {
    const { events } = await open();
    await followed(events, "e", [delivery("a"), delivery("b", { target: "q" }), delivery("c", { namespace: "n" })]);
    expect((await claimed(events)).toSorted()).toEqual(["a", "b", "c"]);
  });

  test("nothing is claimed before its time", async () => {
    const { events } = await open();
    await followed(events, "e", [delivery("a", { notBefore: START + 10 })]);
    expect(await claimed(events, { now: START + 9 })).toEqual([]);
    expect(await events.nextDue(START)).toBe(START + 10);
    expect(await claimed(events, { now: START + 10 })).toEqual(["a"]);
  });

  test("when the next is due leaves out what is due already", async () => {
    const { events } = await open();
    expect(await events.nextDue(START)).toBeUndefined();
    await followed(events, "e", [
      delivery("a", { notBefore: START + 50 }),
      delivery("b"),
      delivery("c", { notBefore: 5 }),
    ]);
    expect(await events.nextDue(START)).toBe(START + 50);
    expect(await events.nextDue(START + 50)).toBeUndefined();
  });

  test("a retry holds back its own key for as long as passAfter says; then later ones pass it, and it says so", async () => {
    const { events } = await open();
    for (const n of [1, 2])
      await followed(events, `e${n}`, [delivery(`a${n}`), delivery(`b${n}`, { orderingKey: "o" })]);
    await claimed(events);
    await events.end([retried("a1", START + 100 * MINUTE), ended("b1")]);
    expect(await claimed(events, { until: START + 9 * MINUTE })).toEqual(["b2"]);
    expect(await claimed(events, { now: START + 5 * MINUTE - 1 })).toEqual([]);
    expect((await events.delivery("a1"))?.passedAt).toBeUndefined();
    const now = START + 5 * MINUTE;
    expect(await claimed(events, { now, until: now + 1 })).toContain("a2");
    expect((await events.delivery("a1"))?.passedAt).toBe(now);
    expect((await events.delivery("a2"))?.passedAt).toBeUndefined();
  });

  test("retries count from the first one on, so that a delivery cannot hold its key back anew each time", async () => {
    const { events } = await open();
    for (const n of [1, 2]) await followed(events, `e${n}`, [delivery(`a${n}`)]);
    await claimed(events);
    await events.end([retried("a1", START + 4 * MINUTE)]);
    const second = START + 4 * MINUTE;
    expect(await claimed(events, { now: second, until: second + MINUTE })).toEqual(["a1"]);
    await events.end([retried("a1", START + 30 * MINUTE, second)]);
    expect(await claimed(events, { now: START + 5 * MINUTE, until: START + 9 * MINUTE })).toEqual(["a2"]);
  });

  test("one that was passed comes again when it is due, beside a later one that runs", async () => {
    const { events } = await open();
    for (const n of [1, 2]) await followed(events, `e${n}`, [delivery(`a${n}`)]);
    await claimed(events);
    await events.end([retried("a1", START + 6 * MINUTE)]);
    const until = START + 60 * MINUTE;
    expect(await claimed(events, { now: START + 5 * MINUTE, until })).toEqual(["a2"]);
    expect(await claimed(events, { now: START + 6 * MINUTE, until })).toEqual(["a1"]);
  });

  test("at most so many of a target run at once, and a full target holds back no other", async () => {
    const { events } = await open();
    const many = Array.from({ length: 30 }, (_, n) =>
      delivery(`a${String(n).padStart(2, "0")}`, { orderingKey: `k${n}`, concurrency: 2 }),
    );
    await followed(events, "e1", many);
    await followed(events, "e2", [delivery("z", { target: "q", notBefore: START + 1 })]);
    expect(await claimed(events, { limit: 5, now: START + 1 })).toEqual(["a00", "a01", "z"]);
    expect(await claimed(events, { limit: 5, now: START + 1 })).toEqual([]);
    await events.end([ended("a00")]);
    expect(await claimed(events, { limit: 5, now: START + 1 })).toEqual(["a02"]);
    // The places of lost ones are free again.
    const late = START + 10 * MINUTE;
    expect(await claimed(events, { limit: 5, now: late, until: late + 1 })).toHaveLength(3);
  });

  test("a limit counts from the first delivery that has it, whatever runs or waits for its retry from before", async () => {
    const { events } = await open();
    const of = (id: string, more: Partial<NewDelivery> = {}) => delivery(id, { orderingKey: id, ...more });
    await followed(events, "e1", [of("runs"), of("waits")]);
    await claimed(events);
    await events.end([retried("waits", START + 3 * HOUR)]);
    await followed(events, "e2", [
      of("a", { concurrency: 2 }),
      of("b", { concurrency: 2 }),
      of("c", { concurrency: 2 }),
    ]);
    expect(await claimed(events)).toEqual(["a"]);
    expect(await claimed(events)).toEqual([]);
    await events.end([ended("runs")]);
    expect(await claimed(events)).toEqual(["b"]);
    await followed(events, "e3", [of("d", { concurrency: 4 })]);
    expect(await claimed(events)).toEqual(["c", "d"]);
  });

  test("the first of a key is found behind many that wait for others", async () => {
    const { events } = await open();
    const crowd = Array.from({ length: 500 }, (_, n) => delivery(`a${n}`));
    await followed(events, "e1", [
      ...crowd,
      delivery("z", { orderingKey: "other" }),
      delivery("y", { orderingKey: "y" }),
    ]);
    expect((await claimed(events)).toSorted()).toEqual(["a0", "y", "z"]);
    await events.end([retried("a0", START + 6 * MINUTE)]);
    const now = START + 6 * MINUTE;
    expect((await claimed(events, { now, until: now + MINUTE })).toSorted()).toEqual(["a0", "a1", "y", "z"]);
  });
}

function workerTests({ open, partner }: Opening): void {
  test("a claim gives a delivery with every field, and counts the attempt", async () => {
    const { events } = await open();
    const one = delivery("a", { kind: "notification", concurrency: 3, input: '{"x":1}' });
    const seq = await followed(events, "e", [one]);
    expect((await events.claim(claimOf())).deliveries).toMatchObject([
      { ...one, event: seq, state: "running", attempts: 1, notBefore: START + MINUTE },
    ]);
  });

  test("two processes that claim at the same time never get the same delivery", async () => {
    const store = await open();
    const other = await partner(store);
    const many = Array.from({ length: 120 }, (_, n) => delivery(`d${n}`, { orderingKey: `k${n % 40}` }));
    await followed(store.events, "e", many);
    const done: string[] = [];
    const work = async (of: typeof store, worker: string) => {
      for (let idle = 0; idle < 3; ) {
        const mine = await claimed(of.events, { worker, limit: 7 });
        idle = mine.length === 0 ? idle + 1 : 0;
        done.push(...mine);
        await of.events.end(mine.map((id) => ended(id, { worker })));
      }
    };
    await Promise.all([work(store, "w1"), work(other, "w2"), work(store, "w3"), work(other, "w4")]);
    expect(done.toSorted()).toEqual(ids(await store.events.deliveries({ limit: 200 })).toSorted());
    for (const key of Array.from({ length: 40 }, (_, n) => n)) {
      const order = done.filter((id) => Number(id.slice(1)) % 40 === key);
      expect(order).toEqual(order.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1))));
    }
  });

  test("two processes together keep to a target's limit", async () => {
    const store = await open();
    const other = await partner(store);
    const many = Array.from({ length: 40 }, (_, n) => delivery(`d${n}`, { orderingKey: `k${n}`, concurrency: 3 }));
    await followed(store.events, "e", many);
    const claims = await Promise.all(
      [store, other, store, other].map((one, n) => claimed(one.events, { worker: `w${n}` })),
    );
    expect(claims.flat()).toHaveLength(3);
  });

  test("what a lost worker held comes again, the loss is an attempt, and what that worker says later does not count", async () => {
    const { events } = await open();
    await followed(events, "e", [delivery("a")]);
    await claimed(events);
    expect(await claimed(events, { now: START + MINUTE - 1, worker: "w2" })).toEqual([]);
    const now = START + MINUTE;
    expect(await claimed(events, { now, until: now + MINUTE, worker: "w2" })).toEqual(["a"]);
    await events.end([ended("a")]);
    expect(await events.renew("w1", now + 9 * MINUTE, new Map([["a", "old"]]), ["a"])).toEqual([]);
    expect(await events.delivery("a")).toMatchObject({ state: "running", attempts: 2 });
    await events.end([ended("a", { worker: "w2" })]);
    expect(await events.delivery("a")).toMatchObject({ state: "done", finishedAt: START + 5 });
    expect(await events.attempts("a")).toMatchObject([{ outcome: "lost", at: START + MINUTE }, { outcome: "done" }]);
  });

  test("renewing keeps a delivery and its progress, which the next worker finds", async () => {
    const { events } = await open();
    await followed(events, "e", [delivery("a"), delivery("b", { orderingKey: "o" })]);
    await claimed(events);
    const until = START + 2 * MINUTE;
    expect(await events.renew("w1", until, new Map([["a", '{"done":1}']]), ["a", "b", "x"])).toEqual(["a", "b"]);
    expect(await claimed(events, { now: until - 1, worker: "w2" })).toEqual([]);
    const { deliveries: again } = await events.claim(claimOf({ now: until, until: until + 1, worker: "w2" }));
    expect(again).toMatchObject([{ id: "a", progress: '{"done":1}' }, { id: "b" }]);
    await events.end([ended("a", { worker: "w2", progress: '{"done":2}' })]);
    expect((await events.delivery("a"))?.progress).toBe('{"done":2}');
  });

  test("an attempt says what came of it", async () => {
    const { events } = await open();
    await followed(events, "e", [delivery("a")]);
    await claimed(events);
    const attempt = {
      at: START + 1,
      took: 12.4,
      outcome: "skipped" as const,
      step: "announce",
      code: "Off",
      message: "m",
    };
    await events.end([ended("a", { attempt, state: "skipped" })]);
    expect(await events.attempts("a")).toStrictEqual([{ ...attempt, took: 12 }]);
    expect(await events.delivery("a")).toMatchObject({ state: "skipped", code: "Off", finishedAt: START + 13 });
  });

  test("counts say what is open and how old it is", async () => {
    const { events } = await open({
      now: () => START,
      monotonic: () => 0,
      sleep: async () => undefined,
      every: () => () => undefined,
    });
    expect(await events.counts()).toEqual({ pending: 0, waiting: 0, running: 0, dead: 0 });
    await followed(events, "e", [delivery("a"), delivery("b"), delivery("c", { orderingKey: "o" })]);
    await events.accept([event("p", { receivedAt: START - 7 })]);
    await claimed(events);
    await events.end([died("c")]);
    expect(await events.counts()).toEqual({ pending: 1, waiting: 1, running: 1, dead: 1, oldest: START - 7 });
  });
}

function deadTests({ open }: Opening): void {
  test("a dead delivery holds nothing back, and comes back whole with its attempts behind it", async () => {
    const { events } = await open();
    for (const n of [1, 2]) await followed(events, `e${n}`, [delivery(`a${n}`)]);
    await claimed(events);
    await events.end([died("a1")]);
    expect(await events.deliveries({ state: "dead", limit: 9 })).toMatchObject([
      { id: "a1", code: "VALIDATION", message: "No.", attempts: 1 },
    ]);
    expect(await claimed(events)).toEqual(["a2"]);
    await events.end([ended("a2")]);
    expect(await events.replay(["a1", "a2", "none"], START + 1)).toBe(1);
    expect(await events.replay(["a1"], START + 1)).toBe(0);
    const [again] = (await events.claim(claimOf({ now: START + 1 }))).deliveries;
    expect(again).toMatchObject({ id: "a1", attempts: 2, attemptsBefore: 1 });
    expect(again).not.toHaveProperty("code");
    await events.end([ended("a1")]);
    expect((await events.attempts("a1")).map(({ outcome }) => outcome)).toEqual(["dead", "done"]);
  });

  test("an event that follows anew has new deliveries under the same ids, and keeps those that are open", async () => {
    const { events } = await open();
    const seq = await followed(events, "e", [delivery("a"), delivery("b", { orderingKey: "o", notBefore: START + 9 })]);
    await claimed(events);
    await events.end([ended("a")]);
    expect(await events.replayEvent(seq)).toBe(true);
    expect(await events.replayEvent(seq)).toBe(false);
    expect(await events.replayEvent(seq + 100)).toBe(false);
    expect(ids(await events.deliveries({ limit: 9 }))).toEqual(["b"]);
    const [pending] = await events.pending(1);
    expect(pending).toMatchObject({ seq, state: "pending" });
    await events.dispatch([{ seq, state: "dispatched", deliveries: [delivery("a"), delivery("b")] }]);
    expect(ids(await events.deliveries({ limit: 9 }))).toEqual(["b", "a"]);
    expect(await events.delivery("a")).toMatchObject({ state: "waiting", attempts: 0 });
    expect(await events.attempts("a")).toEqual([]);
  });

  test("no more than one has the right to dispatch", async () => {
    const { events } = await open();
    const right = await events.dispatcher();
    expect(right?.held()).toBe(true);
    await right?.release();
  });
}
