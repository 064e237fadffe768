/** The worker by itself, over a real store: what it gives away of its room, and when. */
import { expect, test } from "vitest";
import type { Performed } from "../../src/events/types.ts";
import { createWorker } from "../../src/events/worker.ts";
import { delivery, event, following } from "../store/events/support.ts";
import { VirtualClock } from "../support/clock.ts";
import { lastingStore, recordingLog, scriptedPerformer, until } from "./support.ts";

const to = (id: string) => delivery(`${id}:a`, { orderingKey: id, notBefore: 0 });

/** A worker for so many at once, over a store in which so many wait; each that it begins ends when the test says so. */
async function workerWith({ concurrency, waiting }: { concurrency: number; waiting: number }) {
  const clock = new VirtualClock({ auto: false });
  const store = (await lastingStore(clock)).events;
  const ends: (() => void)[] = [];
  const performer = scriptedPerformer(
    clock,
    () => new Promise<Performed>((resolve) => ends.push(() => resolve({ outcome: "done" }))),
  );
  const events = Array.from({ length: waiting }, (_, n) => event(`e${n}`, { receivedAt: clock.now() }));
  await store.accept(events, { following: events.map(({ id }) => following([to(id)])) });
  const worker = createWorker({
    ...{ store, performers: { rule: performer }, origins: () => undefined, clock, concurrency },
    ...{ random: () => 0.5, log: recordingLog(), name: "w", onEnded: () => undefined, raise: async () => undefined },
  });
  /** Lets so many of those under way end. */
  const end = async (count: number) => {
    const left = worker.busy() - count;
    await until(() => ends.length >= count);
    for (const one of ends.splice(0, count)) one();
    await until(() => worker.busy() === left);
  };
  return { worker, end };
}

test("once a claim was filled no room is given to what comes, however much is free, until a claim was not", async () => {
  const { worker, end } = await workerWith({ concurrency: 8, waiting: 7 });
  expect(await worker.claim()).toBe("found");
  await end(4);
  // Of 8 places 8 are free, and 3 deliveries wait.
  expect(worker.reserve(1)).toBeUndefined();
  expect(await worker.claim()).toBe("found");
  expect(worker.reserve(1)?.hold).toMatchObject({ worker: "w" });
});

test("a claim that was filled by the last that waited keeps the room too, until another one has looked", async () => {
  const { worker, end } = await workerWith({ concurrency: 8, waiting: 4 });
  expect(await worker.claim()).toBe("found");
  await end(4);
  expect(worker.reserve(1)).toBeUndefined();
  expect(await worker.claim()).toBe("nothing");
  expect(worker.reserve(8)?.hold).toMatchObject({ worker: "w" });
});

test("half of the room is kept for deliveries that were added, until a claim has looked for them", async () => {
  const { worker } = await workerWith({ concurrency: 8, waiting: 0 });
  expect(await worker.claim()).toBe("nothing");
  expect(worker.awaits()).toBe(false);
  worker.added();
  expect(worker.awaits()).toBe(true);
  expect(worker.reserve(5)).toBeUndefined();
  expect(await worker.claim()).toBe("nothing");
  expect(worker.awaits()).toBe(false);
  expect(worker.reserve(5)?.hold).toMatchObject({ worker: "w" });
});

test("while more waits than was claimed the next claim is made once an eighth of the room is free", async () => {
  const { worker, end } = await workerWith({ concurrency: 16, waiting: 40 });
  for (const held of [8, 12, 14, 15]) {
    expect(await worker.claim()).toBe("found");
    expect(worker.busy()).toBe(held);
  }
  expect(await worker.claim()).toBe("busy");
  expect(worker.busy()).toBe(15);
  await end(1);
  expect(await worker.claim()).toBe("found");
  expect(worker.busy()).toBe(15);
});
