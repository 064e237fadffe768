/** Between what the event store hands out and the rows it keeps. Free texts are encoded on the way in. */
import type { Selectable } from "kysely";
import type {
  Attempt,
  Delivery,
  DeliveryState,
  EventState,
  NewDelivery,
  NewEvent,
  Refusal,
  StoredEvent,
  StoredRefusal,
} from "../event-types.ts";
import type { AttemptRow, DeliveryRow, EventRow, RefusalRow } from "../schema.ts";
import { decodeText, encodeText } from "./text.ts";

/** A row without the columns that the database numbers. */
export type New<R, K extends keyof Selectable<R>> = Omit<Selectable<R>, K>;

const encoded = (text: string | undefined) => (text === undefined ? null : encodeText(text));

/** A property that is there only when the column holds something. */
function optional<K extends string, V, W = V>(name: K, value: V | null, map?: (value: V) => W) {
  if (value === null) return {};
  return { [name]: map ? map(value) : value } as { [P in K]?: W };
}

export function toEventRow(event: NewEvent): New<EventRow, "seq"> {
  return {
    namespace: event.namespace,
    integration: event.integration ?? null,
    platform: event.platform ?? null,
    source: encodeText(event.source),
    id: encodeText(event.id),
    type: encodeText(event.type),
    subject: encoded(event.subject),
    received_at: event.receivedAt,
    trace: event.trace,
    hops: event.hops,
    attributes: encodeText(event.attributes),
    data: encodeText(event.data),
    signed_hash: event.signedHash ?? null,
    state: "pending",
    note: null,
    repeats: 0,
    bytes: Buffer.byteLength(event.data) + Buffer.byteLength(event.attributes),
  };
}

export function toStoredEvent(row: Selectable<EventRow>): StoredEvent {
  return {
    seq: row.seq,
    namespace: row.namespace,
    ...optional("integration", row.integration),
    ...optional("platform", row.platform),
    source: decodeText(row.source),
    id: decodeText(row.id),
    type: decodeText(row.type),
    ...optional("subject", row.subject, decodeText),
    receivedAt: row.received_at,
    trace: row.trace,
    hops: row.hops,
    attributes: decodeText(row.attributes),
    data: decodeText(row.data),
    ...optional("signedHash", row.signed_hash),
    state: row.state as EventState,
    ...optional("note", row.note, decodeText),
    repeats: row.repeats,
  };
}

export function toDeliveryRow(delivery: NewDelivery, event: number, now: number): New<DeliveryRow, "position"> {
  return {
    id: encodeText(delivery.id),
    kind: delivery.kind,
    namespace: delivery.namespace,
    target: delivery.target,
    lane: JSON.stringify([delivery.kind, delivery.namespace, delivery.target]),
    ordering_key: encodeText(delivery.orderingKey),
    event,
    state: "waiting",
    due: delivery.notBefore,
    held_since: null,
    passed_at: null,
    attempts: 0,
    attempts_before: 0,
    worker: null,
    concurrency: delivery.concurrency ?? null,
    input: encodeText(delivery.input),
    progress: null,
    code: null,
    message: null,
    trace: delivery.trace,
    created_at: now,
    finished_at: null,
  };
}

export function toDelivery(row: Selectable<DeliveryRow>): Delivery {
  return {
    id: decodeText(row.id),
    kind: row.kind as Delivery["kind"],
    namespace: row.namespace,
    target: row.target,
    orderingKey: decodeText(row.ordering_key),
    event: row.event,
    state: row.state as DeliveryState,
    notBefore: row.due,
    attempts: row.attempts,
    ...(row.attempts_before === 0 ? {} : { attemptsBefore: row.attempts_before }),
    ...optional("concurrency", row.concurrency),
    input: decodeText(row.input),
    ...optional("progress", row.progress, decodeText),
    ...optional("code", row.code),
    ...optional("message", row.message, decodeText),
    trace: row.trace,
    createdAt: row.created_at,
    ...optional("finishedAt", row.finished_at),
    ...optional("passedAt", row.passed_at),
  };
}

export function toAttemptRow(delivery: string, number: number, attempt: Attempt): Selectable<AttemptRow> {
  return {
    delivery: encodeText(delivery),
    number,
    at: attempt.at,
    took: Math.round(attempt.took),
    outcome: attempt.outcome,
    step: encoded(attempt.step),
    code: attempt.code ?? null,
    message: encoded(attempt.message),
  };
}

export function toAttempt(row: Selectable<AttemptRow>): Attempt {
  return {
    at: row.at,
    took: row.took,
    outcome: row.outcome as Attempt["outcome"],
    ...optional("step", row.step, decodeText),
    ...optional("code", row.code),
    ...optional("message", row.message, decodeText),
  };
}

export function toRefusalRow(refusal: Refusal): New<RefusalRow, "seq"> {
  return {
    at: refusal.at,
    integration: refusal.integration ?? null,
    status: refusal.status,
    reason: refusal.reason,
    message: encodeText(refusal.message),
    remote_address: refusal.remoteAddress ?? null,
    trace: refusal.trace,
  };
}

export function toRefusal(row: Selectable<RefusalRow>): StoredRefusal {
  return {
    seq: row.seq,
    at: row.at,
    ...optional("integration", row.integration),
    status: row.status,
    reason: row.reason,
    message: decodeText(row.message),
    ...optional("remoteAddress", row.remote_address),
    trace: row.trace,
  };
}
