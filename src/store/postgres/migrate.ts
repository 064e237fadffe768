/** Brings a PostgreSQL database to the newest format: the same migrations as SQLite's, in its own words. */
import { type Kysely, sql } from "kysely";
import { MIGRATIONS, type Migration, POSTGRES } from "../migrations.ts";
import type { Tables } from "../schema.ts";
import { StoreError } from "../types.ts";

/** One for all processes that migrate: "PLMB" as a number. */
const MIGRATION_LOCK = 0x504c4d42;

export interface PostgresMigration {
  /** Without password. */
  where: string;
  /** The version of this program. */
  version: string;
  migrations?: readonly Migration[];
}

/**
 * @throws StoreError `NewerFormat`, naming the version to install; `Corrupt` when tables of these names are
 *   another program's.
 */
export async function migratePostgres(db: Kysely<Tables>, options: PostgresMigration): Promise<void> {
  const migrations = options.migrations ?? MIGRATIONS;
  if ((await formatOf(db, options, migrations.length)) === migrations.length) return;
  await db.transaction().execute(async (open) => {
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(open);
    // Another process may have been faster.
    const format = await formatOf(open, options, migrations.length);
    for (const migration of migrations.slice(format)) {
      for (const statement of migration(POSTGRES).split(";")) {
        if (statement.trim() !== "") await sql.raw(statement).execute(open);
      }
    }
    for (const [name, value] of [
      ["format", String(migrations.length)],
      ["program", options.version],
    ] as const) {
      await open
        .insertInto("meta")
        .values({ name, value })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
        .execute();
    }
  });
}

/** Makes sure that a database is of a format that this program knows; only reads. @returns 0 for an empty one. */
export async function formatOf(db: Kysely<Tables>, options: PostgresMigration, known: number): Promise<number> {
  const { where, version } = options;
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = current_schema() and table_name in ('meta', 'inventory', 'events')`.execute(db);
  if (rows.length === 0) return 0;
  const meta = rows.some(({ name }) => name === "meta") ? await readMeta(db) : new Map<string, string>();
  const format = Number(meta.get("format"));
  if (!Number.isInteger(format) || format < 1) {
    throw new StoreError(
      "Corrupt",
      `${where} has tables of another program under Plumbline's names. Nothing was changed; name another database or schema with --state.`,
    );
  }
  if (format > known) {
    const program = meta.get("program") ?? "a newer version";
    throw new StoreError(
      "NewerFormat",
      `${where} was written by a newer Plumbline (format ${format}, version ${program}); this one (version ${version}) ` +
        `knows up to format ${known}. Install Plumbline ${program} or a later version; nothing was changed.`,
    );
  }
  return format;
}

async function readMeta(db: Kysely<Tables>): Promise<Map<string, string>> {
  const { rows } = await sql<{ name: string; value: string }>`select name, value from meta`
    .execute(db)
    .catch(() => ({ rows: [] }));
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/** For who only reads. @returns false for an empty database. @throws StoreError for one of an older or newer format. */
export async function assertCurrent(db: Kysely<Tables>, options: PostgresMigration): Promise<boolean> {
  const known = (options.migrations ?? MIGRATIONS).length;
  const format = await formatOf(db, options, known);
  if (format === 0 || format === known) return format > 0;
  throw new StoreError(
    "Unwritable",
    `${options.where} is of an older format (${format} of ${known}), and this command writes nothing. Run apply or the controller once with this version; it brings the state to the newest format.`,
  );
}
