/**
 * From the text after `--state` to a store.
 *
 * The SQLite store, and Kysely with it, is loaded only where there is a file to open, what runs git only
 * for a ref, PostgreSQL's client only for an address of one. An address may hold a password, so messages repeat its scheme and no more.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type StoreClock, systemClock } from "./clock.ts";
import { explaining } from "./errors.ts";
import { exists, STATE_FOLDER } from "./folder.ts";
import { type GitAddress, gitAddress } from "./git/address.ts";
import { createMemoryStore } from "./memory-store.ts";
import { withoutPassword } from "./postgres/address.ts";
import { readOnly } from "./read-only.ts";
import { type LastingStore, type Store, StoreError } from "./types.ts";

/** Relative to the folder of the configuration. */
export const DEFAULT_STATE_URL = `sqlite:${STATE_FOLDER}/state.db`;

export interface OpenStoreOptions {
  /** `read` leaves no file behind, and an absent state reads as an empty one. */
  mode: "read" | "write";
  /** What relative paths start at, and where git runs: the folder of the configuration. */
  folder: string;
  /** The version of this program. */
  version: string;
  /** Default: the machine's time. */
  clock?: StoreClock;
  /** On SQLite events and deliveries are written by a thread of their own. */
  thread?: boolean;
  /** What git finds in its environment; default: nothing. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** Where a state is kept. */
export type StateAddress = { file: string } | { git: GitAddress } | { postgres: string };

/**
 * Opens the state.
 *
 * @param url `sqlite:PATH`, `git:REF` or `postgres://…`; default {@link DEFAULT_STATE_URL}.
 * @throws StoreError `BadUrl`, and whatever opening it may give.
 */
export async function openStore(url: string | undefined, options: OpenStoreOptions): Promise<Store> {
  const address = stateAddress(url ?? DEFAULT_STATE_URL);
  const store = await openAddress(address, options);
  return options.mode === "read" ? readOnly(store) : store;
}

function openAddress(address: StateAddress, options: OpenStoreOptions): Promise<Store> {
  if ("git" in address) return openGit(address.git, options);
  if ("postgres" in address) return openPostgres(address.postgres, options);
  return openFile(address.file, options);
}

/**
 * Opens a state that keeps events, deliveries, the audit log and tokens. With `read` it refuses writes, and one
 * that is not there reads as an empty one.
 *
 * @throws StoreError `BadUrl` for a state that keeps none, and whatever opening it may give.
 */
export async function openLastingStore(url: string | undefined, options: OpenStoreOptions): Promise<LastingStore> {
  const address = stateAddress(url ?? DEFAULT_STATE_URL);
  if ("git" in address) {
    throw badUrl(
      "A state in a Git ref keeps no events, tokens or audit log. Use sqlite:PATH or postgres://…, which do.",
    );
  }
  const { folder, mode, version, clock, thread = false } = options;
  if ("postgres" in address) {
    const { openPostgresStore } = await import("./postgres/postgres-store.ts");
    const store = await openPostgresStore({ ...postgresOptions(address.postgres, options), mode });
    return store ?? emptyStore(withoutPassword(address.postgres), options);
  }
  const file = resolve(folder, address.file);
  if (mode === "read" && !(await explaining(file, () => exists(file)))) return emptyStore(`sqlite:${file}`, options);
  const { openSqliteStore } = await import("./sqlite-store.ts");
  return openSqliteStore({ file, version, mode, thread, ...(clock ? { clock } : {}) });
}

/** What reads as a state that nobody has made yet. */
async function emptyStore(url: string, { version, clock }: OpenStoreOptions): Promise<LastingStore> {
  const { openEmptySqliteStore } = await import("./sqlite-store.ts");
  return openEmptySqliteStore({ url, version, ...(clock ? { clock } : {}) });
}

const postgresOptions = (url: string, { version, clock }: OpenStoreOptions) => ({
  url,
  version,
  ...(clock ? { clock } : {}),
});

async function openPostgres(url: string, options: OpenStoreOptions): Promise<Store> {
  const { openPostgresStore } = await import("./postgres/postgres-store.ts");
  const store = await openPostgresStore({ ...postgresOptions(url, options), mode: options.mode });
  return store ?? createMemoryStore({ url: withoutPassword(url) });
}

async function openFile(path: string, { folder, mode, version, clock }: OpenStoreOptions): Promise<Store> {
  const file = resolve(folder, path);
  if (mode === "read" && !(await explaining(file, () => exists(file)))) {
    return createMemoryStore({ url: `sqlite:${file}` });
  }
  const { openSqliteStore } = await import("./sqlite-store.ts");
  return openSqliteStore({ file, version, mode, ...(clock ? { clock } : {}) });
}

async function openGit({ ref, remote, lease }: GitAddress, options: OpenStoreOptions): Promise<Store> {
  const { folder, version, env = {}, clock = systemClock() } = options;
  const [{ openRemoteRef }, { openGitStore }] = await Promise.all([
    import("./git/remote-ref.ts"),
    import("./git/git-store.ts"),
  ]);
  return openGitStore({ ref: await openRemoteRef({ folder, ref, remote, env, clock }), version, lease, clock });
}

/** Whether a state outlives the machine, so that what is kept beside it has to as well. */
export function isKeptElsewhere(url: string): boolean {
  return /^(git|postgres|postgresql):/i.test(url);
}

/**
 * Reads the text after `--state`.
 *
 * @throws StoreError `BadUrl`, saying what there is.
 */
export function stateAddress(url: string): StateAddress {
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url) ?? [];
  if (scheme === undefined)
    throw badUrl(`The state's address has no scheme. Write it as sqlite:PATH, for example ${DEFAULT_STATE_URL}.`);
  const name = scheme.toLowerCase();
  if (name === "git") return { git: gitAddress(rest) };
  if (name === "postgres" || name === "postgresql") return { postgres: postgresUrl(url) };
  if (name !== "sqlite")
    throw badUrl(
      `Plumbline knows no state of the scheme "${scheme}:". Available in this version: sqlite:PATH, git:REF, postgres://USER@HOST/DATABASE.`,
    );
  return { file: filePath(rest) };
}

/** The address may hold a password, so a message repeats none of it. */
function postgresUrl(url: string): string {
  const host = URL.canParse(url) ? new URL(url).host || new URL(url).searchParams.get("host") : null;
  if (host) return url;
  throw badUrl(
    "The state's address names no PostgreSQL server. Write it as postgres://USER@HOST/DATABASE; what is special in a password (@ : / # ?) is written as %40 and so on.",
  );
}

/** @returns the path of the file, as it is written in the address. */
function filePath(rest: string): string {
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
