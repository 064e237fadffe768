/** What is kept, as the API shows it: moments as RFC 3339, bodies only for whom may see them. */
import type { Attempt, AuditEntry, Delivery, StoredEvent, StoredRefusal } from "../store/event-types.ts";

import type { FollowerSummary } from "./parts.ts";

/** @returns RFC 3339 in UTC. */
export function moment(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** @returns an object with the moment, for spreading; empty where there is none. */
export function optionalMoment<N extends string>(name: N, milliseconds: number | undefined): { [K in N]?: string } {
  return (milliseconds === undefined ? {} : { [name]: moment(milliseconds) }) as { [K in N]?: string };
}

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
