/** What SQLite and PostgreSQL answer alike; writes of many rows, events and locks are each database's own. */
import type { Kysely } from "kysely";
import type { TokenStore } from "./event-types.ts";
import { createTokenStore } from "./events/tokens.ts";
import type { FiringStore } from "./firing-types.ts";
import { createFiringStore } from "./firings.ts";
import type { NoticeStore } from "./notice-types.ts";
import { createNoticeStore } from "./notices/notice-store.ts";
import { toObjectRow, toObjectState } from "./rows.ts";
import type { Tables } from "./schema.ts";
import { readSystem } from "./sql-read.ts";
import type { ObjectState, Store } from "./types.ts";

type Queries = Pick<Store, "system" | "systems" | "objects" | "object" | "putObject" | "dropObject">;

/** Makes one error with a remedy of what the database throws. */
export type Explain = <T>(run: () => Promise<T>) => Promise<T>;

/** The part of a store over either database. */
export abstract class SqlStore implements Queries {
  readonly system: Store["system"];
  readonly systems: Store["systems"];
  readonly objects: Store["objects"];
  readonly object: Store["object"];
  readonly putObject: Store["putObject"];
  readonly putObjects: Store["putObjects"];
  readonly dropObject: Store["dropObject"];
  readonly tokens: TokenStore;
  readonly notices: NoticeStore;
  readonly firings: FiringStore;
  protected readonly explain: Explain;

  constructor(db: Kysely<Tables>, explain: Explain) {
    const queries = storeQueries(db, explain);
    this.system = queries.system;
    this.systems = queries.systems;
    this.objects = queries.objects;
    this.object = queries.object;
    this.putObject = queries.putObject;
    this.putObjects = async (objects) => {
      if (objects.length === 0) return;
      await explain(() =>
        db.transaction().execute(async (open) => {
          for (const object of objects) await putObject(open, object);
        }),
      );
    };
    this.dropObject = queries.dropObject;
    this.tokens = createTokenStore(db, explain);
    this.notices = createNoticeStore(db, explain);
    this.firings = createFiringStore(db, explain);
    this.explain = explain;
  }
}

function storeQueries(db: Kysely<Tables>, explain: Explain): Queries {
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

async function putObject(db: Pick<Kysely<Tables>, "insertInto">, object: ObjectState): Promise<void> {
  const row = toObjectRow(object);
  await db
    .insertInto("objects")
    .values(row)
    .onConflict((conflict) => conflict.columns(["kind", "name"]).doUpdateSet(row))
    .execute();
}
