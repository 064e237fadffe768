/** The statements of an update on PostgreSQL: many rows in one, since each statement is a round trip. */
import type { Identity } from "../schema.ts";
import { dropping, putting, type Row, type RowWriter, type ThingTable, type UpdateStatements } from "../sql-update.ts";

/** PostgreSQL takes 65,535 parameters a statement; a row has at most 10 columns. */
const AT_ONCE = 5000;

export function postgresUpdate(): UpdateStatements {
  return {
    put: { inventory: put("inventory"), intents: put("intents"), failures: put("failures") },
    drop: { inventory: drop("inventory"), intents: drop("intents"), failures: drop("failures") },
  };
}

function put(table: ThingTable): RowWriter {
  return async (open, rows) => {
    for (const some of chunks(lastOfEach(rows))) await putting(open, table, some).execute();
  };
}

function drop(table: ThingTable): RowWriter {
  return async (open, rows) => {
    for (const row of rows as readonly (Row & Identity)[]) await dropping(open, table, row).execute();
  };
}

/** One statement may not touch a row twice; the last one holds, as when each is written by itself. */
function lastOfEach(rows: readonly Row[]): Row[] {
  const last = new Map(rows.map((row) => [JSON.stringify([row.system, row.kind, row.key]), row]));
  return [...last.values()];
}

function* chunks(rows: readonly Row[]): Iterable<Row[]> {
  for (let at = 0; at < rows.length; at += AT_ONCE) yield rows.slice(at, at + AT_ONCE);
}
