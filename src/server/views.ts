/** What is kept, as the API and the commands show it: moments as RFC 3339, bodies only for whom may see them. */
import { moment, optionalMoment } from "../api/moments.ts";
import type { Attempt, AuditEntry, Delivery, StoredEvent, StoredRefusal } from "../store/event-types.ts";
import type { Notice, StoredSilence } from "../store/notice-types.ts";
import type { FollowerSummary } from "./parts.ts";

/** @param bodies whether the event's data goes along. */
export function eventView(event: StoredEvent, bodies: boolean) {
  const { receivedAt, attributes, data, signedHash: _, ...rest } = event;
  return { ...rest, receivedAt: moment(receivedAt), ...(bodies ? { attributes, data } : {}) };
}

/** @param bodies whether what it was given and what it did go along. */
export function deliveryView(delivery: Delivery, bodies: boolean) {
  const { input, progress, notBefore, createdAt, finishedAt, passedAt: _, orderingKey: __, ...rest } = delivery;
  const { concurrency: ___, ...shown } = rest;
  return {
    ...shown,
    notBefore: moment(notBefore),
    createdAt: moment(createdAt),
    ...optionalMoment("finishedAt", finishedAt),
    ...(bodies ? { input, ...(progress === undefined ? {} : { progress }) } : {}),
  };
}

/** A Rule or NotificationRoute. */
export function followerView<T extends Pick<FollowerSummary, "lastFired" | "lastError">>({
  lastFired,
  lastError,
  ...rest
}: T) {
  return {
    ...rest,
    ...(lastFired ? { lastFired: { ...lastFired, at: moment(lastFired.at) } } : {}),
    ...(lastError ? { lastError: { ...lastError, at: moment(lastError.at) } } : {}),
  };
}

export function attemptView({ at, ...rest }: Attempt) {
  return { ...rest, at: moment(at) };
}

export function refusalView({ at, seq: _, ...rest }: StoredRefusal) {
  return { ...rest, at: moment(at) };
}

export function auditView({ at, ...rest }: AuditEntry) {
  return { ...rest, at: moment(at) };
}

export function noticeView({ at, until, told, ...notice }: Notice) {
  return {
    ...notice,
    at: moment(at),
    ...optionalMoment("until", until),
    ...(told ? { told: { ...told, at: moment(told.at) } } : {}),
  };
}

/** @param now milliseconds since 1970. */
export function silenceView({ startsAt, endsAt, createdAt, ...silence }: StoredSilence, now: number) {
  const state = endsAt <= now ? "expired" : startsAt > now ? "pending" : "active";
  return { ...silence, state, startsAt: moment(startsAt), endsAt: moment(endsAt), createdAt: moment(createdAt) };
}
