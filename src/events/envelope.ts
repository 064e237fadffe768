/**
 * Between an event's envelope and the texts that the inbox keeps.
 *
 * `data` is kept as the text that came, beside the attributes, and read when something asks for it. Where an event
 * comes from (namespace, Integration, platform) is what the server knows of the request, never what the event says.
 */
import { CLOUDEVENTS_VERSION, type EventEnvelope, OWN_EVENT_PREFIX } from "../api/event.ts";
import type { NewEvent, StoredEvent } from "../store/event-types.ts";
import { readJson, writeJson } from "./json.ts";
import type { OpenEvent } from "./types.ts";

/** What the program's own events come from. */
export const OWN_SOURCE = "urn:plumbline";

/** What is known of an event beside its envelope. */
export interface Arrival {
  namespace: string;
  /** `namespace/name`. */
  integration?: string;
  platform?: string;
  receivedAt: number;
  trace: string;
  /** Default 0: from outside. */
  hops?: number;
  signedHash?: string;
}

/** @param text `data` as it came; left out: written from the envelope's. */
export function toNewEvent(envelope: EventEnvelope, arrival: Arrival, text?: string): NewEvent {
  const { source, id, type, subject, data } = envelope;
  const { namespace, integration, platform, receivedAt, trace, hops = 0, signedHash } = arrival;
  const event: NewEvent = {
    namespace,
    source,
    id,
    type,
    receivedAt,
    trace,
    hops,
    attributes: JSON.stringify(data === undefined ? envelope : { ...envelope, data: undefined }),
    data: text ?? (data === undefined ? "" : writeJson(data)),
  };
  if (integration !== undefined) event.integration = integration;
  if (platform !== undefined) event.platform = platform;
  if (subject !== undefined) event.subject = subject;
  if (signedHash !== undefined) event.signedHash = signedHash;
  return event;
}

/** @param id the same for the same occurrence, so that it is told once. @param data becomes JSON. */
export function ownEvent(
  event: { type: string; id: string; subject?: string; data: unknown },
  arrival: Arrival,
): NewEvent {
  const time = new Date(arrival.receivedAt).toISOString();
  const base = { specversion: CLOUDEVENTS_VERSION, source: OWN_SOURCE, datacontenttype: "application/json" } as const;
  return toNewEvent({ ...base, ...event, time }, arrival);
}

/** What only the connector knows of an event. */
export interface About {
  main?: string;
  self: boolean;
}

/** What is known of an event beside its texts, so that they need not be read. */
export interface KnownEvent {
  data?: unknown;
  /** What its attributes were written from. Becomes the envelope: nobody else may use it from then on. */
  attributes?: EventEnvelope;
}

/** Reads a stored event. @param about asked with the data that was read. */
export function openEvent(
  stored: StoredEvent,
  about: (name: string, data: unknown) => About,
  known?: KnownEvent,
): OpenEvent {
  const data = stored.data === "" ? undefined : (known?.data ?? readJson(stored.data));
  const envelope = known?.attributes ?? (JSON.parse(stored.attributes) as EventEnvelope);
  const labels = envelope.labels ?? labelsOfData(data);
  if (labels) envelope.labels = labels;
  if (data !== undefined) envelope.data = data;
  const name = platformName(stored);
  if (name === undefined) return { stored, envelope, self: false };
  return { stored, envelope, name, ...about(name, data) };
}

/** `issues` of `github.issues`; undefined for an event that came through no Integration. */
function platformName({ platform, type }: StoredEvent): string | undefined {
  return platform !== undefined && type.startsWith(`${platform}.`) ? type.slice(platform.length + 1) : undefined;
}

/** Whether a type is one that only this program may raise. */
export function isOwnType(type: string): boolean {
  return type.startsWith(OWN_EVENT_PREFIX);
}

/**
 * What matchers and `groupBy` see: the event's own labels over those that follow from what it is. An absent label
 * counts as empty.
 */
export function labelsOf({ stored, envelope }: OpenEvent): Readonly<Record<string, string>> {
  const { type, source, subject, labels, extensions, data } = envelope;
  const stated = (name: string) => textOf(extensions, name) ?? textOf(data, name);
  const derived = {
    type,
    source,
    subject,
    namespace: stored.namespace,
    severity: stated("severity"),
    environment: stated("environment"),
    integration: stored.integration,
    platform: stored.platform,
  };
  const known: Record<string, string> = {};
  for (const name of Object.keys(derived) as (keyof typeof derived)[]) {
    const value = derived[name];
    if (value !== undefined) known[name] = value;
  }
  return labels ? { ...known, ...labels } : known;
}

function textOf(of: unknown, name: string): string | undefined {
  if (typeof of !== "object" || of === null || !Object.hasOwn(of, name)) return undefined;
  const value = (of as Record<string, unknown>)[name];
  return typeof value === "string" ? value : undefined;
}

/** What counts as an event's labels where its envelope has none of its own. */
export function labelsOfData(data: unknown): Readonly<Record<string, string>> | undefined {
  return stringMap((data as { labels?: unknown } | null | undefined)?.labels);
}

/** The map, if it is one and all its values are strings. */
export function stringMap(value: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.values(value).every((one) => typeof one === "string") ? (value as Record<string, string>) : undefined;
}
