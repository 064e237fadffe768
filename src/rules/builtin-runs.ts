/** What `emit_event`, `http_request` and `notify` do. */
import { CLOUDEVENTS_VERSION, type EventEnvelope } from "../api/event.ts";
import { ConnectorError, type ErrorCode } from "../connector-kit/errors.ts";
import type { GuardedAnswer, GuardedClient } from "../connector-kit/http/guarded-request.ts";
import { readRetryAfter } from "../connector-kit/http/rate-headers.ts";
import type { OpenEvent } from "../events/types.ts";
import type { Accepted, NewEvent } from "../store/event-types.ts";

/** What the built-in actions need. */
export interface BuiltinTools {
  /** Puts events into the inbox. @throws StoreError */
  accept(events: readonly NewEvent[]): Promise<readonly Accepted[]>;
  http: GuardedClient;
  /** Milliseconds since 1970. */
  now(): number;
}

/** One run of a built-in action, its parameters checked. */
export interface BuiltinRun {
  /** The same each time that it is tried. */
  key: string;
  /** `namespace/name` of the rule. */
  rule: string;
  event: OpenEvent;
  parameters: Readonly<Record<string, unknown>>;
  signal: AbortSignal;
}

/**
 * Puts an event into the inbox, one hop further from outside. Tried again, it is the same event.
 *
 * @returns what later actions may read.
 */
export async function emitEvent({ accept, now }: BuiltinTools, run: BuiltinRun): Promise<unknown> {
  const event = emitted(run, now());
  const [accepted] = await accept([event]);
  return { id: event.id, source: event.source, type: event.type, duplicate: accepted?.outcome === "duplicate" };
}

/** The type of what `notify` hands to the routes, where the rule names none. */
export const NOTIFICATION_TYPE = "notification";

/**
 * Hands a notification to the routes, as an event that they match on like on any other.
 *
 * @returns what later actions may read.
 */
export function notify(tools: BuiltinTools, run: BuiltinRun): Promise<unknown> {
  const { title, text, severity = "info", labels, type = NOTIFICATION_TYPE } = run.parameters;
  const data = { title, message: text ?? title, ...(text === undefined ? {} : { text }), severity, labels };
  const { subject } = run.event.stored;
  return emitEvent(tools, {
    ...run,
    parameters: { type, severity, data, ...(subject === undefined ? {} : { subject }) },
  });
}

function emitted({ key, rule, event, parameters }: BuiltinRun, now: number): NewEvent {
  const { type, subject, severity, data } = parameters as {
    type: string;
    subject?: string;
    severity?: string;
    data?: unknown;
  };
  const [namespace = "", name = ""] = rule.split("/");
  const source = `/${namespace}/rules/${name}`;
  const envelope: EventEnvelope = {
    specversion: CLOUDEVENTS_VERSION,
    id: key,
    source,
    type,
    time: new Date(now).toISOString(),
    datacontenttype: "application/json",
    ...(subject === undefined ? {} : { subject }),
    ...(severity === undefined ? {} : { extensions: { severity } }),
  };
  return {
    namespace,
    source,
    id: key,
    type,
    ...(subject === undefined ? {} : { subject }),
    receivedAt: now,
    trace: event.stored.trace,
    hops: event.stored.hops + 1,
    attributes: JSON.stringify(envelope),
    data: JSON.stringify(data ?? null),
  };
}

/** Milliseconds for an exchange: what a lease that is not lost surely has left (7 of 17 s may pass unrenewed). */
export const REQUEST_TIMEOUT = 10_000;

/**
 * Sends one request to a public address.
 *
 * @returns status, headers, and the body as JSON where it is such, else as text.
 * @throws ConnectorError for every answer but 2xx; it does not repeat what was answered.
 */
export async function httpRequest(
  { http, now }: BuiltinTools,
  { key, parameters, signal }: BuiltinRun,
): Promise<unknown> {
  const {
    method = "POST",
    url,
    headers = {},
    body,
  } = parameters as {
    method?: string;
    url: string;
    headers?: Record<string, string>;
    body?: unknown;
  };
  const isText = typeof body === "string" || body === undefined;
  const answer = await http.send({
    method,
    url,
    headers: withDefaults(headers, {
      ...(isText ? {} : { "content-type": "application/json" }),
      ...(method === "GET" ? {} : { "idempotency-key": key }),
    }),
    ...(body === undefined ? {} : { body: isText ? String(body) : JSON.stringify(body) }),
    signal,
    timeout: REQUEST_TIMEOUT,
  });
  if (answer.status < 200 || answer.status > 299) throw refusal(new URL(url).host, answer, now());
  return { status: answer.status, headers: answer.headers, body: bodyOf(answer) };
}

/** Headers that the author of a rule states win, in whatever letters. */
function withDefaults(stated: Record<string, string>, defaults: Record<string, string>): Record<string, string> {
  const names = new Set(Object.keys(stated).map((name) => name.toLowerCase()));
  const missing = Object.entries(defaults).filter(([name]) => !names.has(name));
  return { ...stated, ...Object.fromEntries(missing) };
}

function bodyOf({ headers, body, truncated }: GuardedAnswer): unknown {
  if (truncated || !/\bjson\b/i.test(headers["content-type"] ?? "")) return body;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body; // it only calls itself JSON
  }
}

/** RFC 9110 section 15: what of the statuses says that the same request may succeed later. */
const transient: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

const codes: ReadonlyMap<number, ErrorCode> = new Map([
  [401, "AUTH"],
  [403, "PERMISSION"],
  [404, "NOT_FOUND"],
  [409, "CONFLICT"],
  [408, "TIMEOUT"],
  [429, "RATE_LIMITED"],
]);

/**
 * The longest wait that an address may ask for, in milliseconds: a day. More is a mistaken date or clock, most likely;
 * asking once a day does no harm, and a run that sleeps for a year is lost.
 */
export const LONGEST_ASKED = 24 * 60 * 60 * 1000;

function refusal(host: string, { status, headers }: GuardedAnswer, now: number): ConnectorError {
  const retryable = transient.includes(status);
  const code = codes.get(status) ?? (retryable ? "UNAVAILABLE" : "VALIDATION");
  const redirect = status >= 300 && status < 400 ? " Redirects are not followed: name the final address." : "";
  const wait = retryable ? readRetryAfter({ get: (name) => headers[name] ?? null }, now) : undefined;
  return new ConnectorError(code, `${host} answered with the status ${status}.${redirect}`, {
    status,
    retryable,
    outcomeUnknown: retryable && status >= 500,
    ...(wait === undefined ? {} : { retryAfter: Math.min(wait, LONGEST_ASKED) }),
  });
}
