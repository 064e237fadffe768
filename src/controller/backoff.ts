/** When a pass comes again. Pure: chance comes in as a number from 0 to below 1. */

/** Milliseconds before the first repetition of a pass that failed in a way that may be over soon. */
export const FIRST_WAIT = 5000;
/** The longest wait between such repetitions, where the interval is not shorter. */
export const LONGEST_WAIT = 15 * 60 * 1000;
/** An interval is stretched or cut by at most so much, so that what started together does not stay together. */
export const JITTER = 0.1;

/** @param interval milliseconds. @returns milliseconds until the next pass of one that is as it should be. */
export function nextInterval(interval: number, random: number): number {
  return Math.round(interval * (1 - JITTER + 2 * JITTER * random));
}

/**
 * Doubles with each failure in a row; half of it is drawn, so that several that failed together come apart.
 *
 * @param failures in a row, from 1. @param retryAfter milliseconds that the system asked for; it is never sooner.
 */
export function nextTry(failures: number, interval: number, random: number, retryAfter = 0): number {
  const longest = Math.min(LONGEST_WAIT, Math.max(interval, FIRST_WAIT));
  const wait = Math.min(longest, FIRST_WAIT * 2 ** (failures - 1));
  return Math.max(Math.round(wait * (0.5 + 0.5 * random)), retryAfter);
}
