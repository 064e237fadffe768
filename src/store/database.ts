/**
 * Opens the state file.
 *
 * WAL lets others read while one process writes. `synchronous=FULL` syncs at each commit, so that what
 * was reported as recorded survives a power cut. SQLite blocks the whole process while it waits for
 * another writer; that is acceptable because nobody holds a write transaction for longer than it takes.
 */
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type { StoreClock } from "./clock.ts";
import { sqliteCode } from "./errors.ts";
import { createFile, ensureFolder, exists, isWritable } from "./folder.ts";
import { assertReadable, type Migration, migrate } from "./migrations.ts";

/** Milliseconds that SQLite waits for another process's write. */
const BUSY_TIMEOUT = 5000;
/** Tries, 50 ms apart, for what SQLite refuses without waiting. */
const BUSY_TRIES = 100;
const SQLITE_BUSY = 5;
/**
 * Pages of the log, 16 MB, after which it is written back into the file (SQLite's default is 1000). The pages of its
 * indexes that are written at random come again and again; so more of them are written back once.
 */
const CHECKPOINT = 4000;

export interface OpenDatabaseOptions {
  file: string;
  /** What people know the file as. */
  where: string;
  /** The version of this program. */
  version: string;
  clock: StoreClock;
  /** `read` creates no file; it brings an older format to the newest one, and then refuses to write. */
  mode: "read" | "write";
  /** Only for tests of later formats. */
  migrations?: readonly Migration[];
}

/** @throws StoreError, or what SQLite and the file system throw. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<DatabaseSync> {
  const file = resolve(options.file);
  if (options.mode === "write") {
    await ensureFolder(dirname(file));
    await createFile(file);
  }
  const readOnly = options.mode === "read" && !(await isWritable(file));
  const database = readOnly ? await openReadOnly(file) : new DatabaseSync(file, { timeout: BUSY_TIMEOUT });
  try {
    if (!readOnly) await useWriteAheadLog(database, options);
    database.exec(`pragma synchronous = full; pragma foreign_keys = on; pragma wal_autocheckpoint = ${CHECKPOINT}`);
    migrate(database, options);
    if (options.mode === "read") database.exec("pragma query_only = on");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A file in WAL mode can be read without write access only if its log is there, or surely is not needed. */
async function openReadOnly(file: string): Promise<DatabaseSync> {
  const options = { readOnly: true, timeout: BUSY_TIMEOUT };
  if (await exists(`${file}-wal`)) return new DatabaseSync(file, options);
  return new DatabaseSync(new URL(`${pathToFileURL(file).href}?immutable=1`), options);
}

/**
 * Two processes that switch a new file at once: SQLite refuses one of them at once, whatever the timeout.
 * Switching writes to the file, so it has to be ours.
 */
async function useWriteAheadLog(database: DatabaseSync, options: OpenDatabaseOptions): Promise<void> {
  const { clock } = options;
  for (let tries = 1; ; tries++) {
    try {
      assertReadable(database, options);
      database.exec("pragma journal_mode = wal");
      return;
    } catch (error) {
      if (sqliteCode(error) !== SQLITE_BUSY || tries === BUSY_TRIES) throw error;
      await clock.sleep(50);
    }
  }
}
