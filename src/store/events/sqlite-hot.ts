/**
 * The hot statements on SQLite: compiled once, run row by row.
 *
 * node:sqlite is synchronous, so that a row costs a few microseconds and no turn of the event loop; the
 * query builder for each row would cost more than the statement.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Selectable } from "kysely";
import type { Claim } from "../event-types.ts";
import type { AttemptRow, DeliveryRow } from "../schema.ts";
import { BLOCKED, DUE_WINDOW, HEADS, LANES, RUNNING, WINDOW_FULL } from "./due.ts";
import {
  type EndRow,
  type Hot,
  identityOf,
  type Lane,
  type LaneRoom,
  type NewDeliveryRow,
  type NewEventRow,
  orderOf,
  signedKeyOf,
} from "./hot.ts";
import { createSignedBytes } from "./signed-bytes.ts";

const EVENT_COLUMNS = [
  ...["namespace", "integration", "platform", "source", "id", "type", "subject", "received_at", "trace", "hops"],
  ...["attributes", "data", "signed_hash", "state", "note", "repeats", "bytes"],
];
const DELIVERY_COLUMNS = [
  ...["id", "kind", "namespace", "target", "lane", "ordering_key", "event", "state", "due", "held_since", "passed_at"],
  ...[
    "attempts",
    "attempts_before",
    "worker",
    "concurrency",
    "input",
    "progress",
    "code",
    "message",
    "trace",
    "created_at",
  ],
  "finished_at",
];
const ATTEMPT_COLUMNS = ["delivery", "number", "at", "took", "outcome", "step", "code", "message"];

function insert(table: string, columns: readonly string[], rest = ""): string {
  return `insert into ${table} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")}) ${rest}`;
}

const END = `
  update deliveries set state = ?, due = ?, held_since = case when ? is null then null else coalesce(held_since, ?) end,
    progress = coalesce(?, progress), code = ?, message = ?, finished_at = ?, worker = null
  where id = ? and worker = ? and state = 'running' returning attempts`;

/** @param database the one connection, on which the store's transactions run. */
export function sqliteHot(database: DatabaseSync): Hot {
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    const kept = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, kept);
    return kept;
  };
  const signedBytes = createSignedBytes(prepared);
  const values = (row: object, columns: readonly string[]) =>
    columns.map((column) => (row as Record<string, SQLInputValue>)[column] as SQLInputValue);
  const seqOf = (row: Record<string, unknown> | undefined) => row?.seq as number | undefined;
  const signedOf = (rows: readonly NewEventRow[], since: number) => {
    const signed = new Map<string, number>();
    for (const row of rows) {
      const first = signedBytes.find(row, since);
      if (first !== undefined) signed.set(signedKeyOf(row), first);
    }
    return signed;
  };

  return {
    async known(_open, rows, since) {
      const find = prepared("select seq from events where source = ? and id = ?");
      const events = new Map<string, number>();
      for (const row of rows) {
        const seq = seqOf(find.get(row.source, row.id));
        if (seq !== undefined) events.set(identityOf(row), seq);
      }
      return { events, signed: signedOf(rows, since) };
    },
    // Whether its identity is there the insert finds out by itself.
    async knownBefore(_open, rows, since) {
      signedBytes.look();
      return { events: new Map(), signed: signedOf(rows, since) };
    },
    async addEvents(_open, rows: readonly NewEventRow[], _since) {
      const add = prepared(insert("events", EVENT_COLUMNS, "on conflict (source, id) do nothing returning seq"));
      const added = rows.map((row) => {
        const seq = seqOf(add.get(...values(row, EVENT_COLUMNS)));
        if (seq !== undefined) signedBytes.add(row, seq);
        return seq;
      });
      signedBytes.settleMany();
      return added;
    },
    async settle() {
      signedBytes.settle();
    },
    failed: () => signedBytes.forget(),
    async hasPending() {
      return prepared("select 1 from events where state = 'pending' limit 1").get() !== undefined;
    },
    async pendingOf(_open, seqs) {
      const pending = prepared("select seq from events where seq = ? and state = 'pending'");
      return new Set(seqs.filter((seq) => pending.get(seq) !== undefined));
    },
    async markEvents(_open, rows) {
      const mark = prepared("update events set state = ?, note = ?, data = coalesce(?, data) where seq = ?");
      for (const { seq, state, note, data } of rows) mark.run(state, note, data, seq);
    },
    async addDeliveries(_open, rows: readonly NewDeliveryRow[]) {
      const add = prepared(insert("deliveries", DELIVERY_COLUMNS, "on conflict (id) do nothing"));
      const added = rows.filter((row) => Number(add.run(...values(row, DELIVERY_COLUMNS)).changes) > 0);
      return new Set(added.map(({ id }) => id));
    },
    async openKeys(_open, rows) {
      const open = prepared(
        "select 1 from deliveries where lane = ? and ordering_key = ? and state in ('waiting', 'running') limit 1",
      );
      return new Set(rows.filter(({ lane, ordering_key: key }) => open.get(lane, key) !== undefined).map(orderOf));
    },
    async remember(_open, rows, now) {
      const add = prepared(
        `insert into deduplications (rule, key, until, event) values (?, ?, ?, ?)
         on conflict (rule, key) do update set until = excluded.until, event = excluded.event
         where deduplications.until <= ? or deduplications.event = excluded.event`,
      );
      return rows.map(({ rule, key, until, event }) => Number(add.run(rule, key, until, event, now).changes) > 0);
    },
    async lanes(_open, now) {
      const running = new Map(
        prepared(RUNNING)
          .all({ now })
          .map(({ lane, count }) => [lane, count as number]),
      );
      const lanes = prepared(LANES).all({ now }) as unknown as Omit<Lane, "running">[];
      return lanes.map((one) => ({ ...one, running: running.get(one.lane) ?? 0 }));
    },
    async due(_open, { now, passAfter, limit }, lanes) {
      const found = lanes.flatMap((one) => dueOfLane(prepared, one, { now, passed: now - passAfter }));
      const first = found.toSorted((a, b) => a.due - b.due || a.position - b.position).slice(0, limit);
      const read = prepared("select * from deliveries where position = ?");
      return first.map(({ position }) => read.get(position) as unknown as Selectable<DeliveryRow>);
    },
    async hasBlocked(_open, now) {
      return prepared(BLOCKED).get({ now }) !== undefined;
    },
    async give(_open, ids, { worker, until }: Claim) {
      const give = prepared(
        "update deliveries set state = 'running', worker = ?, due = ?, attempts = attempts + 1 where id = ?",
      );
      for (const id of ids) give.run(worker, until, id);
    },
    async end(_open, rows: readonly EndRow[]) {
      const end = prepared(END);
      return rows.map((row) => {
        const { state, due, held_since: held, progress, code, message, finished_at: finished, id, worker } = row;
        const ended = end.get(state, due, held, held, progress, code, message, finished, id, worker);
        return ended?.attempts as number | undefined;
      });
    },
    async addAttempts(_open, rows: readonly Selectable<AttemptRow>[]) {
      const add = prepared(insert("attempts", ATTEMPT_COLUMNS, "on conflict (delivery, number) do nothing"));
      for (const row of rows) add.run(...values(row, ATTEMPT_COLUMNS));
    },
  };
}

interface Found {
  position: number;
  due: number;
}

function dueOfLane(
  prepared: (sql: string) => StatementSync,
  { lane, room }: LaneRoom,
  times: { now: number; passed: number },
): Found[] {
  const found = prepared(DUE_WINDOW).all({ lane, room, ...times }) as unknown as Found[];
  if (found.length >= room) return found;
  const { now } = times;
  const full = prepared(WINDOW_FULL).get({ lane, now });
  return full === undefined ? found : (prepared(HEADS).all({ lane, room, ...times }) as unknown as Found[]);
}
