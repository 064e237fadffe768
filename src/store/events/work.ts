/** From dispatched events to finished deliveries: what is claimed, renewed, ended and brought back. */
import type { Selectable, Transaction } from "kysely";
import type { AttemptEnd, Claim, Delivery, Dispatch } from "../event-types.ts";
import type { DeliveryRow, Tables } from "../schema.ts";
import type { EndRow, Hot } from "./hot.ts";
import { toAttemptRow, toDelivery, toDeliveryRow } from "./rows.ts";
import { encodeText } from "./text.ts";

type Open = Transaction<Tables>;

/** Writes what follows from events; to be called inside a transaction. @param now milliseconds since 1970. */
export async function dispatch(open: Open, hot: Hot, dispatches: readonly Dispatch[], now: number): Promise<void> {
  const pending = await open
    .selectFrom("events")
    .select("seq")
    .where("state", "=", "pending")
    .where(
      "seq",
      "in",
      dispatches.map(({ seq }) => seq),
    )
    .execute();
  const open_ = new Set(pending.map(({ seq }) => seq));
  const due = dispatches.filter(({ seq }) => open_.has(seq));
  const rows: ReturnType<typeof toDeliveryRow>[] = [];
  for (const one of due) {
    const repeated = await remembered(open, hot, one, now);
    const deliveries = one.deliveries.filter(({ id }) => !repeated.has(id));
    rows.push(...deliveries.map((delivery) => toDeliveryRow(delivery, one.seq, now)));
    const note = [...(one.note ? [one.note] : []), ...repeated.values()].join("\n");
    await open
      .updateTable("events")
      .set({ state: one.state, note: note === "" ? null : encodeText(note) })
      .where("seq", "=", one.seq)
      .execute();
  }
  if (rows.length > 0) await hot.addDeliveries(open, rows);
}

/** The deliveries that are left out, since their rule remembers their key; with what to say of each. */
async function remembered(open: Open, hot: Hot, { deduplicate = [] }: Dispatch, now: number) {
  const repeated = new Map<string, string>();
  if (deduplicate.length === 0) return repeated;
  const rows = deduplicate.map(({ rule, key, until }) => ({ rule, key: encodeText(key), until }));
  const fresh = await hot.remember(open, rows, now);
  deduplicate.forEach(({ delivery, rule, key }, index) => {
    if (!fresh[index]) repeated.set(delivery, `${rule}: an event with the key "${key}" was there before`);
  });
  return repeated;
}

/** Takes what is due; to be called inside a transaction. */
export async function claim(open: Open, hot: Hot, request: Claim): Promise<Delivery[]> {
  const due = await hot.due(open, request);
  if (due.length === 0) return [];
  const rows = await withinConcurrency(open, due);
  if (rows.length === 0) return [];
  const lost = rows.filter(({ state }) => state === "running");
  const attempts = lost.map(({ id, attempts: number, due: until }) =>
    toAttemptRow(id, number, { at: until, took: 0, outcome: "lost", message: "The worker ended before it." }),
  );
  if (attempts.length > 0) await hot.addAttempts(open, attempts);
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

/** Leaves out what would be more runs of a target at once than it allows. */
async function withinConcurrency(open: Open, due: readonly Selectable<DeliveryRow>[]) {
  if (due.every(({ concurrency }) => concurrency === null)) return due;
  const running = await open
    .selectFrom("deliveries")
    .select(({ fn }) => ["kind", "namespace", "target", fn.countAll().as("count")])
    .where("state", "=", "running")
    .groupBy(["kind", "namespace", "target"])
    .execute();
  const counts = new Map(running.map((row) => [targetOf(row), Number(row.count)]));
  return due.filter((row) => {
    const name = targetOf(row);
    // One that was lost is counted already.
    const others = (counts.get(name) ?? 0) - (row.state === "running" ? 1 : 0);
    if (row.concurrency !== null && others >= row.concurrency) return false;
    counts.set(name, others + 1);
    return true;
  });
}

const targetOf = ({ kind, namespace, target }: { kind: string; namespace: string; target: string }) =>
  `${kind}\n${namespace}\n${target}`;

/** Says of those that waited too long that later ones of their key went past. */
async function markPassed(open: Open, claimed: readonly Selectable<DeliveryRow>[], { now, passAfter }: Claim) {
  const keys = [...new Set(claimed.map((row) => row.ordering_key))];
  await open
    .updateTable("deliveries")
    .set({ passed_at: now })
    .where("ordering_key", "in", keys)
    .where("state", "=", "waiting")
    .where("held_since", "<=", now - passAfter)
    .where("passed_at", "is", null)
    .where("position", "<", Math.max(...claimed.map(({ position }) => position)))
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
  const finished = attempt.at + Math.round(attempt.took);
  const waits = state === "waiting";
  return {
    id: encodeText(id),
    worker,
    state,
    due: notBefore ?? finished,
    held_since: waits ? finished : null,
    progress: progress === undefined ? null : encodeText(progress),
    code: attempt.code ?? null,
    message: attempt.message === undefined ? null : encodeText(attempt.message),
    finished_at: waits ? null : finished,
  };
}
