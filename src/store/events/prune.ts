/** Retention: what is finished goes by age, then by size. What is open stays, however old. */
import { sql, type Transaction } from "kysely";
import type { Retention } from "../event-types.ts";
import type { Tables } from "../schema.ts";
import { REMEMBER_SIGNED } from "./accept.ts";
import type { Hot } from "./hot.ts";

/** At most so many events at once, so that a transaction stays short; what is left goes the next time. */
const AT_ONCE = 5000;

/** To be called inside a transaction. @param now milliseconds since 1970. @returns how many events and deliveries went. */
export async function prune(
  open: Transaction<Tables>,
  hot: Pick<Hot, "settle">,
  retention: Retention,
  now: number,
): Promise<number> {
  await hot.settle(open);
  await open
    .deleteFrom("signed")
    .where("at", "<=", now - REMEMBER_SIGNED)
    .execute();
  await open.deleteFrom("deduplications").where("until", "<=", now).execute();
  await pruneNotices(open, retention.before);
  const old = await prunable(open, retention).where("received_at", "<", retention.before).limit(AT_ONCE).execute();
  const gone = await remove(
    open,
    old.map(({ seq }) => seq),
  );
  return gone + (await pruneBySize(open, retention));
}

/** Events of which nothing is open and nothing is dead that is to be kept, that no group holds; the oldest first. */
function prunable(open: Transaction<Tables>, { deadBefore }: Retention) {
  return open
    .selectFrom("events")
    .select(["seq", "bytes"])
    .where("state", "!=", "pending")
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom("notice_events").select("event").whereRef("notice_events.event", "=", "events.seq"))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("deliveries")
            .select("id")
            .whereRef("deliveries.event", "=", "events.seq")
            .where((builder) =>
              builder.or([
                builder("state", "in", ["waiting", "running"]),
                builder.and([builder("state", "=", "dead"), builder("created_at", ">=", deadBefore)]),
              ]),
            ),
        ),
      ),
    )
    .orderBy("seq");
}

/** A line goes with its delivery, never before. */
async function pruneNotices(open: Transaction<Tables>, before: number): Promise<void> {
  await open
    .deleteFrom("notices")
    .where("at", "<", before)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom("deliveries").select("id").whereRef("deliveries.id", "=", "notices.delivery"))),
    )
    .execute();
  await open.deleteFrom("silences").where("ends_at", "<", before).execute();
}

async function pruneBySize(open: Transaction<Tables>, retention: Retention): Promise<number> {
  const total = await open
    .selectFrom("events")
    .select(sql<number>`coalesce(sum(bytes), 0)`.as("bytes"))
    .executeTakeFirstOrThrow();
  let excess = Number(total.bytes) - retention.maxBytes;
  if (excess <= 0) return 0;
  const rows = await prunable(open, retention).limit(AT_ONCE).execute();
  const going: number[] = [];
  for (const { seq, bytes } of rows) {
    if (excess <= 0) break;
    going.push(seq);
    excess -= bytes;
  }
  return remove(open, going);
}

async function remove(open: Transaction<Tables>, seqs: readonly number[]): Promise<number> {
  if (seqs.length === 0) return 0;
  const deliveries = open.selectFrom("deliveries").select("id").where("event", "in", seqs);
  await open.deleteFrom("attempts").where("delivery", "in", deliveries).execute();
  const { numDeletedRows } = await open.deleteFrom("deliveries").where("event", "in", seqs).executeTakeFirst();
  await open.deleteFrom("events").where("seq", "in", seqs).execute();
  return Number(numDeletedRows) + seqs.length;
}
