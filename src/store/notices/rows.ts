/** Between what the store of notifications hands out and the rows that it keeps. */
import { createHash } from "node:crypto";
import type { Selectable } from "kysely";
import type { DeliveryState } from "../event-types.ts";
import { decodeText, encodeText } from "../events/text.ts";
import {
  type KeptState,
  MOST_LISTED,
  type NewNotice,
  type Notice,
  type NoticeCount,
  type StoredSilence,
  type Told,
} from "../notice-types.ts";
import type { NoticeRow, NoticeStateRow, SilenceRow } from "../schema.ts";

/** A group's labels may be long, and an index has room for some 2700 bytes (PostgreSQL's btree). */
export function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

export const keyOf = ({ kind, id }: Pick<KeptState, "kind" | "id">) => digest(kind, id);

export function toStateRow(state: KeptState): NoticeStateRow {
  const { kind, id, value, events } = state;
  return { kind, id: keyOf(state), value: encodeText(JSON.stringify({ id, value, events })) };
}

export function toKeptState({ kind, value }: NoticeStateRow): KeptState {
  const kept = JSON.parse(decodeText(value)) as Pick<KeptState, "id" | "value" | "events">;
  return { kind: kind as KeptState["kind"], ...kept };
}

const encoded = (text: string | undefined) => (text === undefined ? null : encodeText(text));

export function toNoticeRow(notice: NewNotice): Omit<Selectable<NoticeRow>, "seq"> {
  return {
    at: notice.at,
    kind: notice.kind,
    reason: notice.reason,
    namespace: notice.namespace,
    route: notice.route,
    path: JSON.stringify(notice.path),
    group_id: digest(notice.groupKey),
    group_key: encodeText(notice.groupKey),
    group_labels: encodeText(JSON.stringify(notice.groupLabels)),
    events: JSON.stringify(notice.events.slice(-MOST_LISTED)),
    event_count: notice.eventCount,
    held_back: notice.heldBack,
    caused_by: encoded(notice.by),
    until: notice.until ?? null,
    status: notice.status ?? null,
    receiver: notice.receiver ?? null,
    delivery: encoded(notice.delivery),
    ...toldColumns(undefined),
  };
}

export function toldColumns(told: Told | undefined) {
  return {
    told_at: told?.at ?? null,
    via: told?.via ?? null,
    title: encoded(told?.title),
    reference: encoded(told?.reference),
    truncated: encoded(told?.truncated),
    fault: encoded(told?.fault),
  };
}

/** A line with what is kept of its delivery. */
export interface NoticeJoined extends Selectable<NoticeRow> {
  state: string | null;
  attempts: number | null;
  resent: number | string | bigint | null;
  code: string | null;
  message: string | null;
}

export function toNotice(row: NoticeJoined): Notice {
  const state = stateOf(row);
  const told = toldOf(row);
  const resent = Number(row.resent ?? 0);
  return {
    seq: row.seq,
    at: row.at,
    kind: row.kind as Notice["kind"],
    reason: row.reason,
    namespace: row.namespace,
    route: row.route,
    path: JSON.parse(row.path) as number[],
    groupKey: decodeText(row.group_key),
    groupLabels: JSON.parse(decodeText(row.group_labels)) as Record<string, string>,
    events: JSON.parse(row.events) as number[],
    eventCount: row.event_count,
    heldBack: row.held_back,
    ...(row.caused_by === null ? {} : { by: decodeText(row.caused_by) }),
    ...(row.until === null ? {} : { until: row.until }),
    ...(row.status === null ? {} : { status: row.status as "firing" | "resolved" }),
    ...(row.receiver === null ? {} : { receiver: row.receiver }),
    ...(row.delivery === null ? {} : { delivery: decodeText(row.delivery) }),
    ...(state === undefined ? {} : { state }),
    ...(row.attempts === null ? {} : { attempts: row.attempts }),
    ...(resent === 0 ? {} : { resent }),
    ...(row.code === null ? {} : { code: row.code }),
    ...(row.message === null ? {} : { message: decodeText(row.message) }),
    ...(told ? { told } : {}),
  };
}

function stateOf({ kind, state, told_at: told }: Pick<NoticeJoined, "kind" | "state" | "told_at">) {
  if (kind !== "notify") return undefined;
  return (state as DeliveryState | null) ?? (told === null ? "gone" : "done");
}

function toldOf(row: NoticeJoined): Told | undefined {
  if (row.told_at === null) return undefined;
  return {
    at: row.told_at,
    via: row.via ?? "",
    title: decodeText(row.title ?? ""),
    ...(row.reference === null ? {} : { reference: decodeText(row.reference) }),
    ...(row.truncated === null ? {} : { truncated: decodeText(row.truncated) }),
    ...(row.fault === null ? {} : { fault: decodeText(row.fault) }),
  };
}

/** A sum, as both databases give it. */
export interface CountRow extends Pick<NoticeRow, "kind" | "reason" | "route" | "receiver"> {
  state: string | null;
  told: number | null;
  notices: number | string | bigint;
  events: number | string | bigint;
  held_back: number | string | bigint;
}

export function toCount(row: CountRow): NoticeCount {
  const state = stateOf({ kind: row.kind, state: row.state, told_at: row.told ? 1 : null });
  return {
    kind: row.kind as NoticeCount["kind"],
    reason: row.reason,
    route: row.route,
    ...(row.receiver === null ? {} : { receiver: row.receiver }),
    ...(state === undefined ? {} : { state }),
    notices: Number(row.notices),
    events: Number(row.events),
    heldBack: Number(row.held_back),
  };
}

export function toSilenceRow(silence: StoredSilence): SilenceRow {
  return {
    id: silence.id,
    namespace: silence.namespace,
    matchers: encodeText(JSON.stringify(silence.matchers)),
    starts_at: silence.startsAt,
    ends_at: silence.endsAt,
    created_at: silence.createdAt,
    created_by: encodeText(silence.createdBy),
    comment: encoded(silence.comment),
  };
}

export function toSilence(row: SilenceRow): StoredSilence {
  return {
    id: row.id,
    namespace: row.namespace,
    matchers: JSON.parse(decodeText(row.matchers)) as string[],
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    createdAt: row.created_at,
    createdBy: decodeText(row.created_by),
    ...(row.comment === null ? {} : { comment: decodeText(row.comment) }),
  };
}
