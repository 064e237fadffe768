/**
 * The hot statements on PostgreSQL: many rows a statement, since each statement is a round trip.
 *
 * Rows travel as one JSON text. `json` and not `jsonb`, which would refuse what a payload may hold; texts are
 * encoded by then, so that no NUL is among them.
 */
import { type RawBuilder, type Selectable, sql, type Transaction } from "kysely";
import type { Claim } from "../event-types.ts";
import type { DeduplicationRow, DeliveryRow, Tables } from "../schema.ts";
import { BLOCKED, DUE_WINDOW, HEADS, LANES, RUNNING, WINDOW_FULL } from "./due.ts";
import {
  type Hot,
  identityOf,
  type Known,
  type Lane,
  type LaneRoom,
  type NewEventRow,
  type OrderKey,
  orderOf,
  signedKeyOf,
} from "./hot.ts";

type Columns = Readonly<Record<string, "text" | "bigint">>;

const EVENT: Columns = {
  namespace: "text",
  integration: "text",
  platform: "text",
  source: "text",
  id: "text",
  type: "text",
  subject: "text",
  received_at: "bigint",
  trace: "text",
  hops: "bigint",
  attributes: "text",
  data: "text",
  signed_hash: "text",
  state: "text",
  note: "text",
  repeats: "bigint",
  bytes: "bigint",
};
const DELIVERY: Columns = {
  id: "text",
  kind: "text",
  namespace: "text",
  target: "text",
  lane: "text",
  ordering_key: "text",
  event: "bigint",
  state: "text",
  due: "bigint",
  held_since: "bigint",
  passed_at: "bigint",
  attempts: "bigint",
  attempts_before: "bigint",
  worker: "text",
  concurrency: "bigint",
  input: "text",
  progress: "text",
  code: "text",
  message: "text",
  trace: "text",
  created_at: "bigint",
  finished_at: "bigint",
};
const ATTEMPT: Columns = {
  delivery: "text",
  number: "bigint",
  at: "bigint",
  took: "bigint",
  outcome: "text",
  step: "text",
  code: "text",
  message: "text",
};
const END: Columns = {
  id: "text",
  worker: "text",
  state: "text",
  due: "bigint",
  held_since: "bigint",
  progress: "text",
  code: "text",
  message: "text",
  finished_at: "bigint",
};
const SIGNED: Columns = { source: "text", hash: "text", seq: "bigint", at: "bigint" };
const REMEMBERED: Columns = { rule: "text", key: "text", until: "bigint", event: "bigint" };
const LANE: Columns = { lane: "text", room: "bigint" };
const MARK: Columns = { seq: "bigint", state: "text", note: "text", data: "text" };

/** One for all processes that claim where only so many may run at once: "PLMC" as a number. */
const CLAIM_LOCK = 0x504c4d43;

/** Rows as something to select from, called `r`, in the order given (`r.nr`). */
function recordset(rows: readonly object[], columns: Columns, name = "r"): RawBuilder<unknown> {
  const numbered = JSON.stringify(rows.map((row, nr) => ({ ...row, nr })));
  const typed = Object.entries({ nr: "bigint", ...columns }).map(
    ([column, type]) => sql`${sql.ref(column)} ${sql.raw(type)}`,
  );
  return sql`json_to_recordset(${numbered}::json) as ${sql.ref(name)}(${sql.join(typed)})`;
}

function insertFrom(table: string, columns: Columns, rows: readonly object[]): RawBuilder<unknown> {
  const names = sql.join(Object.keys(columns).map((name) => sql.ref(name)));
  const selected = sql.join(Object.keys(columns).map((name) => sql.ref(`r.${name}`)));
  return sql`insert into ${sql.table(table)} (${names}) select ${selected} from ${recordset(rows, columns)} order by r.nr`;
}

