/**
 * The store over one SQLite file.
 *
 * There is one connection; Kysely lets one transaction at a time use it. Inside a transaction nothing
 * is awaited but the database, so a slow caller cannot keep others from writing. Open locks are kept
 * here too: one that nobody refers to would be closed, and so freed, by the garbage collector.
 */
import { basename, dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely, type Transaction } from "kysely";
import { type StoreClock, systemClock } from "./clock.ts";
import { openDatabase } from "./database.ts";
import { explaining } from "./errors.ts";
import type { AuditStore, EventStore } from "./event-types.ts";
import { createAuditStore } from "./events/audit.ts";
import { createEventStore } from "./events/event-store.ts";
import { sqliteHot } from "./events/sqlite-hot.ts";
import { LockFile, waitFor } from "./lock.ts";
import { migrate } from "./migrations.ts";
import { toHolder, toHolderRow } from "./rows.ts";
import type { Tables } from "./schema.ts";
import { type Explain, SqlStore } from "./sql-store.ts";
import { applyUpdate, type UpdateStatements } from "./sql-update.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { compileUpdate } from "./sqlite-update.ts";
import { createWritingThread, type WritingThread } from "./thread/thread.ts";
import type { Holder, HolderLock, LastingStore, SystemUpdate } from "./types.ts";

export interface SqliteStoreOptions {
  file: string;
  /** The version of this program, recorded for older ones. */
  version: string;
  /** Default: the machine's time. */
  clock?: StoreClock;
  /** Default `write`. `read` creates nothing; the file must exist. */
  mode?: "read" | "write";
  /** Events and deliveries are written by a thread of their own, so that none waits for the disk who answers webhooks. */
  thread?: boolean;
}

/**
 * Opens a state file, creating it where it is not there.
 *
 * @throws StoreError `NewerFormat`, `Corrupt`, `Unwritable`, `Full` or `Locked`.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<LastingStore> {
  const clock = options.clock ?? systemClock();
  const { file, version, mode = "write" } = options;
  const database = await explaining(file, () => openDatabase({ file, where: file, version, clock, mode }));
  const thread = options.thread ? createWritingThread({ file, version }) : undefined;
  return new SqliteStore(database, file, clock, { thread });
}

/** A store in memory of which nothing was ever recorded, and which refuses writes: what an absent state reads as. */
export async function openEmptySqliteStore({
  url,
  version,
  clock = systemClock(),
}: Omit<SqliteStoreOptions, "file" | "mode"> & { url: string }): Promise<LastingStore> {
  const database = new DatabaseSync(":memory:");
  migrate(database, { where: url, version });
  database.exec("pragma query_only = on");
  return new SqliteStore(database, url.replace(/^sqlite:/, ""), clock, { url });
}

/** @returns the lock's file, beside the state's: `lock.db` for `state.db`, so that each state has its own. */
export function lockFileOf(file: string): string {
  const name = basename(file);
  return join(dirname(resolve(file)), name === "state.db" ? "lock.db" : `${name}.lock.db`);
}

/** {@link Store} over an open database of the newest format. */
export class SqliteStore extends SqlStore implements LastingStore {
  readonly url: string;
  readonly events: EventStore;
  readonly audit: AuditStore;
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #db: Kysely<Tables>;
  readonly #clock: StoreClock;
  readonly #statements: UpdateStatements;
  readonly #locks = new Set<LockFile>();
  readonly #thread: WritingThread | undefined;

  constructor(
    database: DatabaseSync,
    file: string,
    clock: StoreClock,
    { url = `sqlite:${file}`, thread }: { url?: string; thread?: WritingThread | undefined } = {},
  ) {
    const db = new Kysely<Tables>({ dialect: sqliteDialect(database) });
    const explain: Explain = (run) => explaining(file, run);
    super(db, explain);
    this.url = url;
    this.#thread = thread;
    this.#file = file;
    this.#database = database;
    this.#db = db;
    this.#clock = clock;
    this.#statements = compileUpdate(this.#db, database);
    const events = createEventStore({
      db: this.#db,
      hot: sqliteHot(database),
      now: () => clock.now(),
      explain,
      later: (run) => this.#later(run),
      notify: async () => undefined,
      onWake: () => () => undefined,
      // Only the holder of the state dispatches, so there is no other one.
      dispatcher: async () => ({ held: () => true, release: async () => undefined }),
    });
    this.events = thread ? { ...events, ...thread.methods } : events;
    this.audit = createAuditStore(this.#db, (work) => explain(() => this.#db.transaction().execute(work)));
  }

  update(system: string, update: SystemUpdate): Promise<void> {
    return this.explain(() =>
      this.#db.transaction().execute((transaction) => applyUpdate(transaction, this.#statements, system, update)),
    );
  }

  async lock(holder: Holder, waitMilliseconds: number): Promise<HolderLock> {
    const file = lockFileOf(this.#file);
    const lock = await explaining(file, () => LockFile.open(file));
    this.#locks.add(lock);
    try {
      await explaining(file, () =>
        waitFor({
          attempt: () => lock.attempt(),
          holder: () => this.#holder(),
          clock: this.#clock,
          waitMilliseconds,
        }),
      );
      await this.explain(() => this.#db.replaceInto("holder").values(toHolderRow(holder)).execute());
      await this.explain(() => this.#endLeases());
    } catch (error) {
      this.#free(lock);
      throw error;
    }
    return { release: () => this.#release(lock) };
  }

  async close(): Promise<void> {
    await this.#thread?.close();
    for (const lock of [...this.#locks]) this.#free(lock);
    await this.#db.destroy();
    if (this.#database.isOpen) this.#database.close();
  }

  /** In WAL mode `normal` leaves the sync to the next commit that has one (sqlite.org/pragma.html#pragma_synchronous). */
  #later<T>(run: (open: Transaction<Tables>) => Promise<T>): Promise<T> {
    // Nobody else has the connection meanwhile.
    return this.#db.connection().execute(async (connection) => {
      this.#database.exec("pragma synchronous = normal");
      try {
        return await connection.transaction().execute(run);
      } finally {
        this.#database.exec("pragma synchronous = full");
      }
    });
  }

  /** Who works holds the lock. Who had it before is gone, and nothing has to wait for the end of its leases. */
  async #endLeases(): Promise<void> {
    const now = this.#clock.now();
    await this.#db
      .updateTable("deliveries")
      .set({ due: now })
      .where("state", "=", "running")
      .where("due", ">", now)
      .execute();
  }

  async #holder(): Promise<Holder | undefined> {
    const row = await this.explain(() => this.#db.selectFrom("holder").selectAll().executeTakeFirst());
    return row && toHolder(row);
  }

  /** The lock goes even if who held it cannot be wiped out: that only serves a message. */
  async #release(lock: LockFile): Promise<void> {
    if (!this.#locks.has(lock)) return;
    try {
      await this.explain(() => this.#db.deleteFrom("holder").execute());
    } finally {
      this.#free(lock);
    }
  }

  #free(lock: LockFile): void {
    this.#locks.delete(lock);
    lock.close();
  }
}
