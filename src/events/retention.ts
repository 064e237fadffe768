/** What is finished goes after a while: history is for looking things up, not for ever. */
import type { EventStore } from "../store/event-types.ts";

const DAY = 24 * 60 * 60 * 1000;

export interface RetentionPolicy {
  /** Milliseconds for which finished events and deliveries are kept. */
  finished: number;
  /** Milliseconds for which dead letters are kept. */
  dead: number;
  /** Bytes of payload that are kept at most; the oldest finished ones go. */
  maxBytes: number;
}

/** 30 days, 90 for dead letters, 1 GiB: a platform's own log of deliveries goes back 3 (GitHub) to 30 days. */
export const RETENTION: RetentionPolicy = { finished: 30 * DAY, dead: 90 * DAY, maxBytes: 1024 ** 3 };

/** Prunes in short transactions until nothing is left to go. @returns how many events and deliveries went. */
export async function pruneAll(
  store: Pick<EventStore, "prune">,
  { finished, dead, maxBytes }: RetentionPolicy,
  now: number,
  signal: AbortSignal,
): Promise<number> {
  for (let total = 0; ; ) {
    if (signal.aborted) return total;
    const gone = await store.prune({ before: now - finished, deadBefore: now - dead, maxBytes });
    if (gone === 0) return total;
    total += gone;
  }
}
