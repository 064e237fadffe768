/** The statements of an update on SQLite: compiled once, with the names of columns for their values, and run row by row. */
import type { DatabaseSync } from "node:sqlite";
import type { CompiledQuery, Kysely } from "kysely";
import { type Tables, THING_COLUMNS } from "./schema.ts";
import { dropping, putting, type RowWriter, type ThingTable, type UpdateStatements } from "./sql-update.ts";
import { rowStatement } from "./sqlite-dialect.ts";

export function compileUpdate(db: Kysely<Tables>, database: DatabaseSync): UpdateStatements {
  const writer = (query: CompiledQuery): RowWriter => {
    const run = rowStatement(database, query);
    return async (_open, rows) => run(rows);
  };
  const put = (table: ThingTable) => {
    const names = Object.fromEntries(THING_COLUMNS[table].map((column) => [column, column]));
    return writer(putting(db, table, names).compile());
  };
  const drop = (table: ThingTable) =>
    writer(dropping(db, table, { system: "system", kind: "kind", key: "key" }).compile());
  return {
    put: { inventory: put("inventory"), intents: put("intents"), failures: put("failures") },
    drop: { inventory: drop("inventory"), intents: drop("intents"), failures: drop("failures") },
  };
}
