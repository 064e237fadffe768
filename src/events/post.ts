/**
 * Takes in CloudEvents of other programs (`POST /api/events`). Who may post, and into which namespace, the server
 * knows; that no event claims to be the program's own is seen to here.
 */
import type { InboundRequest } from "../connector-kit/event-contract.ts";
import type { Accepted } from "../store/event-types.ts";
import { StoreError } from "../store/types.ts";
import { type ReadEvent, readCloudEvents } from "./cloudevents.ts";
import { isOwnType, OWN_SOURCE, toNewEvent } from "./envelope.ts";
import type { TakeIn } from "./intake.ts";
import type { Pressure } from "./pressure.ts";
import type { RefusalReason } from "./reasons.ts";
import { MAX_BODY } from "./receive.ts";

/** Why posted events are not taken; none of the request is. */
export class PostRefused extends Error {
  override readonly name = "PostRefused";
  readonly status: 403 | 413 | 415 | 429 | 503;
  readonly reason: RefusalReason;
  constructor(status: PostRefused["status"], reason: RefusalReason, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** @throws CloudEventError, or PostRefused for a body that is too large or compressed and for our own events. */
export function readPosted(request: InboundRequest): readonly ReadEvent[] {
  if (request.body.length > MAX_BODY) {
    throw new PostRefused(413, "TooLarge", `The body has more than ${MAX_BODY} bytes.`);
  }
  const encoding = Object.entries(request.headers).find(([name]) => name.toLowerCase() === "content-encoding")?.[1];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "identity") {
    throw new PostRefused(415, "CompressedBody", "The body is compressed. Send it as it is.");
  }
  const events = readCloudEvents(request);
  const own = events.findIndex(({ type, source }) => isOwnType(type) || source === OWN_SOURCE);
  if (own >= 0) {
    const which = events.length > 1 ? `Element ${own} of the batch` : "The event";
    throw new PostRefused(403, "ReservedType", `${which} has a type or source that only this program may use.`);
  }
  return events;
}

/** What takes posted events in. */
export interface Inbox {
  takeIn: TakeIn;
  pressure: Pressure;
}

/**
 * @returns one answer for each event; all are stored, or none is.
 * @throws PostRefused 429 while the queue is full, 503 while it cannot be written: senders come again.
 */
export async function acceptPosted(
  { takeIn, pressure }: Inbox,
  events: readonly ReadEvent[],
  from: { namespace: string; trace: string; receivedAt: number },
): Promise<readonly Accepted[]> {
  const stored = events.map(({ dataText, ...envelope }) => toNewEvent(envelope, from, dataText));
  if (stored.length === 0) return [];
  try {
    if (await pressure.full()) throw new PostRefused(429, "QueueFull", "More events wait than may.");
    const accepted = await takeIn(stored);
    pressure.added(accepted.filter(({ outcome }) => outcome === "stored").length);
    return accepted;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new PostRefused(503, "StoreUnavailable", error.message);
  }
}
