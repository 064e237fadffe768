/**
 * The state of commands about events, tokens and the audit log. They work beside a running controller: they take
 * no lock, since each of their writes is one small transaction.
 */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { DEFAULT_STATE_URL, stateAddress } from "../store/open.ts";
import type { LastingStore } from "../store/types.ts";
import { VERSION } from "../version.ts";
import type { Invocation } from "./command.ts";
import { UserError } from "./errors.ts";
import type { StateFlags } from "./flags.ts";
import { readSettings } from "./workspace.ts";

/** What is done with the state; `change` writes to one that is there and makes none. */
type Mode = "read" | "change" | "write";

/**
 * Runs something with the state, which is closed after it.
 *
 * @param mode `write` makes a state where there is none; else `run` gets undefined then.
 * @throws UserError for a state that keeps no events; StoreError.
 */
export async function withLastingStore<T>(
  invocation: Invocation,
  flags: StateFlags,
  mode: Mode,
  run: (store: LastingStore | undefined) => Promise<T>,
): Promise<T> {
  const { folder } = await readSettings(invocation, false);
  const store = await open(flags.state, folder, mode);
  try {
    return await run(store);
  } finally {
    await store?.close();
  }
}

async function open(url: string | undefined, folder: string, mode: Mode): Promise<LastingStore | undefined> {
  if (url !== undefined && /^postgres(ql)?:/i.test(url)) {
    const { openPostgresStore } = await import("../store/postgres/postgres-store.ts");
    return openPostgresStore({ url, version: VERSION });
  }
  const address = stateAddress(url ?? DEFAULT_STATE_URL);
  if (!("file" in address)) {
    throw new UserError("A state in a Git ref keeps no events, tokens or audit log. Use sqlite:PATH or postgres://….");
  }
  const file = resolve(folder, address.file);
  if (mode !== "write" && !(await isThere(file))) return undefined;
  const { openSqliteStore } = await import("../store/sqlite-store.ts");
  return openSqliteStore({ file, version: VERSION, mode: mode === "read" ? "read" : "write" });
}

async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
