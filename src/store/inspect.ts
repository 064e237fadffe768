/**
 * Who holds a state, for somebody who only looks.
 *
 * What is recorded of the holder outlives a crash, the lock does not: so the lock is tried, for the moment
 * that it takes, and the record only names who has it.
 */
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { explaining } from "./errors.ts";
import { exists } from "./folder.ts";
import { LockFile } from "./lock.ts";
import { stateFile } from "./open.ts";
import { lockFileOf } from "./sqlite-store.ts";
import type { Holder } from "./types.ts";

export interface Inspection {
  /** The state's file, absolute. */
  file: string;
  /** Whether it is there. */
  exists: boolean;
  /** Whether somebody is applying. */
  locked: boolean;
  /** Who, where that is recorded. */
  holder?: Holder;
}

/**
 * @param url as after `--state`. @param folder where relative paths start.
 * @throws StoreError for an address that is none, or files that cannot be read.
 */
export async function inspectState(url: string, folder: string): Promise<Inspection> {
  const file = resolve(folder, stateFile(url));
  const lockFile = lockFileOf(file);
  return explaining(file, async () => {
    const there = await exists(file);
    if (!there || !(await exists(lockFile)) || (await isFree(lockFile))) return { file, exists: there, locked: false };
    const holder = recordedHolder(file);
    return { file, exists: true, locked: true, ...(holder ? { holder } : {}) };
  });
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
