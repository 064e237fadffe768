/**
 * How often properties are tried.
 *
 * Each says itself how many tries are worth their time in every run of the tests. The round `properties`
 * (`scripts/rounds/properties.ts`) runs the same tests for longer and from other seeds, by these two variables;
 * fast-check says with a failure which seed and path show it again.
 */
const { PROPERTY_TRIES_TIMES = "1", PROPERTY_SEED } = process.env;

/** What all numbers of tries are multiplied with. Time limits of tests are too. */
export const times = Number(PROPERTY_TRIES_TIMES);
if (!(times >= 1)) throw new Error(`PROPERTY_TRIES_TIMES is "${PROPERTY_TRIES_TIMES}", and no number from 1 up.`);

export interface Tries {
  numRuns: number;
  /** Where the same tries are wanted each time. */
  seed?: number;
  /** Not to look for a smaller example, since tries share a system, and so depend on those before. */
  endOnFailure?: boolean;
}

/** @param base how many tries a run of the tests makes. @returns settings for `fc.assert`. */
export function tries(base: number, settings: Omit<Tries, "numRuns"> = {}): Tries {
  const seed = PROPERTY_SEED === undefined ? {} : { seed: Number(PROPERTY_SEED) };
  return { numRuns: base * times, ...settings, ...seed };
}
