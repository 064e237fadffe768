/** The queries that SQLite and PostgreSQL answer alike; writes of many rows are each database's own. */
import type { Kysely } from "kysely";
import { toObjectRow, toObjectState } from "./rows.ts";
import type { Tables } from "./schema.ts";
import { readSystem } from "./sql-read.ts";
import type { ObjectState, Store } from "./types.ts";

type Queries = Pick<Store, "system" | "systems" | "objects" | "object" | "putObject" | "dropObject">;

/** @param explain makes one error with a remedy of what the database throws. */
export function storeQueries(db: Kysely<Tables>, explain: <T>(run: () => Promise<T>) => Promise<T>): Queries {
  return {
    system: (system) =>
      explain(() =>
        db
          .transaction()
          .setIsolationLevel("repeatable read")
          .setAccessMode("read only")
          .execute((open) => readSystem(open, system)),
      ),
    systems: () => explain(() => knownSystems(db)),
    objects: () =>
      explain(async () => {
        const rows = await db.selectFrom("objects").selectAll().orderBy("kind").orderBy("name").execute();
        return rows.map(toObjectState);
      }),
    object: (kind, name) =>
      explain(async () => {
        const query = db.selectFrom("objects").selectAll().where("kind", "=", kind).where("name", "=", name);
        const row = await query.executeTakeFirst();
        return row && toObjectState(row);
      }),
    putObject: (object) => explain(() => putObject(db, object)),
    dropObject: (kind, name) =>
      explain(async () => {
        await db.deleteFrom("objects").where("kind", "=", kind).where("name", "=", name).execute();
      }),
  };
}

async function knownSystems(db: Kysely<Tables>): Promise<string[]> {
  const rows = await db
    .selectFrom("inventory")
    .select("system")
    .union((builder) =>
      builder
        .selectFrom("objects")
        .select((columns) => columns.ref("system").$notNull().as("system"))
        .where("kind", "=", "Integration")
        .where("system", "is not", null),
    )
    .orderBy("system")
    .execute();
  return rows.map(({ system }) => system);
}

async function putObject(db: Kysely<Tables>, object: ObjectState): Promise<void> {
  const row = toObjectRow(object);
  await db
    .insertInto("objects")
    .values(row)
    .onConflict((conflict) => conflict.columns(["kind", "name"]).doUpdateSet(row))
    .execute();
}
