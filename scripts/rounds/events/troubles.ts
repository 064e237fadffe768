/** What is done to a database from beside. */
import { DatabaseSync } from "node:sqlite";
import pg from "pg";

/** What a state's tables are written with for each event. */
const tables = ["events", "deliveries", "attempts"];

export interface Lock {
  free(): Promise<void>;
}

/** Takes the write lock of an SQLite file. */
export function lockFile(file: string): Lock {
  const other = new DatabaseSync(file, { timeout: 10_000 });
  other.exec("begin immediate");
  return {
    async free() {
      other.exec("rollback");
      other.close();
    },
  };
}

/** Takes a table, so that nobody reads or writes it. */
export async function lockTable(state: string): Promise<Lock> {
  const client = new pg.Client({ connectionString: state });
  await client.connect();
  await client.query("begin");
  await client.query("lock table events in access exclusive mode");
  return {
    async free() {
      await client.query("rollback");
      await client.end();
    },
  };
}

/**
 * Has the server answer each write to the tables with `disk_full`, SQLSTATE 53100
 * (postgresql.org/docs/current/errcodes-appendix.html).
 */
export async function fillServer(state: string): Promise<{ make(): Promise<void> }> {
  const client = new pg.Client({ connectionString: state });
  await client.connect();
  await client.query(
    `create function no_room() returns trigger language plpgsql as
     $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`,
  );
  for (const table of tables) {
    await client.query(
      `create trigger no_room before insert or update on ${table} for each statement execute function no_room()`,
    );
  }
  return {
    async make() {
      for (const table of tables) await client.query(`drop trigger no_room on ${table}`);
      await client.end();
    },
  };
}
