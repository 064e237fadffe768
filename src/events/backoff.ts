/**
 * When a delivery is tried again: exponential, with full jitter, so that those that failed together do not come
 * back together (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * The connection has tried three times within seconds by then; this is the longer schedule behind it. Waits are
 * drawn from 0 to 2, 4, 8 … seconds, at most an hour: with 20 attempts the last one comes some 5 hours after the
 * first on average, 10 at most, which outlasts most outages that nobody has to look at.
 */

/** How many attempts there are where the delivery does not say. */
export const MAX_ATTEMPTS = 20;
/** The longest wait, in milliseconds. */
export const LONGEST_WAIT = 60 * 60 * 1000;

/**
 * @param attempt the one that failed, from 1. @param random from 0 to below 1.
 * @param retryAfter milliseconds that the platform asked for; it is never sooner.
 * @returns milliseconds.
 */
export function backoff(attempt: number, random: number, retryAfter = 0): number {
  return Math.max(Math.round(random * Math.min(LONGEST_WAIT, 2 ** attempt * 1000)), retryAfter);
}
