/** The store in a real PostgreSQL server. */
import { onTestFinished } from "vitest";
import type { StoreClock } from "../../src/store/index.ts";
import { openPostgresStore } from "../../src/store/postgres/postgres-store.ts";
import { startPostgres } from "../support/postgres.ts";
import { storeContract } from "./contract.ts";
import { VERSION } from "./support.ts";

const server = await startPostgres();
const urls = new WeakMap<object, string>();

async function open(url: string, clock?: StoreClock) {
  const store = await openPostgresStore({ url, version: VERSION, ...(clock ? { clock } : {}) });
  urls.set(store, url);
  onTestFinished(() => store.close());
  return store;
}

storeContract(
  "the store in PostgreSQL",
  async (clock) => open(await server.database(), clock),
  async (store) => open(urls.get(store) as string),
  { sequences: 20 },
);
