/** The statements of an update on SQLite: compiled once, run row by row. */
import type { DatabaseSync } from "node:sqlite";
import type { CompiledQuery, Kysely } from "kysely";
import { type Identity, type Tables, THING_COLUMNS } from "./schema.ts";
import type { RowWriter, ThingTable, UpdateStatements } from "./sql-update.ts";
import { rowStatement } from "./sqlite-dialect.ts";

const IDENTITY = ["system", "kind", "key"] as const;
export function compileUpdate(db: Kysely<Tables>, database: DatabaseSync): UpdateStatements {
  const writer = (query: CompiledQuery): RowWriter => {
    const run = rowStatement(database, query);
    return async (_open, rows) => run(rows);
  };
  const put = (table: ThingTable) => writer(compilePut(db, table));
  const drop = (table: ThingTable) => writer(compileDrop(db, table));
  return {
    put: { inventory: put("inventory"), intents: put("intents"), failures: put("failures") },
    drop: { inventory: drop("inventory"), intents: drop("intents"), failures: drop("failures") },
  };
}

function compilePut(db: Kysely<Tables>, table: ThingTable) {
  const columns = THING_COLUMNS[table] as readonly (keyof Identity)[];
  const names = Object.fromEntries(columns.map((column) => [column, column]));
  const others = columns.filter((column) => !IDENTITY.includes(column));
  return db
    .insertInto(table)
    .values(names as never)
    .onConflict((conflict) =>
      conflict
        .columns(IDENTITY)
        .doUpdateSet((builder) =>
          Object.fromEntries(others.map((column) => [column, builder.ref(`excluded.${column}`)])),
        ),
    )
    .compile();
}

function compileDrop(db: Kysely<Tables>, table: ThingTable) {
  return db
    .deleteFrom(table)
    .where("system", "=", "system")
    .where("kind", "=", "kind")
    .where("key", "=", "key")
    .compile();
}
