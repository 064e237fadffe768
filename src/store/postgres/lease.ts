/**
 * The right to apply on PostgreSQL: a lease, since no kernel frees a lock when a machine goes away.
 *
 * Times: the lease holds 17 s; it is renewed every 2 s; whoever could not renew it for 7 s lets go; a write may
 * take 9 s and starts only while the lease surely outlasts it; so somebody else may take over within 20 s
 * without a write of the former holder still under way. The database's clock says when a lease ends for
 * others, the holder's monotonic clock, read before it asks, when it ends for itself.
 */
import { randomUUID } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { StoreClock } from "../clock.ts";
import { waitFor } from "../lock.ts";
import type { Tables } from "../schema.ts";
import type { Holder, HolderLock } from "../types.ts";

export const LEASE = 17_000;
export const RENEW_EVERY = 2000;
export const RENEW_DEADLINE = 7000;

/** The one lease there is: to apply. */
const NAME = "apply";

const DATABASE_NOW = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/**
 * Takes the lease.
 *
 * @param closing ends the renewal: the lease then ends by itself.
 * @throws StoreError `Locked`, naming the holder.
 */
export async function takeLease(
  db: Kysely<Tables>,
  clock: StoreClock,
  holder: Holder,
  waitMilliseconds: number,
  closing: AbortSignal,
): Promise<HolderLock> {
  const token = randomUUID();
  let holdsUntil = 0;
  await waitFor({
    attempt: async () => {
      const asked = clock.monotonic();
      if (!(await tryToTake(db, holder, token))) return undefined;
      holdsUntil = asked + LEASE;
      return true;
    },
    holder: () => currentHolder(db),
    clock,
    waitMilliseconds,
  });
  let renewal = Promise.resolve();
  const stop = clock.every(RENEW_EVERY, () => {
    renewal = renewal.then(renew);
  });
  closing.addEventListener("abort", stop);

  /** One that fails is tried again at the next tick: only time ends a lease. */
  async function renew(): Promise<void> {
    if (closing.aborted) return;
    const asked = clock.monotonic();
    const held = await prolong(db, token).catch(() => undefined);
    if (held) holdsUntil = asked + LEASE;
    if (held !== false) return;
    holdsUntil = 0;
    stop();
  }

  return {
    outlasts: (milliseconds) => {
      const left = holdsUntil - clock.monotonic();
      return left > Math.max(milliseconds, LEASE - RENEW_DEADLINE);
    },
    async release() {
      stop();
      await renewal;
      await db.deleteFrom("leases").where("name", "=", NAME).where("token", "=", token).execute();
    },
  };
}

async function tryToTake(db: Kysely<Tables>, { pid, host, command, since }: Holder, token: string): Promise<boolean> {
  const row = { token, pid, host, command, since };
  const expires = sql<number>`${DATABASE_NOW} + ${LEASE}`;
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto("leases")
    .values({ name: NAME, ...row, expires_at: expires })
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet({ ...row, expires_at: expires })
        .where("leases.expires_at", "<=", DATABASE_NOW),
    )
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

async function prolong(db: Kysely<Tables>, token: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("leases")
    .set({ expires_at: sql<number>`${DATABASE_NOW} + ${LEASE}` })
    .where("name", "=", NAME)
    .where("token", "=", token)
    .where("expires_at", ">", DATABASE_NOW)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

async function currentHolder(db: Kysely<Tables>): Promise<Holder | undefined> {
  const row = await db.selectFrom("leases").selectAll().where("name", "=", NAME).executeTakeFirst();
  return row && { pid: row.pid, host: row.host, command: row.command, since: row.since };
}
