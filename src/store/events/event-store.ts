/**
 * The inbox and the outbox over one database, SQLite or PostgreSQL.
 *
 * What runs for every event is in {@link Hot}; all else is written once. Writes of one sort that come at the
 * same time share a transaction.
 */
import { type Kysely, sql, type Transaction } from "kysely";
import type {
  Accepted,
  Attempt,
  Change,
  Claim,
  Counts,
  Delivery,
  DeliveryFilter,
  Dispatch,
  DispatchRight,
  EventFilter,
  EventStore,
  Refusal,
  Retention,
  StoredEvent,
} from "../event-types.ts";
import type { NoticeFlush } from "../notice-types.ts";
import { writeFlush } from "../notices/flush.ts";
import type { Tables } from "../schema.ts";
import { accept } from "./accept.ts";
import { changing } from "./changing.ts";
import { groupCommit } from "./group.ts";
import type { Hot } from "./hot.ts";
import { prune } from "./prune.ts";
import { toAttempt, toDelivery, toRefusal, toRefusalRow, toStoredEvent } from "./rows.ts";
import { encodeText } from "./text.ts";
import { claim, dispatch, end } from "./work.ts";

/** At most so many rows in one transaction: what waits for it should not wait long. */
const GROUP = 500;
/** Events in one query: databases limit how many parameters one has (SQLite: 32766), and each may have 1 MiB. */
const READ_AT_ONCE = 500;
/** Refused webhooks that are kept: a sender of rubbish must not fill the disk. */
const REFUSALS = 1000;

