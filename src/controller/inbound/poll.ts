/**
 * Asks a system for its events, and takes them in as webhooks are.
 *
 * The place where the next question goes on is kept after the events are on disk: killed in between, the next process
 * asks for the same events again, and the inbox takes each id once.
 */
import type { Failure } from "../../api/index.ts";
import type { PlatformEvent, Polled } from "../../connector-kit/index.ts";
import type { Refused } from "../../events/receive.ts";

/** Questions in one look, so that a connector that always has more cannot go on for ever. */
export const MOST_QUESTIONS = 100;

export interface PollOptions {
  cursor: string | undefined;
  /** @throws ConnectorError */
  poll(cursor: string | undefined): Promise<Polled>;
  accept(events: readonly PlatformEvent[]): Promise<Pick<Refused, "reason" | "message"> | undefined>;
  keepCursor(cursor: string): Promise<void>;
  signal: AbortSignal;
}

/** @returns why not all was taken in that the system gave; undefined where all was. @throws ConnectorError */
export async function pollEvents({
  cursor,
  poll,
  accept,
  keepCursor,
  signal,
}: PollOptions): Promise<Failure | undefined> {
  let place = cursor;
  for (let asked = 0; asked < MOST_QUESTIONS && !signal.aborted; asked += 1) {
    const { events, cursor: next, more } = await poll(place);
    if (signal.aborted) return undefined;
    const refused = events.length > 0 ? await accept(events) : undefined;
    if (refused) return { code: refused.reason, message: refused.message };
    if (next !== place) await keepCursor(next);
    place = next;
    if (!more) return undefined;
  }
  return undefined;
}
