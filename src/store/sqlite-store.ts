/**
 * The store over one SQLite file.
 *
 * There is one connection; Kysely lets one transaction at a time use it. Inside a transaction nothing
 * is awaited but the database, so a slow caller cannot keep others from writing. Open locks are kept
 * here too: one that nobody refers to would be closed, and so freed, by the garbage collector.
 */
import { basename, dirname, join, resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { type StoreClock, systemClock } from "./clock.ts";
import { openDatabase } from "./database.ts";
import { explaining } from "./errors.ts";
import { LockFile, waitFor } from "./lock.ts";
import { toHolder, toHolderRow, toObjectRow, toObjectState } from "./rows.ts";
import type { Tables } from "./schema.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { readSystem } from "./sqlite-read.ts";
import { applyUpdate, compileUpdate, type UpdateStatements } from "./sqlite-update.ts";
import type { Holder, HolderLock, ObjectState, Store, SystemState, SystemUpdate } from "./types.ts";

export interface SqliteStoreOptions {
  file: string;
  /** The version of this program, recorded for older ones. */
  version: string;
  /** Default: the machine's time. */
  clock?: StoreClock;
  /** Default `write`. `read` creates nothing; the file must exist. */
  mode?: "read" | "write";
}

/**
 * Opens a state file, creating it where it is not there.
 *
 * @throws StoreError `NewerFormat`, `Corrupt`, `Unwritable`, `Full` or `Locked`.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const clock = options.clock ?? systemClock();
  const { file, version, mode = "write" } = options;
  const database = await explaining(file, () => openDatabase({ file, where: file, version, clock, mode }));
  return new SqliteStore(database, file, clock);
}

/** @returns the lock's file, beside the state's: `lock.db` for `state.db`, so that each state has its own. */
export function lockFileOf(file: string): string {
  const name = basename(file);
  return join(dirname(resolve(file)), name === "state.db" ? "lock.db" : `${name}.lock.db`);
}

/** {@link Store} over an open database of the newest format. */
export class SqliteStore implements Store {
  readonly url: string;
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #db: Kysely<Tables>;
  readonly #clock: StoreClock;
  readonly #statements: UpdateStatements;
  readonly #locks = new Set<LockFile>();

  constructor(database: DatabaseSync, file: string, clock: StoreClock) {
    this.url = `sqlite:${file}`;
    this.#file = file;
    this.#database = database;
    this.#db = new Kysely<Tables>({ dialect: sqliteDialect(database) });
    this.#clock = clock;
    this.#statements = compileUpdate(this.#db, database);
  }

  system(system: string): Promise<SystemState | undefined> {
    const transaction = this.#db.transaction().setAccessMode("read only");
    return this.#explain(() => transaction.execute((open) => readSystem(open, system)));
  }

  systems(): Promise<readonly string[]> {
    return this.#explain(async () => {
      const rows = await this.#db
        .selectFrom("inventory")
        .select("system")
        .union((builder) =>
          builder
            .selectFrom("objects")
            .select((columns) => columns.ref("system").$notNull().as("system"))
            .where("kind", "=", "Integration")
            .where("system", "is not", null),
        )
        .orderBy("system")
        .execute();
      return rows.map(({ system }) => system);
    });
  }

  update(system: string, update: SystemUpdate): Promise<void> {
    return this.#explain(() =>
      this.#db.transaction().execute((transaction) => applyUpdate(transaction, this.#statements, system, update)),
    );
  }

  objects(): Promise<readonly ObjectState[]> {
    return this.#explain(async () => {
      const rows = await this.#db.selectFrom("objects").selectAll().orderBy("kind").orderBy("name").execute();
      return rows.map(toObjectState);
    });
  }

  object(kind: string, name: string): Promise<ObjectState | undefined> {
    return this.#explain(async () => {
      const query = this.#db.selectFrom("objects").selectAll().where("kind", "=", kind).where("name", "=", name);
      const row = await query.executeTakeFirst();
      return row && toObjectState(row);
    });
  }

  putObject(object: ObjectState): Promise<void> {
    return this.#explain(async () => {
      await this.#db.replaceInto("objects").values(toObjectRow(object)).execute();
    });
  }

  dropObject(kind: string, name: string): Promise<void> {
    return this.#explain(async () => {
      await this.#db.deleteFrom("objects").where("kind", "=", kind).where("name", "=", name).execute();
    });
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
      await this.#explain(() => this.#db.replaceInto("holder").values(toHolderRow(holder)).execute());
    } catch (error) {
      this.#free(lock);
      throw error;
    }
    return { release: () => this.#release(lock) };
  }

  async close(): Promise<void> {
    for (const lock of [...this.#locks]) this.#free(lock);
    await this.#db.destroy();
    if (this.#database.isOpen) this.#database.close();
  }

  async #holder(): Promise<Holder | undefined> {
    const row = await this.#explain(() => this.#db.selectFrom("holder").selectAll().executeTakeFirst());
    return row && toHolder(row);
  }

  /** The lock goes even if who held it cannot be wiped out: that only serves a message. */
  async #release(lock: LockFile): Promise<void> {
    if (!this.#locks.has(lock)) return;
    try {
      await this.#explain(() => this.#db.deleteFrom("holder").execute());
    } finally {
      this.#free(lock);
    }
  }

  #free(lock: LockFile): void {
    this.#locks.delete(lock);
    lock.close();
  }

  #explain<T>(run: () => T | Promise<T>): Promise<T> {
    return explaining(this.#file, run);
  }
}