export function postgresHot(): Hot {
  return {
    known,
    // One round trip more or less counts for more than what it finds.
    knownBefore: known,
    async addEvents(open, rows, since) {
      const added = await sql<{ source: string; id: string; seq: number }>`
        ${insertFrom("events", EVENT, rows)} on conflict (source, id) do nothing returning source, id, seq`.execute(
        open,
      );
      const seqs = new Map(added.rows.map((row) => [identityOf(row), row.seq]));
      const signed = rows.flatMap((row) => {
        const seq = seqs.get(identityOf(row));
        return seq === undefined || row.signed_hash === null
          ? []
          : [{ source: row.source, hash: row.signed_hash, seq, at: row.received_at }];
      });
      const taken = new Set(await sign(open, signed, since));
      return rows.map((row) => {
        const seq = seqs.get(identityOf(row));
        return seq === undefined || taken.has(seq) ? undefined : seq;
      });
    },
    // The signed bytes of each event are in their table with it.
    settle: async () => undefined,
    failed: () => undefined,
    async hasPending(open) {
      const { rows } = await sql`select 1 from events where state = 'pending' limit 1`.execute(open);
      return rows.length > 0;
    },
    async pendingOf(open, seqs) {
      const pending = open.selectFrom("events").select("seq").where("seq", "in", seqs).where("state", "=", "pending");
      const rows = await pending.orderBy("seq").forUpdate().execute();
      return new Set(rows.map(({ seq }) => seq));
    },
    async markEvents(open, rows) {
      await sql`update events e set state = r.state, note = r.note, data = coalesce(r.data, e.data) from ${recordset(rows, MARK)}
        where e.seq = r.seq`.execute(open);
    },
    async addDeliveries(open, rows) {
      const { rows: added } = await sql<{ id: string }>`
        ${insertFrom("deliveries", DELIVERY, rows)} on conflict (id) do nothing returning id`.execute(open);
      return new Set(added.map(({ id }) => id));
    },
    async openKeys(open, rows) {
      const { rows: found } = await sql<OrderKey>`
        select distinct d.lane, d.ordering_key from deliveries d
        join ${recordset(rows, { lane: "text", ordering_key: "text" })}
          on d.lane = r.lane and d.ordering_key = r.ordering_key
        where d.state in ('waiting', 'running')`.execute(open);
      return new Set(found.map(orderOf));
    },
    async remember(open, rows: readonly DeduplicationRow[], now) {
      const answers: boolean[] = [];
      // One after the other: two of one call may have the same key, which one statement could not take.
      for (const row of rows) {
        const { numAffectedRows = 0n } = await sql`${insertFrom("deduplications", REMEMBERED, [row])}
          on conflict (rule, key) do update set until = excluded.until, event = excluded.event
          where deduplications.until <= ${now} or deduplications.event = excluded.event`.execute(open);
        answers.push(numAffectedRows > 0n);
      }
      return answers;
    },
    async lanes(open, now) {
      const lanes = await readLanes(open, now);
      if (lanes.every(({ concurrency }) => concurrency === null)) return lanes;
      // Two that claim at once would both count before either has taken.
      await sql`select pg_advisory_xact_lock(${CLAIM_LOCK})`.execute(open);
      return readLanes(open, now);
    },
    async due(open, claim, lanes) {
      const found = await candidates(open, claim, lanes);
      if (found.length === 0) return [];
      const { rows } = await sql<Selectable<DeliveryRow>>`
        select * from deliveries where position in (${sql.join(found.map(({ position }) => position))})
          and state in ('waiting', 'running') and due <= ${claim.now}
        order by due, position for update skip locked`.execute(open);
      return rows;
    },
    async hasBlocked(open, now) {
      return (await named(BLOCKED, { now }).execute(open)).rows.length > 0;
    },
    async give(open, ids, { worker, until }) {
      await open
        .updateTable("deliveries")
        .set((builder) => ({ state: "running", worker, due: until, attempts: builder("attempts", "+", 1) }))
        .where("id", "in", ids)
        .execute();
    },
    async end(open, rows) {
      const { rows: ended } = await sql<{ id: string; attempts: number }>`
        update deliveries d set state = r.state, due = r.due,
          held_since = case when r.held_since is null then null else coalesce(d.held_since, r.held_since) end,
          progress = coalesce(r.progress, d.progress), code = r.code, message = r.message,
          finished_at = r.finished_at, worker = null
        from ${recordset(rows, END)}
        where d.id = r.id and d.worker = r.worker and d.state = 'running' returning d.id, d.attempts`.execute(open);
      const attempts = new Map(ended.map(({ id, attempts: number }) => [id, number]));
      return rows.map(({ id }) => attempts.get(id));
    },
    async addAttempts(open, rows) {
      await sql`${insertFrom("attempts", ATTEMPT, rows)} on conflict (delivery, number) do nothing`.execute(open);
    },
  };
}

