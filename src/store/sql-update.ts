/**
 * One {@link SystemUpdate} as statements, on both databases.
 *
 * What is taken away is taken away first, under the keys before the update; then things move; then
 * what is added is added, under the keys after it. Prefixes are compared as ranges: `LIKE` ignores
 * case, and `substr` ends at a NUL, which keys may hold.
 */
import type { ExpressionBuilder, Kysely, Transaction } from "kysely";
import { type Move, movedKey } from "./move.ts";
import { toFailureRow, toIntentRow, toInventoryRow } from "./rows.ts";
import { type Identity, type Tables, THING_COLUMNS, type ThingTables } from "./schema.ts";
import type { SystemUpdate } from "./types.ts";

export type ThingTable = keyof ThingTables;

/** A row as statements bind it, by column. */
export type Row = Readonly<Record<string, string | number | null>>;

/** Writes rows inside the transaction that is open. */
export type RowWriter = (open: Transaction<Tables>, rows: readonly Row[]) => Promise<void>;

/** The statements that run for many rows. */
export interface UpdateStatements {
  put: { readonly [T in ThingTable]: RowWriter };
  drop: { readonly [T in ThingTable]: RowWriter };
}

const THING_TABLES = ["inventory", "intents", "failures"] as const;
const IDENTITY = ["system", "kind", "key"] as const;

/** @returns the statement that puts rows, over those of the same identity. */
export function putting(db: Kysely<Tables>, table: ThingTable, rows: Row | readonly Row[]) {
  const columns = THING_COLUMNS[table] as readonly (keyof Identity)[];
  const others = columns.filter((column) => !IDENTITY.includes(column));
  return db
    .insertInto(table)
    .values(rows as never)
    .onConflict((conflict) =>
      conflict
        .columns(IDENTITY)
        .doUpdateSet((builder) =>
          Object.fromEntries(others.map((column) => [column, builder.ref(`excluded.${column}`)])),
        ),
    );
}

/** @returns the statement that takes one row away. */
export function dropping(db: Kysely<Tables>, table: ThingTable, { system, kind, key }: Identity) {
  return db.deleteFrom(table).where("system", "=", system).where("kind", "=", kind).where("key", "=", key);
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
  await drop.inventory(transaction, identities(update.drop));
  await drop.intents(transaction, identities(update.settle));
  await drop.failures(transaction, identities(update.heal));
  if (update.move?.length) await moveThings(transaction, { put, drop }, system, update.move);
  await put.inventory(
    transaction,
    (update.put ?? []).map((entry) => ({ ...toInventoryRow(system, entry) })),
  );
  await put.intents(
    transaction,
    (update.intend ?? []).map((intent) => ({ ...toIntentRow(system, intent) })),
  );
  await put.failures(
    transaction,
    (update.fail ?? []).map((failure) => ({ ...toFailureRow(system, failure) })),
  );
}

async function moveThings(
  transaction: Transaction<Tables>,
  { put, drop }: UpdateStatements,
  system: string,
  moves: readonly Move[],
): Promise<void> {
  for (const table of THING_TABLES) {
    const rows = await rowsToMove(transaction, table, system, moves);
    await drop[table](transaction, rows);
    await put[table](
      transaction,
      rows.map((row) => ({ ...row, key: movedKey(moves, row.kind, row.key) ?? row.key })),
    );
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

/** `.` and `/` are followed by `/` and `0` in UTF-8, by which text is compared. */
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
