/**
 * The state of commands about events, tokens and the audit log. They work beside a running controller: they take
 * no lock, since each of their writes is one small transaction.
 */
import { resolve } from "node:path";
import { exists } from "../store/folder.ts";
import { DEFAULT_STATE_URL, openLastingStore, stateAddress } from "../store/open.ts";
import type { LastingStore } from "../store/types.ts";
import { VERSION } from "../version.ts";
import type { Invocation } from "./command.ts";
import type { StateFlags } from "./flags.ts";
import { readSettings } from "./workspace.ts";

/** What is done with the state; `change` writes to one that is there and makes none. */
type Mode = "read" | "change" | "write";

/**
 * Runs something with the state, which is closed after it.
 *
 * @param mode `write` makes a state where there is none; `change` gives `run` undefined then, `read` an empty one.
 * @throws StoreError, also for a state that keeps no events.
 */
export async function withLastingStore<T>(
  invocation: Invocation,
  flags: StateFlags,
  mode: Mode,
  run: (store: LastingStore | undefined) => Promise<T>,
): Promise<T> {
  const { folder } = await readSettings(invocation, false);
  const store = await open(invocation, flags.state, folder, mode);
  try {
    return await run(store);
  } finally {
    await store?.close();
  }
}

/** What only reads makes nothing, in PostgreSQL neither, and finds a state that is not there empty. */
async function open(invocation: Invocation, url: string | undefined, folder: string, mode: Mode) {
  if (mode === "change" && !(await isThere(url, folder))) return undefined;
  const { env } = invocation.surroundings;
  return openLastingStore(url, { mode: mode === "read" ? "read" : "write", folder, env, version: VERSION });
}

/** Whether there is a file to change; of a database, opening it tells. */
async function isThere(url: string | undefined, folder: string): Promise<boolean> {
  const address = stateAddress(url ?? DEFAULT_STATE_URL);
  return !("file" in address) || exists(resolve(folder, address.file));
}
