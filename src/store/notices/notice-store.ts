/** The store of notifications over one database, SQLite or PostgreSQL. What is written with events is in `flush.ts`. */
import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import { encodeText } from "../events/text.ts";
import type { NoticeFilter, NoticeStore } from "../notice-types.ts";
import type { Tables } from "../schema.ts";
import {
  type CountRow,
  digest,
  type NoticeJoined,
  toCount,
  toKeptState,
  toldColumns,
  toNotice,
  toSilence,
  toSilenceRow,
} from "./rows.ts";

type Explain = <T>(run: () => Promise<T>) => Promise<T>;

/** @param explain makes one error with a remedy of what the database throws. */
export function createNoticeStore(db: Kysely<Tables>, explain: Explain): NoticeStore {
  return {
    takeOver: (owner) => explain(() => takeOver(db, encodeText(owner))),
    told: (delivery, how) =>
      explain(async () => {
        await db.updateTable("notices").set(toldColumns(how)).where("delivery", "=", encodeText(delivery)).execute();
      }),
    wasTold: (delivery) =>
      explain(async () => {
        const told = db.selectFrom("notices").select("seq").where("told_at", "is not", null);
        const row = await told.where("delivery", "=", encodeText(delivery)).executeTakeFirst();
        return row !== undefined;
      }),
    reference: (groupKey, via, before) => explain(() => reference(db, groupKey, via, before)),
    notices: (filter) => explain(async () => (await list(db, filter)).map(toNotice)),
    counts: (filter) => explain(async () => (await count(db, filter)).map(toCount)),
    ...silenceStore(db, explain),
  };
}

function takeOver(db: Kysely<Tables>, owner: string) {
  return db.transaction().execute(async (open) => {
    await open
      .insertInto("notice_owner")
      .values({ slot: 1, owner })
      .onConflict((conflict) => conflict.column("slot").doUpdateSet({ owner }))
      .execute();
    return (await open.selectFrom("notice_state").selectAll().execute()).map(toKeptState);
  });
}

async function reference(db: Kysely<Tables>, groupKey: string, via: string, before: string) {
  const own = db.selectFrom("notices").select("seq").where("delivery", "=", encodeText(before));
  const row = await db
    .selectFrom("notices")
    .select(["reference", "status"])
    .where("group_id", "=", digest(groupKey))
    .where("via", "=", via)
    .where("told_at", "is not", null)
    .where("seq", "<", own)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!row || row.status === "resolved") return undefined;
  return row.reference ?? undefined;
}

function list(db: Kysely<Tables>, filter: NoticeFilter): Promise<NoticeJoined[]> {
  let query = db
    .selectFrom("notices")
    .leftJoin("deliveries", "deliveries.id", "notices.delivery")
    .selectAll("notices")
    .select(["deliveries.state", "deliveries.attempts", "deliveries.code", "deliveries.message"])
    .select((builder) => resentOf(builder).as("resent"))
    .orderBy("notices.seq", "desc")
    .limit(filter.limit);
  if (filter.namespace !== undefined) query = query.where("notices.namespace", "=", filter.namespace);
  if (filter.route !== undefined) query = query.where("notices.route", "=", filter.route);
  if (filter.receiver !== undefined) query = query.where("notices.receiver", "=", filter.receiver);
  if (filter.kind !== undefined) query = query.where("notices.kind", "=", filter.kind);
  if (filter.before !== undefined) query = query.where("notices.seq", "<", filter.before);
  return query.execute();
}

/** Attempts of unknown outcome before the last; one that recorded that it told is not sent after that. */
function resentOf(builder: ExpressionBuilder<Tables, "notices">) {
  return builder
    .selectFrom("attempts")
    .select(({ fn }) => fn.countAll().as("count"))
    .whereRef("attempts.delivery", "=", "notices.delivery")
    .where("attempts.outcome", "in", ["lost", "unknown"])
    .where(sql<boolean>`attempts.number < deliveries.attempts`)
    .where(sql<boolean>`(notices.told_at is null or attempts.at <= notices.told_at)`);
}

function count(db: Kysely<Tables>, filter: { namespace?: string; since?: number }): Promise<CountRow[]> {
  const told = sql<number>`case when notices.told_at is null then 0 else 1 end`;
  let query = db
    .selectFrom("notices")
    .leftJoin("deliveries", "deliveries.id", "notices.delivery")
    .select([
      "notices.kind",
      "notices.reason",
      "notices.route",
      "notices.receiver",
      "deliveries.state",
      told.as("told"),
    ])
    .select(({ fn }) => [
      fn.countAll().as("notices"),
      fn.sum("notices.event_count").as("events"),
      fn.sum("notices.held_back").as("held_back"),
    ])
    .groupBy(["notices.kind", "notices.reason", "notices.route", "notices.receiver", "deliveries.state"])
    .groupBy(told)
    .orderBy("notices.route")
    .orderBy("notices.kind")
    .orderBy("notices.reason");
  if (filter.namespace !== undefined) query = query.where("notices.namespace", "=", filter.namespace);
  if (filter.since !== undefined) query = query.where("notices.at", ">=", filter.since);
  return query.execute();
}

function silenceStore(
  db: Kysely<Tables>,
  explain: Explain,
): Pick<NoticeStore, "putSilence" | "silences" | "expireSilence"> {
  return {
    putSilence: (silence) =>
      explain(async () => {
        await db.insertInto("silences").values(toSilenceRow(silence)).execute();
      }),
    silences: ({ namespace, endingAfter }) =>
      explain(async () => {
        let query = db.selectFrom("silences").selectAll().orderBy("starts_at").orderBy("id");
        if (namespace !== undefined) query = query.where("namespace", "=", namespace);
        if (endingAfter !== undefined) query = query.where("ends_at", ">", endingAfter);
        return (await query.execute()).map(toSilence);
      }),
    expireSilence: (namespace, id, at) =>
      explain(async () => {
        const { numUpdatedRows } = await db
          .updateTable("silences")
          // One that has not begun never does.
          .set({ ends_at: at, starts_at: sql<number>`case when starts_at > ${at} then ${at} else starts_at end` })
          .where("namespace", "=", namespace)
          .where("id", "=", encodeText(id))
          .where("ends_at", ">", at)
          .executeTakeFirst();
        return numUpdatedRows > 0n;
      }),
  };
}
