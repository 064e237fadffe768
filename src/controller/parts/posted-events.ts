/** CloudEvents of other programs: proven where they are signed, read and stored; what is not taken stands on record. */
import type { InboundRequest } from "../../connector-kit/event-contract.ts";
import { headerOf } from "../../connector-kit/signatures.ts";
import { webhookConsent } from "../../connector-kit/webhook-consent.ts";
import { CloudEventError, type ReadEvent } from "../../events/cloudevents.ts";
import type { TakeIn } from "../../events/intake.ts";
import type { EventLog } from "../../events/log.ts";
import { acceptPosted, PostRefused, readPosted } from "../../events/post.ts";
import type { Pressure } from "../../events/pressure.ts";
import type { RefusalReason } from "../../events/reasons.ts";
import { MAX_BODY, RETRY_AFTER } from "../../events/receive.ts";
import { recordRefusals } from "../../events/refusals.ts";
import { provenSender, type Sender } from "../../events/senders.ts";
import { type HttpCode, HttpError } from "../../server/http-error.ts";
import type { PostedEventsPart, RawRequest } from "../../server/parts.ts";
import type { EventStore } from "../../store/event-types.ts";
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
  store: Pick<EventStore, "refuse">;
  takeIn: TakeIn;
  /** The one that webhooks ask too. */
  pressure: Pressure;
  clock: { now(): number; monotonic(): number };
  /** Reads the senders' secrets anew. */
  senders(): Promise<Senders>;
  log: EventLog;
}

export interface ProvenEventsPart extends PostedEventsPart {
  /** Says what is wrong with the senders, so that it is known before the first request is refused. */
  check(): Promise<void>;
  /** Resolves when what was refused is recorded. */
  written(): Promise<void>;
}

export function postedEventsPart(options: PostedEventsOptions): ProvenEventsPart {
  const { store, clock, log } = options;
  /** The texts of `data`, beside the events that were read of them. */
  const texts = new WeakMap<object, ReadEvent>();
  const refusals = recordRefusals(store, log);
  const operators = keptSenders(options.senders, () => clock.monotonic(), log);

  function refuse({ remoteAddress, trace }: RawRequest, refused: Refused): HttpError {
    const { status, reason, code, why, told = why, cause } = refused;
    refusals.record({ at: clock.now(), status, reason, message: why, remoteAddress, trace });
    const headers = status === 429 || status === 503 ? { "retry-after": RETRY_AFTER } : {};
    return new HttpError(status, code, told, { headers, cause });
  }

  /** @throws HttpError for what is not taken, once it stands on record. */
  async function recorded<T>(request: RawRequest, what: () => T | Promise<T>): Promise<T> {
    try {
      return await what();
    } catch (error) {
      const refused = refusedFor(error);
      throw refused ? refuse(request, refused) : error;
    }
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
      const answer = webhookConsent(request, (await operators()).origins);
      if (answer?.status === 403) refuse(request, originRefused(request));
      return answer ?? { status: 204, headers: { allow: "POST" } };
    },
    read: (request) =>
      recorded(request, () => {
        const events = readPosted(request);
        for (const event of events) texts.set(event, event);
        return events;
      }),
    forged: (request, why) => refuse(request, { status: 403, reason: "ReservedSource", code: "ReservedSource", why }),
    tooLarge(request) {
      const why = `The body has more than ${MAX_BODY} bytes.`;
      refuse(request, { status: 413, reason: "TooLarge", code: "TooLarge", why });
    },
    async accept(events, { namespace, request }) {
      const read = events.map(
        (event) => texts.get(event) ?? { ...event, dataText: JSON.stringify(event.data ?? null) },
      );
      const from = { namespace, trace: request.trace, receivedAt: clock.now() };
      const accepted = await recorded(request, () => acceptPosted(options, read, from));
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
  const { status, reason, message: why } = cause;
  // What the database says is the operator's.
  const told = status === 503 ? "The state cannot be written." : why;
  return { status, reason, code: POST_CODES[status], why, told, cause };
}

const POST_CODES = {
  403: "ReservedSource",
  413: "TooLarge",
  415: "UnsupportedMediaType",
  429: "Unavailable",
  503: "Unavailable",
} as const satisfies Record<PostRefused["status"], HttpCode>;

function originRefused(request: RawRequest): Refused {
  const origin = headerOf(request, "webhook-request-origin") ?? "";
  const who = /^[\w.:-]{1,100}$/.test(origin) ? origin : "an origin that is no host's name";
  const why = `The handshake of ${who} got no leave to post: events.origins does not name it.`;
  return { status: 403, reason: "OriginRefused", code: "Forbidden", why };
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