/** Remembers signed bytes. @returns the events whose bytes another process took just now; they are taken out again. */
async function sign(
  open: Transaction<Tables>,
  signed: readonly { source: string; hash: string; seq: number; at: number }[],
  since: number,
): Promise<number[]> {
  if (signed.length === 0) return [];
  const kept = await sql<{ seq: number }>`${insertFrom("signed", SIGNED, signed)}
    on conflict (source, hash) do update set seq = excluded.seq, at = excluded.at where signed.at <= ${since}
    returning seq`.execute(open);
  const seqs = new Set(kept.rows.map(({ seq }) => seq));
  const taken = signed.map(({ seq }) => seq).filter((seq) => !seqs.has(seq));
  if (taken.length > 0) await open.deleteFrom("events").where("seq", "in", taken).execute();
  return taken;
}

async function readLanes(open: Transaction<Tables>, now: number): Promise<Lane[]> {
  const lanes = await named<Omit<Lane, "running">>(LANES, { now }).execute(open);
  if (lanes.rows.length === 0) return [];
  const running = await named<{ lane: string; count: number }>(RUNNING, { now }).execute(open);
  const counts = new Map(running.rows.map(({ lane, count }) => [lane, count]));
  return lanes.rows.map((one) => ({ ...one, running: counts.get(one.lane) ?? 0 }));
}

interface Found {
  position: number;
  due: number;
}

async function candidates(
  open: Transaction<Tables>,
  { now, passAfter, limit }: Claim,
  lanes: readonly LaneRoom[],
): Promise<Found[]> {
  const times = { now, passed: now - passAfter };
  const found: Found[] = [];
  const ofEach = (statement: string, some: readonly LaneRoom[]) => {
    const parameters = { ...times, lane: sql.ref("l.lane"), room: sql.ref("l.room") };
    return sql<Found & { lane: string }>`
      select l.lane, c.* from ${recordset(some, LANE, "l")} cross join lateral (${named(statement, parameters)}) c`;
  };
  const { rows } = await ofEach(DUE_WINDOW, lanes).execute(open);
  const counts = Map.groupBy(rows, ({ lane }) => lane);
  const short = lanes.filter(({ lane, room }) => (counts.get(lane)?.length ?? 0) < room);
  const full = new Set(
    short.length === 0 ? [] : (await ofEach(WINDOW_FULL, short).execute(open)).rows.map(({ lane }) => lane),
  );
  found.push(...rows.filter(({ lane }) => !full.has(lane)));
  for (const { lane, room } of short.filter((one) => full.has(one.lane))) {
    found.push(...(await named<Found>(HEADS, { ...times, lane, room }).execute(open)).rows);
  }
  return found.toSorted((a, b) => a.due - b.due || a.position - b.position).slice(0, limit);
}

/** A statement with `:name` for its parameters. */
function named<T>(statement: string, parameters: Readonly<Record<string, unknown>>): RawBuilder<T> {
  const parts = statement.split(/:(now|passed|lane|room)\b/);
  return sql<T>`${sql.join(
    parts.map((part, index) => (index % 2 === 0 ? sql.raw(part) : sql`${parameters[part]}`)),
    sql.raw(""),
  )}`;
}

async function known(open: Transaction<Tables>, rows: readonly NewEventRow[], since: number): Promise<Known> {
  const found = await sql<{ source: string; id: string; seq: number }>`
    select e.source, e.id, e.seq from events e
    join ${recordset(rows, { source: "text", id: "text" })} on e.source = r.source and e.id = r.id`.execute(open);
  const signed = await sql<{ source: string; hash: string; seq: number }>`
    select s.source, s.hash, s.seq from signed s
    join ${recordset(rows, { source: "text", signed_hash: "text" })}
      on s.source = r.source and s.hash = r.signed_hash where s.at > ${since}`.execute(open);
  return {
    events: new Map(found.rows.map((row) => [identityOf(row), row.seq])),
    signed: new Map(signed.rows.map(({ source, hash, seq }) => [signedKeyOf({ source, signed_hash: hash }), seq])),
  };
}
