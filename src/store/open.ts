/**
 * From the text after `--state` to a store.
 *
 * The SQLite store, and Kysely with it, is loaded only where there is a file to open, what runs git only
 * for a ref. An address may hold a password, so messages repeat its scheme and no more.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type StoreClock, systemClock } from "./clock.ts";
import { explaining } from "./errors.ts";
import { exists, STATE_FOLDER } from "./folder.ts";
import { type GitAddress, gitAddress } from "./git/address.ts";
import { createMemoryStore } from "./memory-store.ts";
import { readOnly } from "./read-only.ts";
import { type Store, StoreError } from "./types.ts";

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
  /** What git finds in its environment; default: nothing. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** Where a state is kept. */
export type StateAddress = { file: string } | { git: GitAddress };

/**
 * Opens the state.
 *
 * @param url `sqlite:PATH` or `git:REF`; default {@link DEFAULT_STATE_URL}.
 * @throws StoreError `BadUrl`, and whatever opening it may give.
 */
export async function openStore(url: string | undefined, options: OpenStoreOptions): Promise<Store> {
  const address = stateAddress(url ?? DEFAULT_STATE_URL);
  const store = "git" in address ? await openGit(address.git, options) : await openFile(address.file, options);
  return options.mode === "read" ? readOnly(store) : store;
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
  return url.startsWith("git:");
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
  if (name === "postgres" || name === "postgresql") {
    throw badUrl(
      `This version of Plumbline keeps its state in SQLite or a Git ref; ${name}: is not available yet. Use --state ${DEFAULT_STATE_URL}, or leave --state out.`,
    );
  }
  if (name !== "sqlite")
    throw badUrl(
      `Plumbline knows no state of the scheme "${scheme}:". Available in this version: sqlite:PATH, git:REF.`,
    );
  return { file: filePath(rest) };
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
