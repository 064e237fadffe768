/**
 * What routing looks at of an event, and nothing else: no clock, no store, no payload.
 *
 * Labels come from outside, since how they are derived is the same for rules and routes.
 */
import type { EventEnvelope } from "../api/event.ts";
import type { Labels } from "./matchers.ts";

/** Something that begins and ends: it repeats, resolves and inhibits. */
export interface AlertState {
  /** The same for the firing and the resolved event, and for no other thing: source and fingerprint. */
  id: string;
  firing: boolean;
  /** Milliseconds since 1970, where the sender says when it began. */
  startsAt?: number;
}

export interface Routable {
  namespace: string;
  type: string;
  labels: Labels;
  /** The keys whose values changed: `data.key`, a string, and `data.keys`, a list of them. */
  keys: readonly string[];
  /** Only for events with `fingerprint` and `status: firing | resolved`, in `data` or as extension attributes. */
  alert?: AlertState;
}

/** @param namespace as the server knows it, never as the event says. @param labels as matchers and `groupBy` see them. */
export function routableOf(namespace: string, envelope: EventEnvelope, labels: Labels): Routable {
  const { type, data } = envelope;
  const alert = alertOf(envelope);
  return { namespace, type, labels, keys: keysOf(data), ...(alert ? { alert } : {}) };
}

function keysOf(data: unknown): string[] {
  const [key, keys] = [own(data, "key"), own(data, "keys")];
  return [key, ...(Array.isArray(keys) ? keys : [])].filter((one) => typeof one === "string");
}

/** What an event says of something that begins and ends; undefined for one that says nothing of the kind. */
export function alertOf({ data, extensions, source }: EventEnvelope): AlertState | undefined {
  const stated = (name: string) => own(data, name) ?? own(extensions, name);
  const [fingerprint, status] = [stated("fingerprint"), stated("status")];
  if (typeof fingerprint !== "string" || fingerprint === "") return undefined;
  if (status !== "firing" && status !== "resolved") return undefined;
  const startsAt = timeOf(own(data, "startsAt"));
  return {
    id: JSON.stringify([source, fingerprint]),
    firing: status === "firing",
    ...(startsAt === undefined ? {} : { startsAt }),
  };
}

function timeOf(value: unknown): number | undefined {
  const moment = typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(moment) ? undefined : moment;
}

function own(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null && Object.hasOwn(of, name)
    ? (of as Record<string, unknown>)[name]
    : undefined;
}
