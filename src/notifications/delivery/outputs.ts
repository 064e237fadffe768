/**
 * From decisions to what is written of them: a delivery for each receiver, a line in the log for each decision that
 * somebody may ask about. Pure.
 *
 * A delivery's id is a digest of the decision's and the receiver's position, so that a decision that is made again is
 * the same delivery, and one receiver's failure repeats nothing at another.
 */
import { createHash } from "node:crypto";
import type { NewDelivery } from "../../store/event-types.ts";
import { MOST_LISTED, type NewNotice } from "../../store/notice-types.ts";
import type { DecidedEvent, Decision, Notify } from "../decisions.ts";
import type { Labels } from "../matchers.ts";
import { worstSeverity } from "../render/severity.ts";
import type { EarlierEvents } from "../render/types.ts";
import type { Receiver } from "../route-options.ts";

/** What a delivery is told beside the event that it follows from. */
export interface NoticeInput {
  /** When it was decided, in milliseconds since 1970. */
  at: number;
  /** `namespace/name`. */
  route: string;
  groupKey: string;
  groupLabels: Labels;
  urgency?: "high" | "medium" | "low";
  /** Numbers in the inbox; of alerts whether they fire. The newest last, of a larger group the newest {@link MOST_READ}. */
  events: readonly { seq: number; firing?: boolean }[];
  /** What is told of those before. */
  earlier?: EarlierEvents;
  heldBack: number;
  receiver: Receiver;
}

/** Of a larger group the newest are read: nobody reads on, and each costs a look at the store. */
export const MOST_READ = 1000;

export interface Outputs {
  deliveries: (NewDelivery & { event: number })[];
  notices: NewNotice[];
}

/** @param traceOf the trace of the event that a delivery follows from. */
export function outputsOf(decisions: readonly Decision[], traceOf: (event: number) => string): Outputs {
  const outputs: Outputs = { deliveries: [], notices: [] };
  for (const decision of decisions) {
    if (decision.kind === "notify") tell(decision, traceOf, outputs);
    else if (decision.kind !== "quiet") outputs.notices.push(suppressed(decision));
  }
  return outputs;
}

export function deliveryId(decision: string, position: number): string {
  const parts = JSON.stringify([decision, position]);
  return `notice-${createHash("sha256").update(parts).digest("hex").slice(0, 32)}`;
}

function tell(decision: Notify, traceOf: (event: number) => string, { deliveries, notices }: Outputs): void {
  const { at, route, groupKey, groupLabels, urgency, heldBack, receivers, path, reason } = decision;
  const events = decision.events.toSorted((a, b) => a.event - b.event);
  const newest = events.at(-1)?.event ?? 0;
  const { namespace, name } = namesOf(route);
  const seen = events.slice(-MOST_READ).map(({ event, firing }) => ({ seq: event, ...optionally({ firing }) }));
  const earlier = earlierOf(events.slice(0, -MOST_READ));
  const status = statusOf(events);
  for (const [position, receiver] of receivers.entries()) {
    const id = deliveryId(decision.id, position);
    const input: NoticeInput = {
      ...{ at, route, groupKey, groupLabels, events: seen, heldBack, receiver },
      ...optionally({ urgency, earlier }),
    };
    const key = ["notification", receiver.integration, receiver.target ?? {}, groupKey];
    deliveries.push({
      ...{ id, kind: "notification", namespace, target: name, orderingKey: orderingKey(key), notBefore: at },
      ...{ input: JSON.stringify(input), trace: traceOf(newest), event: newest },
    });
    notices.push({
      ...{ at, kind: "notify", reason, namespace, route: name, path, groupKey, groupLabels, heldBack },
      ...{ ...listed(events), receiver: receiver.integration, delivery: id },
      ...(status === undefined ? {} : { status }),
    });
  }
}

function earlierOf(events: readonly DecidedEvent[]): EarlierEvents | undefined {
  if (events.length === 0) return undefined;
  const count = (fires: boolean) => events.filter(({ firing }) => firing === fires).length;
  return { count: events.length, firing: count(true), resolved: count(false), severity: worstSeverity(events) };
}

/** Leaves out what is undefined. */
function optionally<T extends Readonly<Record<string, unknown>>>(given: T) {
  const stated = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(stated) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** A group's key may be longer than an index has room for. */
function orderingKey(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function suppressed(decision: Exclude<Decision, { kind: "notify" | "quiet" }>): NewNotice {
  const { at, kind, reason, route, path, groupKey, events } = decision;
  const { namespace, name } = namesOf(route);
  return {
    ...{ at, kind, reason, namespace, route: name, path, groupKey, groupLabels: {}, heldBack: 0, ...listed(events) },
    ...(decision.kind === "withhold" ? { by: decision.by } : {}),
    ...(decision.kind === "hold" && decision.until !== undefined ? { until: decision.until } : {}),
  };
}

function listed(events: readonly DecidedEvent[]): Pick<NewNotice, "events" | "eventCount"> {
  return { events: events.slice(-MOST_LISTED).map(({ event }) => event), eventCount: events.length };
}

/** @returns undefined for a group without alerts. */
function statusOf(events: readonly DecidedEvent[]): "firing" | "resolved" | undefined {
  const alerts = events.filter(({ firing }) => firing !== undefined);
  if (alerts.length === 0) return undefined;
  return alerts.some(({ firing }) => firing) ? "firing" : "resolved";
}

function namesOf(route: string): { namespace: string; name: string } {
  const at = route.indexOf("/");
  return { namespace: route.slice(0, at), name: route.slice(at + 1) };
}
