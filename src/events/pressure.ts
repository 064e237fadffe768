/**
 * Back-pressure: whether the queue is so long that senders are to come again later.
 *
 * Counting is a query, so a count is used for a while, and what was taken in since is added to it. Of those that
 * ask at once one counts.
 */
import type { EventStore } from "../store/event-types.ts";

/** Open events and deliveries: some days of a busy company's, and far below what a claim can bear. */
export const MAX_OPEN = 100_000;
/** Milliseconds for which a count is used. */
const COUNT_AGE = 1000;

export interface Pressure {
  /** Whether nothing more is taken in; a promise where it has to be counted. @throws StoreError when it cannot be. */
  full(): boolean | Promise<boolean>;
  /** Tells of what was taken in. */
  added(events: number): void;
}

/** @param now milliseconds that never go back. */
export function createPressure(
  store: Pick<EventStore, "counts">,
  now: () => number,
  limit: number = MAX_OPEN,
): Pressure {
  let open = 0;
  let countedAt = Number.NEGATIVE_INFINITY;
  let counting: Promise<void> | undefined;

  async function count(): Promise<void> {
    try {
      const { pending, waiting, running } = await store.counts();
      open = pending + waiting + running;
      countedAt = now();
    } finally {
      counting = undefined;
    }
  }

  return {
    full() {
      if (now() - countedAt < COUNT_AGE) return open >= limit;
      counting ??= count();
      return counting.then(() => open >= limit);
    },
    added(events) {
      open += events;
    },
  };
}