/** What an event store is built over. */
export interface EventDatabase {
  db: Kysely<Tables>;
  hot: Hot;
  /** Milliseconds since 1970. */
  now(): number;
  /** Makes one error with a remedy of what the database throws. */
  explain<T>(run: () => Promise<T>): Promise<T>;
  /**
   * A transaction that need not be on disk at once: when the machine loses its power it may be as if it had not been,
   * with all after it. The end of the process loses none. Where what it writes would only be done anew.
   */
  later<T>(run: (open: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Tells other processes that there is something new, as part of the transaction. */
  notify(open: Transaction<Tables>): Promise<void>;
  onWake(wake: () => void): () => void;
  dispatcher(): Promise<DispatchRight | undefined>;
}

/** @returns the events' part of a store. */
export function createEventStore(database: EventDatabase): EventStore {
  const { db, hot } = database;
  const write = <T>(run: (open: Transaction<Tables>) => Promise<T>) =>
    database.explain(() => db.transaction().execute(run));
  const later = <T>(run: (open: Transaction<Tables>) => Promise<T>) => database.explain(() => database.later(run));
  const read = <T>(run: () => Promise<T>) => database.explain(run);

  const change = groupCommit<Change, Accepted | undefined>((changes) => {
    const intakes = changes.flatMap((one) => ("intake" in one ? one.intake : []));
    const ends = changes.flatMap((one) => ("end" in one ? one.end : []));
    // An end that is lost with the machine's power is delivered again, under its key.
    const inOne = (intakes.length > 0 ? write : later)(async (open) => {
      if (ends.length > 0) await end(open, hot, ends);
      if (intakes.length === 0) return changes.map(() => undefined);
      const answers = (await accept(open, hot, intakes, database.now())).values();
      await database.notify(open);
      return changes.map((one) => ("intake" in one ? answers.next().value : undefined));
    });
    return inOne.catch((error: unknown) => {
      hot.failed();
      throw error;
    });
  }, GROUP);

  const prolong = groupCommit<Renewal, boolean>((renewals) => write((open) => renew(open, renewals)), GROUP);

  return {
    change,
    ...changing(change),
    pending: (limit) =>
      read(async () => {
        const rows = await db
          .selectFrom("events")
          .selectAll()
          .where("state", "=", sql.lit("pending"))
          .orderBy("seq")
          .limit(limit)
          .execute();
        return rows.map(toStoredEvent);
      }),
    async dispatch(dispatches: readonly Dispatch[], flush?: NoticeFlush) {
      if (dispatches.length === 0 && !flush) return;
      // The event is in the inbox, and what follows from it has the same ids when it follows anew.
      await later(async (open) => {
        if (flush) await writeFlush(open, hot, flush, database.now());
        if (dispatches.length > 0) await dispatch(open, hot, dispatches, database.now());
        await database.notify(open);
      });
    },
    claim: (request: Claim) => later((open) => claim(open, hot, request)),
    async renew(worker, until, progress, ids) {
      if (ids.length === 0) return [];
      const held = await prolong(ids.map((id) => ({ id, worker, until, progress: progress.get(id) })));
      return ids.filter((_, at) => held[at]);
    },
    nextDue: (after) =>
      read(async () => {
        const row = await db
          .selectFrom("deliveries")
          .select(({ fn }) => fn.min("due").as("due"))
          .where(sql<boolean>`state in ('waiting', 'running')`)
          .where("due", ">", after)
          .executeTakeFirst();
        return row?.due ?? undefined;
      }),
    replay: (ids, now) => write((open) => replay(open, ids, now)),
    replayEvent: (seq) => write((open) => replayEvent(open, seq)),
    ...readers(db, read),
    async refuse(refusals: readonly Refusal[]) {
      if (refusals.length === 0) return;
      await write(async (open) => {
        await open.insertInto("refusals").values(refusals.map(toRefusalRow)).execute();
        const newest = open.selectFrom("refusals").select("seq").orderBy("seq", "desc").limit(REFUSALS);
        await open.deleteFrom("refusals").where("seq", "not in", newest).execute();
      });
    },
    prune: (retention: Retention) => write((open) => prune(open, hot, retention, database.now())),
    onWake: database.onWake,
    dispatcher: database.dispatcher,
  };
}

/** A delivery that its worker goes on with. */
interface Renewal {
  id: string;
  worker: string;
  until: number;
  progress: string | undefined;
}

/** @returns whether each is still that worker's. */
async function renew(open: Transaction<Tables>, renewals: readonly Renewal[]): Promise<boolean[]> {
  const held: boolean[] = [];
  for (const { id, worker, until, progress } of renewals) {
    const { numUpdatedRows } = await open
      .updateTable("deliveries")
      .set({ due: until, ...(progress === undefined ? {} : { progress: encodeText(progress) }) })
      .where("id", "=", encodeText(id))
      .where("worker", "=", worker)
      .where("state", "=", "running")
      .executeTakeFirst();
    held.push(numUpdatedRows > 0n);
  }
  return held;
}

async function replay(open: Transaction<Tables>, ids: readonly string[], now: number): Promise<number> {
  let count = 0;
  for (const id of ids) {
    const { numUpdatedRows } = await open
      .updateTable("deliveries")
      .set(({ ref }) => ({
        ...{ state: "waiting", due: now, held_since: null, finished_at: null, code: null, message: null },
        attempts_before: ref("attempts"),
      }))
      .where("id", "=", encodeText(id))
      .where("state", "in", ["dead", "skipped"])
      .executeTakeFirst();
    count += Number(numUpdatedRows);
  }
  return count;
}

/** Its deliveries are taken away, so that they can follow anew under the same ids. */
async function replayEvent(open: Transaction<Tables>, seq: number): Promise<boolean> {
  const { numUpdatedRows } = await open
    .updateTable("events")
    .set({ state: "pending", note: null })
    .where("seq", "=", seq)
    .where("state", "!=", "pending")
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  const finished = open
    .selectFrom("deliveries")
    .select("id")
    .where("event", "=", seq)
    .where("state", "not in", ["waiting", "running"]);
  await open.deleteFrom("attempts").where("delivery", "in", finished).execute();
  await open.deleteFrom("deliveries").where("id", "in", finished).execute();
  return true;
}

type Readers = Pick<
  EventStore,
  "event" | "eventsBySeq" | "eventById" | "events" | "delivery" | "deliveries" | "attempts" | "refusals" | "counts"
>;

function readers(db: Kysely<Tables>, read: <T>(run: () => Promise<T>) => Promise<T>): Readers {
  return {
    event: (seq) =>
      read(async () => {
        const row = await db.selectFrom("events").selectAll().where("seq", "=", seq).executeTakeFirst();
        return row && toStoredEvent(row);
      }),
    eventsBySeq: (seqs) => read(() => listBySeq(db, seqs)),
    eventById: (source, id) =>
      read(async () => {
        const query = db.selectFrom("events").selectAll().where("source", "=", encodeText(source));
        const row = await query.where("id", "=", encodeText(id)).executeTakeFirst();
        return row && toStoredEvent(row);
      }),
    events: (filter) => read(() => listEvents(db, filter)),
    delivery: (id) =>
      read(async () => {
        const row = await db.selectFrom("deliveries").selectAll().where("id", "=", encodeText(id)).executeTakeFirst();
        return row && toDelivery(row);
      }),
    deliveries: (filter) => read(() => listDeliveries(db, filter)),
    attempts: (delivery) =>
      read(async (): Promise<Attempt[]> => {
        const query = db.selectFrom("attempts").selectAll().where("delivery", "=", encodeText(delivery));
        return (await query.orderBy("number").execute()).map(toAttempt);
      }),
    refusals: ({ integration, before, limit }) =>
      read(async () => {
        let query = db.selectFrom("refusals").selectAll().orderBy("seq", "desc").limit(limit);
        if (integration !== undefined) query = query.where("integration", "=", integration);
        if (before !== undefined) query = query.where("seq", "<", before);
        return (await query.execute()).map(toRefusal);
      }),
    counts: () => read(() => count(db)),
  };
}

async function listBySeq(db: Kysely<Tables>, seqs: readonly number[]): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  const sorted = [...new Set(seqs)].sort((a, b) => a - b);
  for (let at = 0; at < sorted.length; at += READ_AT_ONCE) {
    const part = sorted.slice(at, at + READ_AT_ONCE);
    const rows = await db.selectFrom("events").selectAll().where("seq", "in", part).orderBy("seq").execute();
    found.push(...rows.map(toStoredEvent));
  }
  return found;
}

async function listEvents(db: Kysely<Tables>, filter: EventFilter): Promise<StoredEvent[]> {
  let query = db.selectFrom("events").selectAll().orderBy("seq", "desc").limit(filter.limit);
  if (filter.namespace !== undefined) query = query.where("namespace", "=", filter.namespace);
  if (filter.integration !== undefined) query = query.where("integration", "=", filter.integration);
  if (filter.type !== undefined) query = query.where("type", "=", encodeText(filter.type));
  if (filter.state !== undefined) query = query.where("state", "=", filter.state);
  if (filter.trace !== undefined) query = query.where("trace", "=", filter.trace);
  if (filter.before !== undefined) query = query.where("seq", "<", filter.before);
  return (await query.execute()).map(toStoredEvent);
}

async function listDeliveries(db: Kysely<Tables>, filter: DeliveryFilter): Promise<Delivery[]> {
  let query = db.selectFrom("deliveries").selectAll().orderBy("position").limit(filter.limit);
  if (filter.namespace !== undefined) query = query.where("namespace", "=", filter.namespace);
  // As it stands in the partial indexes.
  if (filter.state !== undefined) query = query.where("state", "=", sql.lit(filter.state));
  if (filter.target !== undefined) query = query.where("target", "=", filter.target);
  if (filter.event !== undefined) query = query.where("event", "=", filter.event);
  if (filter.after !== undefined) {
    const last = db.selectFrom("deliveries").select("position").where("id", "=", encodeText(filter.after));
    query = query.where("position", ">", last);
  }
  return (await query.execute()).map(toDelivery);
}

async function count(db: Kysely<Tables>): Promise<Counts> {
  // Before the deliveries: what is dispatched between the two is counted twice, and not left out.
  const events = await db
    .selectFrom("events")
    .select(({ fn }) => [fn.countAll().as("count"), fn.min("received_at").as("oldest")])
    .where("state", "=", sql.lit("pending"))
    .executeTakeFirst();
  // With the words of the partial indexes: what is done is most of the table.
  const open = sql<boolean>`state in ('waiting', 'running')`;
  const from = db.selectFrom("deliveries");
  const all = await from
    .select(({ fn }) => fn.countAll().as("count"))
    .where(open)
    .executeTakeFirst();
  const oldest = await from.select("created_at").where(open).orderBy("position").limit(1).executeTakeFirst();
  const ofState = async (state: "running" | "dead") => {
    const row = await from
      .select(({ fn }) => fn.countAll().as("count"))
      .where("state", "=", sql.lit(state))
      .executeTakeFirst();
    return Number(row?.count ?? 0);
  };
  const running = await ofState("running");
  const times = [oldest?.created_at, events?.oldest].filter((at) => at !== null && at !== undefined);
  return {
    pending: Number(events?.count ?? 0),
    // One that began between the two is running by now.
    waiting: Math.max(0, Number(all?.count ?? 0) - running),
    running,
    dead: await ofState("dead"),
    ...(times.length > 0 ? { oldest: Math.min(...times) } : {}),
  };
}
