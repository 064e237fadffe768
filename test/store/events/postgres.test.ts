/** Events, audit and tokens in a real PostgreSQL server, and what only it has: being woken, and the right to dispatch. */
import { expect, onTestFinished, test } from "vitest";
import type { LastingStore, StoreClock } from "../../../src/store/index.ts";
import { openPostgresStore } from "../../../src/store/postgres/postgres-store.ts";
import { followerTo, layer, scriptedPerformer } from "../../events/support.ts";
import { VirtualClock } from "../../support/clock.ts";
import { startPostgres } from "../../support/postgres.ts";
import { VERSION } from "../support.ts";
import { eventStoreContract } from "./contract.ts";
import { event } from "./support.ts";

const HOUR = 60 * 60 * 1000;

const server = await startPostgres();
const urls = new WeakMap<LastingStore, string>();

async function open(url: string, clock?: StoreClock): Promise<LastingStore> {
  const store = await openPostgresStore({ url, version: VERSION, ...(clock ? { clock } : {}) });
  urls.set(store, url);
  onTestFinished(() => store.close());
  return store;
}

const beside = (store: LastingStore) => open(urls.get(store) as string);

eventStoreContract("events in PostgreSQL", {
  open: async (clock) => open(await server.database(), clock),
  beside,
  partner: beside,
  sequences: 15,
});

test("a receiver that is down for an hour gets every event once, under one id, and nothing is given up", async () => {
  const store = await open(await server.database());
  const clock = new VirtualClock({ auto: false });
  const upAt = clock.now() + HOUR;
  const down = { outcome: "retry", code: "UNAVAILABLE", message: "connection refused" } as const;
  const performer = scriptedPerformer(clock, () => (clock.now() < upAt ? down : { outcome: "done" }));
  const { engine } = await layer({ clock, store, followers: [followerTo(["r"])], performers: { rule: performer } });
  engine.start();
  const sent = Array.from({ length: 12 }, (_, at) =>
    event(`e${at}`, { subject: `s${at % 3}`, receivedAt: clock.now() }),
  );
  await engine.takeIn(sent);
  const left = async () => {
    const { pending, waiting, running } = await store.events.counts();
    return pending + waiting + running;
  };
  // The server's answers take real time: after each step of the clock some are waited for.
  for (let step = 0; clock.now() < upAt + HOUR && (step < 60 || (await left()) > 0); step++) {
    await clock.advance(60_000);
    for (let turn = 0; turn < 6; turn++) await left();
  }
  await engine.stop(0);
  expect(await store.events.counts()).toMatchObject({ pending: 0, waiting: 0, running: 0, dead: 0 });
  const delivered = performer.calls.filter(({ at }) => at >= upAt).map(({ event: id }) => id);
  expect(delivered.toSorted()).toEqual(sent.map(({ id }) => id).toSorted());
  expect(performer.calls.some(({ at }) => at < upAt)).toBe(true);
  for (const { id } of sent) {
    expect(new Set(performer.calls.filter((call) => call.event === id).map((call) => call.id)).size).toBe(1);
  }
});

test("another process is woken by an event that it did not take in", async () => {
  const store = await open(await server.database());
  const other = await beside(store);
  const woken = Promise.withResolvers<void>();
  await other.events.onWake(woken.resolve);
  // The first may come before the other listens.
  for (
    let n = 0;
    (await Promise.race([woken.promise.then(() => true), store.events.accept([event(`e${n}`)])])) !== true;
    n++
  );
});

test("the right to dispatch is one process's, and another's after it is released or lost", async () => {
  const store = await open(await server.database());
  const other = await beside(store);
  const right = await store.events.dispatcher();
  expect(right?.held()).toBe(true);
  expect(await other.events.dispatcher()).toBeUndefined();
  await right?.release();
  const next = await other.events.dispatcher();
  expect(next?.held()).toBe(true);
  await next?.release();
});
