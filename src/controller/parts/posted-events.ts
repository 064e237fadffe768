/** CloudEvents of other programs: proven where they are signed, read and stored; what is not taken stands on record. */
import type { InboundRequest } from "../../connector-kit/event-contract.ts";
import { headerOf } from "../../connector-kit/signatures.ts";
import { webhookConsent } from "../../connector-kit/webhook-consent.ts";
import { CloudEventError, type ReadEvent } from "../../events/cloudevents.ts";
import type { EventLog } from "../../events/log.ts";
import { acceptPosted, PostRefused, readPosted } from "../../events/post.ts";
import type { RefusalReason } from "../../events/reasons.ts";
import { recordRefusals } from "../../events/refusals.ts";
import { provenSender, type Sender } from "../../events/senders.ts";
import { type HttpCode, HttpError } from "../../server/http-error.ts";
import type { PostedEventsPart, RawRequest } from "../../server/parts.ts";
import type { Accepted, EventStore, NewEvent } from "../../store/event-types.ts";
import { SECRETS_AGE } from "../sessions.ts";

/** The operator's senders, with what is wrong about them. */
export interface Senders {
  senders: readonly Sender[];
  /** Hosts whose handshake is answered with leave to post. */
  origins: readonly string[];
  /** A sentence each, that names the field and never a value. */
  faults: readonly string[];
}

export interface PostedEventsOptions {
  store: Pick<EventStore, "accept" | "refuse">;
  clock: { now(): number; monotonic(): number };
  /** Reads the senders' secrets anew. */
  senders(): Promise<Senders>;
  log: EventLog;
  onAccepted(events: readonly NewEvent[], accepted: readonly Accepted[]): void;
}

export interface ProvenEventsPart extends PostedEventsPart {
  /** Says what is wrong with the senders, so that it is known before the first request is refused. */
  check(): Promise<void>;
  /** Resolves when what was refused is recorded. */
  written(): Promise<void>;
}

export function postedEventsPart({ store, clock, log, ...options }: PostedEventsOptions): ProvenEventsPart {
  /** The texts of `data`, beside the events that were read of them. */
  const texts = new WeakMap<object, ReadEvent>();
  const refusals = recordRefusals(store, log);
  const operators = keptSenders(options.senders, () => clock.monotonic(), log);

  function refuse({ remoteAddress, trace }: RawRequest, refused: Refused): HttpError {
    const { status, reason, code, why, told = why, cause } = refused;
    refusals.record({ at: clock.now(), status, reason, message: why, remoteAddress, trace });
    return new HttpError(status, code, told, { cause });
  }

  return {
    async prove(request) {
      const proven = provenSender((await operators()).senders, request, clock.now());
      if ("reason" in proven) {
        const why = `Refused: ${proven.reason}.`;
        const told = "The request was not authenticated.";
        throw refuse(request, { status: 401, reason: "NotAuthentic", code: "Unauthenticated", why, told });
      }
      const { name, namespace } = proven.sender;
      if (isBinary(request)) {
        const why =
          "A signature covers no ce- header: send application/cloudevents+json or application/cloudevents-batch+json.";
        throw refuse(request, { status: 415, reason: "UnexpectedType", code: "UnsupportedMediaType", why });
      }
      return { actor: `sender:${name}`, role: "operator", namespaces: [namespace] };
    },
    async preflight(request) {
      return webhookConsent(request, (await operators()).origins) ?? { status: 204, headers: { allow: "POST" } };
    },
    async read(request) {
      try {
        const events = readPosted(request);
        for (const event of events) texts.set(event, event);
        return events;
      } catch (error) {
        const refused = refusedFor(error);
        throw refused ? refuse(request, refused) : error;
      }
    },
    async accept(events, { namespace, trace }) {
      const read = events.map(
        (event) => texts.get(event) ?? { ...event, dataText: JSON.stringify(event.data ?? null) },
      );
      const from = { namespace, trace, receivedAt: clock.now() };
      const accepted = await acceptPosted(store, read, from, options.onAccepted);
      return accepted.map((one, at) => ({ ...one, id: read[at]?.id ?? "" }));
    },
    check: async () => void (await operators()),
    written: () => refusals.written(),
  };
}

interface Refused {
  status: number;
  reason: RefusalReason;
  code: HttpCode;
  /** For the operator. */
  why: string;
  /** For who sent it; left out: the same. */
  told?: string;
  cause?: unknown;
}

function refusedFor(cause: unknown): Refused | undefined {
  if (cause instanceof CloudEventError) {
    const { status, message: why } = cause;
    return status === 415
      ? { status, reason: "UnexpectedType", code: "UnsupportedMediaType", why, cause }
      : { status, reason: "Unreadable", code: "BadRequest", why, cause };
  }
  if (!(cause instanceof PostRefused)) return undefined;
  const codes = { 403: "ReservedSource", 413: "TooLarge", 415: "UnsupportedMediaType" } as const;
  return { status: cause.status, reason: cause.reason, code: codes[cause.status], why: cause.message, cause };
}

function isBinary(request: InboundRequest): boolean {
  return !/^\s*application\/cloudevents/i.test(headerOf(request, "content-type") ?? "");
}

/** Reads secrets for a short time only, so that a changed one counts soon; what is wrong is said when it becomes so. */
function keptSenders(read: () => Promise<Senders>, monotonic: () => number, log: EventLog): () => Promise<Senders> {
  let known: { senders: Promise<Senders>; readAt: number } | undefined;
  let said = "";
  return async () => {
    if (!known || monotonic() - known.readAt >= SECRETS_AGE) known = { senders: read(), readAt: monotonic() };
    const found = await known.senders;
    const text = found.faults.join("\n");
    if (text !== said) for (const fault of found.faults) log.error({}, fault);
    said = text;
    return found;
  };
}
