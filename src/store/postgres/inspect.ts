/** Who holds a state in PostgreSQL, for somebody who only looks: the lease's row, while its time is not over. */
import { Kysely, PostgresDialect, sql } from "kysely";
import type { Inspection } from "../inspect.ts";
import type { Tables } from "../schema.ts";
import { withoutPassword } from "./address.ts";
import { explainingPostgres } from "./errors.ts";
import { assertCurrent } from "./migrate.ts";
import { createPool } from "./pool.ts";

/** @param version of this program. @throws StoreError as opening it does. */
export async function inspectPostgres(url: string, version: string): Promise<Inspection> {
  const where = withoutPassword(url);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: createPool(url, true) }) });
  try {
    return await explainingPostgres(where, async () => {
      if (!(await assertCurrent(db, { where, version }))) return { where, exists: false, locked: false };
      const now = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
      const columns = ["pid", "host", "command", "since"] as const;
      const held = db.selectFrom("leases").select(columns).where("expires_at", ">", now);
      const holder = await held.executeTakeFirst();
      return { where, exists: true, locked: holder !== undefined, ...(holder ? { holder } : {}) };
    });
  } finally {
    await db.destroy();
  }
}
