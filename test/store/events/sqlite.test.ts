/** Events, audit and tokens in an SQLite file. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { LastingStore, StoreClock } from "../../../src/store/index.ts";
import { openSqliteStore } from "../../../src/store/sqlite-store.ts";
import { temporaryFolder, VERSION } from "../support.ts";
import { eventStoreContract } from "./contract.ts";

async function open(file: string, clock?: StoreClock): Promise<LastingStore> {
  const store = await openSqliteStore({ file, version: VERSION, ...(clock ? { clock } : {}) });
  onTestFinished(() => store.close());
  return store;
}

eventStoreContract("events in SQLite", {
  open: async (clock) => open(join(await temporaryFolder(), "state.db"), clock),
  beside: (store) => open(store.url.slice("sqlite:".length)),
  partner: async (store) => store,
  sequences: 100,
});
