/** From dispatched events to finished deliveries: what is claimed, renewed, ended and brought back. */
import { type Selectable, sql, type Transaction } from "kysely";
import type { AttemptEnd, Claim, Claimed, Delivery, Dispatch, Following } from "../event-types.ts";
import type { DeliveryRow, Tables } from "../schema.ts";
import type { EndRow, EventMark, Hot, LaneRoom } from "./hot.ts";
import { toAttemptRow, toDelivery, toDeliveryRow } from "./rows.ts";
import { encodeText } from "./text.ts";

type Open = Transaction<Tables>;

/** Writes what follows from events; to be called inside a transaction. @param now milliseconds since 1970. */
export async function dispatch(open: Open, hot: Hot, dispatches: readonly Dispatch[], now: number): Promise<void> {
  const pending = await hot.pendingOf(
    open,
    dispatches.map(({ seq }) => seq),
  );
  const rows: ReturnType<typeof toDeliveryRow>[] = [];
  const marks: EventMark[] = [];
  for (const one of dispatches.filter(({ seq }) => pending.has(seq))) {
    const { deliveries, note } = await freshOf(open, hot, one, now);
    rows.push(...deliveries);
    const data = one.data === undefined ? null : encodeText(one.data);
    marks.push({ seq: one.seq, state: one.state, note: note === "" ? null : encodeText(note), data });
  }
  if (marks.length > 0) await hot.markEvents(open, marks);
  if (rows.length > 0) await hot.addDeliveries(open, rows);
}

/** What of the deliveries that follow is new to their rules, and the note about all; remembers their keys. */
export async function freshOf(open: Open, hot: Hot, one: Following & { seq: number }, now: number) {
  const repeated = await remembered(open, hot, one, now);
  const fresh = repeated.size === 0 ? one.deliveries : one.deliveries.filter(({ id }) => !repeated.has(id));
  return {
    deliveries: fresh.map((delivery) => toDeliveryRow(delivery, one.seq, now)),
    note: [...(one.note ? [one.note] : []), ...repeated.values()].join("\n"),
  };
}

/** The deliveries that are left out, since their rule remembers their key; with what to say of each. */
async function remembered(open: Open, hot: Hot, { seq, deduplicate = [] }: Following & { seq: number }, now: number) {
  const repeated = new Map<string, string>();
  if (deduplicate.length === 0) return repeated;
  const rows = deduplicate.map(({ rule, key, until }) => ({ rule, key: encodeText(key), until, event: seq }));
  const fresh = await hot.remember(open, rows, now);
  deduplicate.forEach(({ delivery, rule, key }, index) => {
    if (!fresh[index]) repeated.set(delivery, `${rule}: an event with the key "${key}" was there before`);
  });
  return repeated;
}

/** Takes what is due; to be called inside a transaction. */
export async function claim(open: Open, hot: Hot, request: Claim): Promise<Claimed> {
  const deliveries = await take(open, hot, request);
  // One that was filled may have left some, whether they are blocked or not.
  const blocked = deliveries.length >= request.limit || (await hot.hasBlocked(open, request.now));
  return { deliveries, blocked };
}

async function take(open: Open, hot: Hot, request: Claim): Promise<Delivery[]> {
  const lanes = (await hot.lanes(open, request.now)).flatMap(({ lane, running, concurrency }): LaneRoom[] => {
    const room = Math.min(request.limit, (concurrency ?? Number.POSITIVE_INFINITY) - running);
    return room > 0 ? [{ lane, room }] : [];
  });
  if (lanes.length === 0) return [];
  const rows = await hot.due(open, request, lanes);
  if (rows.length === 0) return [];
  await recordLost(open, hot, rows);
  await hot.give(
    open,
    rows.map(({ id }) => id),
    request,
  );
  await markPassed(open, rows, request);
  return rows.map((row) => ({
    ...toDelivery(row),
    state: "running",
    attempts: row.attempts + 1,
    notBefore: request.until,
  }));
}

/** The attempts of those whose worker's time was over. */
async function recordLost(open: Open, hot: Hot, rows: readonly Selectable<DeliveryRow>[]): Promise<void> {
  const attempts = rows
    .filter(({ state }) => state === "running")
    .map(({ id, attempts: number, due: until }) => ({
      ...toAttemptRow("", number, { at: until, took: 0, outcome: "lost", message: "The worker ended before it." }),
      delivery: id,
    }));
  if (attempts.length > 0) await hot.addAttempts(open, attempts);
}

/** Says of those that waited too long that later ones of their key went past. */
async function markPassed(open: Open, claimed: readonly Selectable<DeliveryRow>[], { now, passAfter }: Claim) {
  await open
    .updateTable("deliveries")
    .set({ passed_at: now })
    // As it stands in the partial index.
    .where(sql<boolean>`state = 'waiting' and held_since is not null`)
    .where("held_since", "<=", now - passAfter)
    .where("passed_at", "is", null)
    .where(({ or, and, eb }) =>
      or(
        claimed.map(({ lane, ordering_key: key, position }) =>
          and([eb("lane", "=", lane), eb("ordering_key", "=", key), eb("position", "<", position)]),
        ),
      ),
    )
    .execute();
}

/** Records how attempts ended; to be called inside a transaction. */
export async function end(open: Open, hot: Hot, ends: readonly AttemptEnd[]): Promise<void> {
  const numbers = await hot.end(open, ends.map(toEndRow));
  const attempts = ends.flatMap(({ id, attempt }, index) => {
    const number = numbers[index];
    return number === undefined ? [] : [toAttemptRow(id, number, attempt)];
  });
  if (attempts.length > 0) await hot.addAttempts(open, attempts);
}

function toEndRow({ id, worker, attempt, state, notBefore, progress }: AttemptEnd): EndRow {
  const finished = Math.round(attempt.at + attempt.took);
  const waits = state === "waiting";
  return {
    id: encodeText(id),
    worker,
    state,
    due: Math.ceil(notBefore ?? finished),
    held_since: waits ? finished : null,
    progress: progress === undefined ? null : encodeText(progress),
    code: attempt.code ?? null,
    message: attempt.message === undefined ? null : encodeText(attempt.message),
    finished_at: waits ? null : finished,
  };
}
