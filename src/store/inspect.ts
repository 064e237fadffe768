/**
 * Who holds a state, for somebody who only looks.
 *
 * In a file, what is recorded of the holder outlives a crash, the lock does not: so the lock is tried, for
 * the moment that it takes, and the record only names who has it. In a Git ref and in PostgreSQL the record is the lock.
 */
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "./clock.ts";
import { explaining } from "./errors.ts";
import { exists } from "./folder.ts";
import type { GitAddress } from "./git/address.ts";
import { LockFile } from "./lock.ts";
import { type OpenStoreOptions, stateAddress } from "./open.ts";
import { lockFileOf } from "./sqlite-store.ts";
import type { Holder } from "./types.ts";

export interface Inspection {
  /** The state's file, absolute; or its ref. */
  where: string;
  /** Whether it is there. */
  exists: boolean;
  /** Whether somebody is applying. */
  locked: boolean;
  /** Who, where that is recorded. */
  holder?: Holder;
}

/**
 * @param url as after `--state`. @param options as for opening it.
 * @throws StoreError for an address that is none, or a state that cannot be read.
 */
export async function inspectState(url: string, options: Omit<OpenStoreOptions, "mode">): Promise<Inspection> {
  const address = stateAddress(url);
  if ("git" in address) return inspectRef(address.git, options);
  if ("postgres" in address) {
    const { inspectPostgres } = await import("./postgres/inspect.ts");
    return inspectPostgres(address.postgres, options.version);
  }
  return inspectFile(resolve(options.folder, address.file));
}

async function inspectFile(file: string): Promise<Inspection> {
  const lockFile = lockFileOf(file);
  return explaining(file, async () => {
    const there = await exists(file);
    if (!there || !(await exists(lockFile)) || (await isFree(lockFile))) {
      return { where: file, exists: there, locked: false };
    }
    const holder = recordedHolder(file);
    return { where: file, exists: true, locked: true, ...(holder ? { holder } : {}) };
  });
}

async function inspectRef({ ref, remote }: GitAddress, options: Omit<OpenStoreOptions, "mode">): Promise<Inspection> {
  const [{ openRemoteRef }, { isLive, parse }] = await Promise.all([
    import("./git/remote-ref.ts"),
    import("./git/format.ts"),
  ]);
  const { folder, env = {}, clock = systemClock(), version } = options;
  const opened = await openRemoteRef({ folder, ref, remote, env, clock });
  try {
    const { id, text } = await opened.read();
    const { lease } = parse(text, opened.where, version);
    const locked = isLive(lease, clock.now());
    return { where: opened.where, exists: id !== undefined, locked, ...(locked ? { holder: lease } : {}) };
  } finally {
    await opened.close();
  }
}

async function isFree(lockFile: string): Promise<boolean> {
  const lock = await LockFile.open(lockFile);
  try {
    return lock.attempt() !== undefined;
  } finally {
    lock.close();
  }
}

function recordedHolder(file: string): Holder | undefined {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const row = database.prepare("select pid, host, command, since from holder").get();
    return row && { ...(row as unknown as Holder) };
  } finally {
    database.close();
  }
}
