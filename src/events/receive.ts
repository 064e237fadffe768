/**
 * Takes webhooks in: checks, authenticates the bytes that came, reads them, and answers once they are on disk.
 *
 * Each refusal has its status for the sender, who learns nothing else, and its reason for the operator. The order
 * of the checks is part of that: size and encoding need no secret; nothing is read before it is authentic.
 */
import { hash as sha256 } from "node:crypto";
import { CLOUDEVENTS_VERSION, type EventEnvelope } from "../api/event.ts";
import type { Events, InboundRequest, PlatformEvent } from "../connector-kit/event-contract.ts";
import { authenticateOf, provenBytes, remembersBytes } from "../connector-kit/inbound.ts";
import { headerOf, verify } from "../connector-kit/signatures.ts";
import type { EventStore, NewEvent } from "../store/event-types.ts";
import { StoreError } from "../store/types.ts";
import { type Arrival, type KnownEvent, toNewEvent } from "./envelope.ts";
import type { TakeIn } from "./intake.ts";
import { readJson, writeJson } from "./json.ts";
import { type EventLog, messageOf } from "./log.ts";
import type { Pressure } from "./pressure.ts";
import type { RefusalReason } from "./reasons.ts";
import { type RefusalRecorder, recordRefusals } from "./refusals.ts";

/** Bytes of a body of any type, as they come: 1 MiB. GitHub's payloads are cut at 25 MB, and are rarely over 100 kB. */
export const MAX_BODY = 1024 * 1024;
/** Seconds after which to come again when the queue is full or cannot be written. */
export const RETRY_AFTER = "30";

/** An Integration that events come from. */
export interface EventOrigin {
  namespace: string;
  name: string;
  platform: string;
}

/** An Integration that takes webhooks. */
export interface WebhookEndpoint extends EventOrigin {
  events: Events;
  connection: Readonly<Record<string, unknown>>;
  /** Resolved secrets. */
  credentials: Readonly<Record<string, string>>;
  /** Why a secret could not be had, by the credential's name: a sentence that names its field and never a value. */
  faults: Readonly<Record<string, string>>;
}

export interface ReceivedRequest extends InboundRequest {
  method: string;
  remoteAddress?: string;
  /** 32 hex digits. */
  trace: string;
}

export interface ReceivedAnswer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface ReceiverOptions {
  store: Pick<EventStore, "refuse">;
  takeIn: TakeIn;
  /** Whether the queue is full: one for all that takes events in. */
  pressure: Pressure;
  clock: { now(): number; monotonic(): number };
  /** A new id each time. */
  newId(): string;
  log: EventLog;
}

export interface Receiver {
  receive(endpoint: WebhookEndpoint, request: ReceivedRequest): Promise<ReceivedAnswer>;
  /**
   * Takes in what a system was asked for.
   *
   * @returns why nothing was taken, where the queue is full or cannot be written. @throws Error for a `text` that is
   *   no JSON.
   */
  accept(from: EventOrigin, events: readonly PlatformEvent[], trace: string): Promise<Refused | undefined>;
  /** Answers for an Integration that cannot prove a request, since a setting cannot be had. @param message why. */
  notConfigured(integration: string, request: ReceivedRequest, message: string): ReceivedAnswer;
  /** Records a request of which nothing was read, since it is larger than {@link MAX_BODY}. */
  tooLarge(integration: string, request: ReceivedRequest): void;
  /** Resolves when what was refused is recorded. */
  written(): Promise<void>;
}

