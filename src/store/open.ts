/**
 * From the text after `--state` to a store.
 *
 * The SQLite store, and Kysely with it, is loaded only where there is a file to open. An address may
 * hold a password, so messages repeat its scheme and no more.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { StoreClock } from "./clock.ts";
import { explaining } from "./errors.ts";
import { exists, STATE_FOLDER } from "./folder.ts";
import { createMemoryStore } from "./memory-store.ts";
import { readOnly } from "./read-only.ts";
import { type Store, StoreError } from "./types.ts";

/** Relative to the folder of the configuration. */
export const DEFAULT_STATE_URL = `sqlite:${STATE_FOLDER}/state.db`;

export interface OpenStoreOptions {
  /** `read` leaves no file behind, and an absent state reads as an empty one. */
  mode: "read" | "write";
  /** What relative paths start at: the folder of the configuration. */
  folder: string;
  /** The version of this program. */
  version: string;
  /** Default: the machine's time. */
  clock?: StoreClock;
}

/**
 * Opens the state.
 *
 * @param url `sqlite:PATH`; default {@link DEFAULT_STATE_URL}.
 * @throws StoreError `BadUrl`, and whatever opening the file may give.
 */
export async function openStore(url: string | undefined, options: OpenStoreOptions): Promise<Store> {
  const file = resolve(options.folder, stateFile(url ?? DEFAULT_STATE_URL));
  const { mode, version, clock } = options;
  if (mode === "read" && !(await explaining(file, () => exists(file)))) {
    return readOnly(createMemoryStore({ url: `sqlite:${file}` }));
  }
  const { openSqliteStore } = await import("./sqlite-store.ts");
  const store = await openSqliteStore({ file, version, mode, ...(clock ? { clock } : {}) });
  return mode === "read" ? readOnly(store) : store;
}

/**
 * Reads the text after `--state`.
 *
 * @returns the path of the file, as it is written there.
 * @throws StoreError `BadUrl`, saying what there is.
 */
export function stateFile(url: string): string {
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url) ?? [];
  if (scheme === undefined)
    throw badUrl(`The state's address has no scheme. Write it as sqlite:PATH, for example ${DEFAULT_STATE_URL}.`);
  const name = scheme.toLowerCase();
  if (name === "postgres" || name === "postgresql" || name === "git") {
    throw badUrl(
      `This version of Plumbline keeps its state in SQLite only; ${name}: is not available yet. Use --state ${DEFAULT_STATE_URL}, or leave --state out.`,
    );
  }
  if (name !== "sqlite")
    throw badUrl(`Plumbline knows no state of the scheme "${scheme}:". Available in this version: sqlite:PATH.`);
  if (/^:memory:$|[?#\0]/.test(rest) || /^(\/\/)?$/.test(rest) || rest.endsWith("/")) {
    throw badUrl(`The state's address names no file. Write it as sqlite:PATH, for example ${DEFAULT_STATE_URL}.`);
  }
  return rest.startsWith("//") ? absoluteFile(rest) : rest;
}

/** `///var/lib/state.db` has an empty host; another host cannot be reached. */
function absoluteFile(rest: string): string {
  if (!rest.startsWith("///")) {
    throw badUrl("The state's address names a host. Write sqlite:PATH, or sqlite:///PATH for one from the root.");
  }
  return fileURLToPath(`file:${rest}`);
}

function badUrl(message: string): StoreError {
  return new StoreError("BadUrl", message);
}
