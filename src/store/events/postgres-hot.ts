/**
 * The hot statements on PostgreSQL: many rows a statement, since each statement is a round trip.
 *
 * Rows travel as one JSON text. `json` and not `jsonb`, which would refuse what a payload may hold; texts are
 * encoded by then, so that no NUL is among them.
 */
import { type RawBuilder, type Selectable, sql } from "kysely";
import type { DeduplicationRow, DeliveryRow } from "../schema.ts";
import { type Hot, identityOf, signedKeyOf } from "./hot.ts";

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
  ordering_key: "text",
  event: "bigint",
  state: "text",
  due: "bigint",
  held_since: "bigint",
  passed_at: "bigint",
  attempts: "bigint",
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
const REMEMBERED: Columns = { rule: "text", key: "text", until: "bigint" };

/** Rows as something to select from, called `r`, in the order given (`r.nr`). */
function recordset(rows: readonly object[], columns: Columns): RawBuilder<unknown> {
  const numbered = JSON.stringify(rows.map((row, nr) => ({ ...row, nr })));
  const typed = Object.entries({ nr: "bigint", ...columns }).map(
    ([name, type]) => sql`${sql.ref(name)} ${sql.raw(type)}`,
  );
  return sql`json_to_recordset(${numbered}::json) as r(${sql.join(typed)})`;
}

function insertFrom(table: string, columns: Columns, rows: readonly object[]): RawBuilder<unknown> {
  const names = sql.join(Object.keys(columns).map((name) => sql.ref(name)));
  const selected = sql.join(Object.keys(columns).map((name) => sql.ref(`r.${name}`)));
  return sql`insert into ${sql.table(table)} (${names}) select ${selected} from ${recordset(rows, columns)} order by r.nr`;
}

export function postgresHot(): Hot {
  return {
    async known(open, rows, since) {
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
    },
    async addEvents(open, rows) {
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
      if (signed.length > 0) {
        await sql`${insertFrom("signed", SIGNED, signed)}
          on conflict (source, hash) do update set seq = excluded.seq, at = excluded.at`.execute(open);
      }
      return rows.map((row) => seqs.get(identityOf(row)));
    },
    async addDeliveries(open, rows) {
      await sql`${insertFrom("deliveries", DELIVERY, rows)} on conflict (id) do nothing`.execute(open);
    },
    async remember(open, rows: readonly DeduplicationRow[], now) {
      const answers: boolean[] = [];
      // One after the other: two of one call may have the same key, which one statement could not take.
      for (const row of rows) {
        const { numAffectedRows = 0n } = await sql`${insertFrom("deduplications", REMEMBERED, [row])}
          on conflict (rule, key) do update set until = excluded.until where deduplications.until <= ${now}`.execute(
          open,
        );
        answers.push(numAffectedRows > 0n);
      }
      return answers;
    },
    async due(open, { now, passAfter, limit }) {
      const { rows } = await sql<Selectable<DeliveryRow>>`
        select d.* from deliveries d
        where d.state in ('waiting', 'running') and d.due <= ${now}
          and not exists (
            select 1 from deliveries e
            where e.ordering_key = d.ordering_key and e.position < d.position and e.state in ('waiting', 'running')
              and not (e.state = 'waiting' and e.held_since is not null and e.held_since <= ${now - passAfter}))
        order by d.position limit ${limit} for update of d skip locked`.execute(open);
      return rows;
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