/** Why a request, or what was asked for, is not taken. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly reason: RefusalReason;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, reason: RefusalReason, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }
}

export function createReceiver(options: ReceiverOptions): Receiver {
  const { store, clock, log, pressure } = options;
  const refusals: RefusalRecorder = recordRefusals(store, log);

  async function take(endpoint: WebhookEndpoint, request: ReceivedRequest): Promise<ReceivedAnswer> {
    const first = request.method === "POST" ? undefined : endpoint.events.preflight?.(request, endpoint.connection);
    if (first) return first;
    checkForm(request);
    const authenticate = authenticated(endpoint, request, clock.now());
    const answer = endpoint.events.handshake?.(request);
    if (answer) return answer;
    const { events: platformEvents, data } = parsed(endpoint, request, options.newId);
    const hash = remembersBytes(authenticate) ? hashOf(provenBytes(authenticate, request)) : undefined;
    const arrival = { receivedAt: clock.now(), trace: request.trace };
    const known: KnownEvent[] = [];
    const events = platformEvents.map((event, at) => {
      const signed = hash === undefined ? arrival : { ...arrival, signedHash: partHash(hash, at) };
      const attributes = attributesOf(endpoint, event);
      known.push({ data: data[at], attributes });
      return toStored(endpoint, event, attributes, signed);
    });
    if (events.length === 0) return { status: 200 };
    await stored(events, known);
    return { status: 200 };
  }

  async function stored(events: readonly NewEvent[], known: readonly KnownEvent[]): Promise<void> {
    try {
      if (await pressure.full()) {
        throw new Refused(429, "QueueFull", "More events wait than may.", { "retry-after": RETRY_AFTER });
      }
      const accepted = await options.takeIn(events, known);
      pressure.added(accepted.filter(({ outcome }) => outcome === "stored").length);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      throw new Refused(503, "StoreUnavailable", error.message, { "retry-after": RETRY_AFTER });
    }
  }

  function refuse(integration: string, request: ReceivedRequest, refused: Refused): ReceivedAnswer {
    const { status, reason, message, headers } = refused;
    const { remoteAddress, trace } = request;
    const from = { integration, trace, ...(remoteAddress ? { remoteAddress } : {}) };
    refusals.record({ at: clock.now(), status, reason, message, ...from });
    return { status, headers };
  }

  return {
    async receive(endpoint, request) {
      try {
        return await take(endpoint, request);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return refuse(`${endpoint.namespace}/${endpoint.name}`, request, error);
      }
    },
    notConfigured(integration, request, message) {
      return refuse(integration, request, unset(message));
    },
    tooLarge(integration, request) {
      refuse(integration, request, new Refused(413, "TooLarge", `The body has more than ${MAX_BODY} bytes.`));
    },
    async accept(from, events, trace) {
      const data = dataOf(events);
      const arrival = { receivedAt: clock.now(), trace };
      try {
        await stored(
          events.map((event) => toStored(from, event, attributesOf(from, event), arrival)),
          data.map((one) => ({ data: one })),
        );
        return undefined;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return error;
      }
    },
    written: () => refusals.written(),
  };
}

/** What needs no secret: method, size, encoding, type. @throws Refused */
function checkForm(request: ReceivedRequest): void {
  if (request.method !== "POST") {
    throw new Refused(405, "MethodNotAllowed", `The method is ${request.method}.`, { allow: "POST" });
  }
  if (request.body.length > MAX_BODY) {
    throw new Refused(413, "TooLarge", `The body has ${request.body.length} bytes; ${MAX_BODY} are taken.`);
  }
  const encoding = headerOf(request, "content-encoding")?.trim().toLowerCase() ?? "";
  if (encoding !== "" && encoding !== "identity") {
    const what = /^[\w, -]{1,40}$/.test(encoding) ? encoding : "unknown";
    throw new Refused(415, "CompressedBody", `The body is encoded (${what}). Have the sender send it as it is.`);
  }
  const given = headerOf(request, "content-type") ?? "";
  if (given === "application/json") return; // as most come
  const type = given.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!TYPES.test(type)) {
    const what = /^[\w.+/-]{1,80}$/.test(type) ? type : "unknown";
    throw new Refused(415, "UnexpectedType", `The body is of the type ${what}; JSON, forms and plain text are taken.`);
  }
}

/** Some senders state none, or text. */
const TYPES = /^$|^application\/([\w.-]+\+)?json$|^application\/x-www-form-urlencoded$|^text\/(plain|json)$/;

/** A setting is for the operator to mend, and the sender comes again. */
const unset = (message: string) => new Refused(503, "NotConfigured", message, { "retry-after": RETRY_AFTER });

/** @throws Refused: missing, wrong and stale are one to the sender. */
function authenticated(endpoint: WebhookEndpoint, request: ReceivedRequest, now: number) {
  const { events, connection, credentials, faults } = endpoint;
  const authenticate = authenticateOf(events, connection);
  const { credential } = authenticate;
  const fault = Object.hasOwn(faults, credential) ? faults[credential] : undefined;
  if (fault !== undefined) throw unset(fault);
  const verification = verify(authenticate, request, credentials, now);
  if (!verification.ok) throw new Refused(401, "NotAuthentic", `Refused: ${verification.reason}.`);
  return authenticate;
}

/** @throws Refused for what is authentic and cannot be read. */
function parsed(
  { events, connection }: WebhookEndpoint,
  request: ReceivedRequest,
  newId: () => string,
): { events: readonly PlatformEvent[]; data: readonly unknown[] } {
  try {
    const found = events.parse(request, { connection, newId });
    return { events: found, data: dataOf(found) };
  } catch (error) {
    throw new Refused(400, "Unreadable", messageOf(error));
  }
}

/**
 * The data of each event whose text came: it has to be readable now, since later nobody can be told.
 *
 * @throws SyntaxError
 */
function dataOf(events: readonly PlatformEvent[]): readonly unknown[] {
  return events.map(({ text, data, exact }) => {
    if (text === undefined) return undefined;
    return exact ? data : readJson(text);
  });
}

/** The envelope without its data. */
function attributesOf({ namespace, name, platform }: EventOrigin, event: PlatformEvent): EventEnvelope {
  const { id, subject, time } = event;
  const attributes: EventEnvelope = {
    specversion: CLOUDEVENTS_VERSION,
    id,
    source: `/${namespace}/${name}`,
    type: `${platform}.${event.name}`,
    datacontenttype: "application/json",
  };
  if (subject !== undefined) attributes.subject = subject;
  if (time !== undefined) attributes.time = time;
  return attributes;
}

function toStored(
  { namespace, name, platform }: EventOrigin,
  { data, text }: PlatformEvent,
  attributes: EventEnvelope,
  { receivedAt, trace, signedHash }: { receivedAt: number; trace: string; signedHash?: string },
): NewEvent {
  const arrival: Arrival = { namespace, integration: `${namespace}/${name}`, platform, receivedAt, trace };
  if (signedHash !== undefined) arrival.signedHash = signedHash;
  return toNewEvent(attributes, arrival, text ?? writeJson(data));
}

const hashOf = (bytes: Uint8Array) => sha256("sha256", bytes, "hex");

/** Several events of one request are told apart by their place in it. */
const partHash = (hash: string, at: number) => (at === 0 ? hash : `${hash}.${at}`);
