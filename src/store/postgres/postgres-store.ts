/**
 * The store in PostgreSQL, for several machines.
 *
 * The same tables, queries and tests as SQLite's; what differs is how many rows are written, how somebody is
 * woken, and that the right to apply is a lease.
 */
import { randomUUID } from "node:crypto";
import { Kysely, PostgresDialect, sql } from "kysely";
import { type StoreClock, systemClock } from "../clock.ts";
import type { AuditStore, EventStore } from "../event-types.ts";
import { createAuditStore } from "../events/audit.ts";
import { createEventStore } from "../events/event-store.ts";
import { postgresHot } from "../events/postgres-hot.ts";
import type { Migration } from "../migrations.ts";
import type { Tables } from "../schema.ts";
import { type Explain, SqlStore } from "../sql-store.ts";
import { applyUpdate } from "../sql-update.ts";
import type { Holder, HolderLock, LastingStore, SystemUpdate } from "../types.ts";
import { withoutPassword } from "./address.ts";
import { explainingPostgres } from "./errors.ts";
import { takeLease } from "./lease.ts";
import { assertCurrent, migratePostgres } from "./migrate.ts";
import { createPool, type Pool } from "./pool.ts";
import { postgresUpdate } from "./update.ts";
import { CHANNEL, createWakes, type Wakes } from "./wake.ts";

/** One for all processes that append to the audit log: "PLMA" as a number. */
const AUDIT_LOCK = 0x504c4d41;

export interface PostgresStoreOptions {
  /** `postgres://user:password@host/database`. */
  url: string;
  /** The version of this program, recorded for older ones. */
  version: string;
  /** Default: the machine's time. */
  clock?: StoreClock;
  /** Default `write`. `read` writes nothing, and makes no tables. */
  mode?: "read" | "write";
  /** Only for tests of later formats. */
  migrations?: readonly Migration[];
}

/**
 * Opens a database, making its tables where they are not there.
 *
 * @returns undefined where it is empty and only read.
 * @throws StoreError `Unreachable`, `Unwritable`, `BadUrl`, `NewerFormat`, `Corrupt` or `Full`.
 */
export async function openPostgresStore(
  options: PostgresStoreOptions & { mode: "read" },
): Promise<LastingStore | undefined>;
export async function openPostgresStore(options: PostgresStoreOptions): Promise<LastingStore>;
export async function openPostgresStore(options: PostgresStoreOptions): Promise<LastingStore | undefined> {
  const where = withoutPassword(options.url);
  const isRead = options.mode === "read";
  const pool = createPool(options.url, isRead);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const { version, migrations } = options;
  const migration = { where, version, ...(migrations ? { migrations } : {}) };
  try {
    const isThere = await explainingPostgres(where, () =>
      isRead ? assertCurrent(db, migration) : migratePostgres(db, migration).then(() => true),
    );
    if (!isThere) {
      await db.destroy();
      return undefined;
    }
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new PostgresStore(db, pool, where, options.clock ?? systemClock());
}

/** {@link Store} over a database of the newest format. */
class PostgresStore extends SqlStore implements LastingStore {
  readonly url: string;
  readonly events: EventStore;
  readonly audit: AuditStore;
  readonly #db: Kysely<Tables>;
  readonly #clock: StoreClock;
  readonly #wakes: Wakes;
  readonly #closing = new AbortController();

  constructor(db: Kysely<Tables>, pool: Pool, where: string, clock: StoreClock) {
    const explain: Explain = (run) => explainingPostgres(where, run);
    super(db, explain);
    this.url = where;
    this.#db = db;
    this.#clock = clock;
    const own = randomUUID();
    this.#wakes = createWakes(pool, own);
    this.events = createEventStore({
      db,
      hot: postgresHot(),
      now: () => clock.now(),
      explain,
      later: (run) =>
        db.transaction().execute(async (open) => {
          await sql`set local synchronous_commit = off`.execute(open);
          return run(open);
        }),
      async notify(open) {
        await sql`select pg_notify(${CHANNEL}, ${own})`.execute(open);
      },
      onWake: this.#wakes.onWake,
      dispatcher: () => explain(this.#wakes.dispatcher),
    });
    this.audit = createAuditStore(db, (work) =>
      explain(() =>
        db.transaction().execute(async (open) => {
          await sql`select pg_advisory_xact_lock(${AUDIT_LOCK})`.execute(open);
          return work(open);
        }),
      ),
    );
  }

  update(system: string, update: SystemUpdate): Promise<void> {
    const statements = postgresUpdate();
    return this.explain(() => this.#db.transaction().execute((open) => applyUpdate(open, statements, system, update)));
  }

  lock(holder: Holder, waitMilliseconds: number): Promise<HolderLock> {
    return this.explain(() => takeLease(this.#db, this.#clock, holder, waitMilliseconds, this.#closing.signal));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#wakes.close();
    await this.#db.destroy();
  }
}
