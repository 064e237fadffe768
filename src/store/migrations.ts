/**
 * The format of the state file, and how an older one becomes the newest. Forward only.
 *
 * `user_version` is the format; `application_id` tells a state file from another program's database;
 * the table `meta` holds, as `program`, the version of Plumbline that made the file's format. All
 * three stay where they are in every later format, so that an older program can name what it needs.
 */
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "./types.ts";

/** "PLMB", see sqlite.org/pragma.html#pragma_application_id. */
const APPLICATION_ID = 0x504c4d42;

/** Each makes, of the format that is its position, the next one. Those that were released never change. */
export const MIGRATIONS: readonly string[] = [
  `create table meta (name text primary key, value text not null) strict, without rowid;
   create table systems (system text primary key) strict, without rowid;
   create table inventory (
     system text not null references systems (system), kind text not null, key text not null,
     id text not null, integration text not null, applied text not null,
     lifecycle text, hashes text, loops text, written_at integer,
     primary key (system, kind, key)) strict, without rowid;
   create table intents (
     system text not null references systems (system), kind text not null, key text not null,
     integration text not null, started_at integer not null,
     primary key (system, kind, key)) strict, without rowid;
   create table failures (
     system text not null references systems (system), kind text not null, key text not null,
     digest text not null, code text not null, message text not null, at integer not null,
     primary key (system, kind, key)) strict, without rowid;
   create table objects (
     kind text not null, name text not null, platform text, system text,
     generation integer not null, digest text not null, observed_generation integer, conditions text not null,
     primary key (kind, name)) strict, without rowid;
   create table holder (
     slot integer primary key check (slot = 1),
     pid integer not null, host text not null, command text not null, since text not null) strict;`,
];

export interface MigrateOptions {
  /** What people know the file as. */
  where: string;
  /** The version of this program. */
  version: string;
  migrations?: readonly string[];
}

/**
 * Brings a database to the newest format, whole or not at all.
 *
 * @throws StoreError `NewerFormat`, naming the version to install; `Corrupt` when it is another program's.
 */
export function migrate(database: DatabaseSync, options: MigrateOptions): void {
  const migrations = options.migrations ?? MIGRATIONS;
  if (checkFormat(database, options, migrations.length) === migrations.length) return;
  database.exec("begin immediate");
  try {
    // Another process may have been faster.
    for (const migration of migrations.slice(checkFormat(database, options, migrations.length)))
      database.exec(migration);
    database.exec(`pragma user_version = ${migrations.length}; pragma application_id = ${APPLICATION_ID}`);
    database.prepare("insert or replace into meta (name, value) values ('program', ?)").run(options.version);
    database.exec("commit");
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    throw error;
  }
}

/**
 * Makes sure that a database is a state of a format that this program knows; only reads.
 *
 * @throws StoreError as {@link migrate}.
 */
export function assertReadable(database: DatabaseSync, options: MigrateOptions): void {
  checkFormat(database, options, (options.migrations ?? MIGRATIONS).length);
}

function checkFormat(database: DatabaseSync, { where, version }: MigrateOptions, known: number): number {
  const format = readNumber(database, "pragma user_version");
  const owner = readNumber(database, "pragma application_id");
  if (owner !== APPLICATION_ID && (format !== 0 || readNumber(database, "select count(*) from sqlite_schema") > 0)) {
    throw new StoreError(
      "Corrupt",
      `${where} is another program's database, not a state of Plumbline. Nothing was changed in it; name another file with --state.`,
    );
  }
  if (format > known) {
    const program = programOf(database);
    throw new StoreError(
      "NewerFormat",
      `${where} was written by a newer Plumbline (format ${format}${program ? `, version ${program}` : ""}); ` +
        `this one (version ${version}) knows up to format ${known}. ` +
        `Install ${program ? `Plumbline ${program} or a later version` : "a newer version"}; nothing was changed.`,
    );
  }
  return format;
}

function programOf(database: DatabaseSync): string | undefined {
  try {
    return database.prepare("select value from meta where name = 'program'").get()?.value as string | undefined;
  } catch {
    return undefined; // the message then does without
  }
}

function readNumber(database: DatabaseSync, sql: string): number {
  return Object.values(database.prepare(sql).get() ?? {})[0] as number;
}
