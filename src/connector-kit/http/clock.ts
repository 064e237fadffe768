/**
 * The machine's own time.
 *
 * Only waiting between requests goes through a {@link Clock}; the time-out of a request is about a
 * socket, which no virtual clock can speed up, and uses real timers.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "./types.ts";

/** @returns the clock of this machine. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      try {
        await delay(milliseconds, undefined, signal ? { signal } : {});
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
  };
}

/** Writes a moment as people read it in a message: `13:05 UTC`, with the date when it is another day. */
export function formatMoment(moment: number, now: number): string {
  const text = new Date(moment).toISOString();
  const sameDay = text.slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return sameDay ? `${text.slice(11, 16)} UTC` : `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}
