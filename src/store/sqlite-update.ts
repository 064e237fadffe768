/**
 * One {@link SystemUpdate} as statements.
 *
 * What is taken away is taken away first, under the keys before the update; then things move; then
 * what is added is added, under the keys after it. Prefixes are compared as ranges: `LIKE` ignores
 * case, and `substr` ends at a NUL, which keys may hold.
 */
import type { DatabaseSync } from "node:sqlite";
import type { ExpressionBuilder, Kysely, Transaction } from "kysely";
import { type Move, movedKey } from "./move.ts";
import { toFailureRow, toIntentRow, toInventoryRow } from "./rows.ts";
import { type Identity, type Tables, THING_COLUMNS, type ThingTables } from "./schema.ts";
import { type Row, rowStatement } from "./sqlite-dialect.ts";
import type { SystemUpdate } from "./types.ts";

type ThingTable = keyof ThingTables;
type RowWriter = (rows: Iterable<Row>) => void;

const IDENTITY = ["system", "kind", "key"] as const;
const THING_TABLES = ["inventory", "intents", "failures"] as const;

/** The statements that run once a row, compiled. */
export interface UpdateStatements {
  put: { readonly [T in ThingTable]: RowWriter };
  drop: { readonly [T in ThingTable]: RowWriter };
}

export function compileUpdate(db: Kysely<Tables>, database: DatabaseSync): UpdateStatements {
  const put = (table: ThingTable) => rowStatement(database, compilePut(db, table));
  const drop = (table: ThingTable) => rowStatement(database, compileDrop(db, table));
  return {
    put: { inventory: put("inventory"), intents: put("intents"), failures: put("failures") },
    drop: { inventory: drop("inventory"), intents: drop("intents"), failures: drop("failures") },
  };
}

/** Carries out an update; to be called inside a transaction. */
export async function applyUpdate(
  transaction: Transaction<Tables>,
  { put, drop }: UpdateStatements,
  system: string,
  update: SystemUpdate,
): Promise<void> {
  await transaction
    .insertInto("systems")
    .values({ system })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const identities = (list: readonly { kind: string; key: string }[] = []) =>
    list.map(({ kind, key }) => ({ system, kind, key }));
  drop.inventory(identities(update.drop));
  drop.intents(identities(update.settle));
  drop.failures(identities(update.heal));
  if (update.move?.length) await moveThings(transaction, { put, drop }, system, update.move);
  put.inventory((update.put ?? []).map((entry) => ({ ...toInventoryRow(system, entry) })));
  put.intents((update.intend ?? []).map((intent) => ({ ...toIntentRow(system, intent) })));
  put.failures((update.fail ?? []).map((failure) => ({ ...toFailureRow(system, failure) })));
}

async function moveThings(
  transaction: Transaction<Tables>,
  { put, drop }: UpdateStatements,
  system: string,
  moves: readonly Move[],
): Promise<void> {
  for (const table of THING_TABLES) {
    const rows = await rowsToMove(transaction, table, system, moves);
    drop[table](rows);
    put[table](rows.map((row) => ({ ...row, key: movedKey(moves, row.kind, row.key) ?? row.key })));
  }
}

async function rowsToMove(
  transaction: Transaction<Tables>,
  table: ThingTable,
  system: string,
  moves: readonly Move[],
): Promise<(Row & Identity)[]> {
  const rows = new Map<string, Row & Identity>();
  for (const move of moves) {
    const found = await transaction
      .selectFrom(table)
      .selectAll()
      .where("system", "=", system)
      .where((builder) => isAtOrBelow(builder, move))
      .execute();
    for (const row of found) rows.set(JSON.stringify([row.kind, row.key]), { ...row });
  }
  return [...rows.values()];
}

/** `.` and `/` are followed by `/` and `0` in UTF-8, by which SQLite compares text. */
function isAtOrBelow(builder: ExpressionBuilder<Tables, ThingTable>, { kind, from }: Move) {
  return builder.or([
    builder.and([builder("kind", "=", kind), builder("key", "=", from)]),
    builder.and([
      builder("kind", ">", `${kind}.`),
      builder("kind", "<", `${kind}/`),
      builder("key", ">=", `${from}/`),
      builder("key", "<", `${from}0`),
    ]),
  ]);
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
