/** The statements of an update on PostgreSQL: many rows in one, since each statement is a round trip. */
import type { Transaction } from "kysely";
import { type Identity, type Tables, THING_COLUMNS } from "../schema.ts";
import type { Row, RowWriter, ThingTable, UpdateStatements } from "../sql-update.ts";

const IDENTITY = ["system", "kind", "key"] as const;
/** PostgreSQL takes 65,535 parameters a statement; a row has at most 10 columns. */
const AT_ONCE = 5000;

export function postgresUpdate(): UpdateStatements {
  return {
    put: { inventory: put("inventory"), intents: put("intents"), failures: put("failures") },
    drop: { inventory: drop("inventory"), intents: drop("intents"), failures: drop("failures") },
  };
}

function put(table: ThingTable): RowWriter {
  const columns = THING_COLUMNS[table] as readonly (keyof Identity)[];
  const others = columns.filter((column) => !IDENTITY.includes(column));
  return async (open, rows) => {
    for (const some of chunks(lastOfEach(rows))) {
      await open
        .insertInto(table)
        .values(some as never)
        .onConflict((conflict) =>
          conflict
            .columns(IDENTITY)
            .doUpdateSet((builder) =>
              Object.fromEntries(others.map((column) => [column, builder.ref(`excluded.${column}`)])),
            ),
        )
        .execute();
    }
  };
}

function drop(table: ThingTable): RowWriter {
  return async (open: Transaction<Tables>, rows) => {
    for (const { system, kind, key } of rows as readonly (Row & Identity)[]) {
      await open
        .deleteFrom(table)
        .where("system", "=", system)
        .where("kind", "=", kind)
        .where("key", "=", key)
        .execute();
    }
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
