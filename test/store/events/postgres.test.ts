/** Events, audit and tokens in a real PostgreSQL server, and what only it has: being woken, and the right to dispatch. */
import { expect, onTestFinished, test } from "vitest";
import type { LastingStore, StoreClock } from "../../../src/store/index.ts";
import { openPostgresStore } from "../../../src/store/postgres/postgres-store.ts";
import { startPostgres } from "../../support/postgres.ts";
import { VERSION } from "../support.ts";
import { eventStoreContract } from "./contract.ts";
import { event } from "./support.ts";

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
