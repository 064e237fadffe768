/**
 * Stops rules that feed each other by way of a system that carries no hop count.
 *
 * What is counted is kept in memory, since only the process that dispatches events counts, and a restart that forgets
 * a minute is no harm. Events without a subject are not counted: nothing says that they are about one thing, and a
 * busy source would look like a loop. Those are stopped by the hop count and by `self`.
 */

/** How many rules' effects may lie between an event and one from outside. */
export const MOST_HOPS = 8;

/** Runs of one rule for one subject within {@link WINDOW}. */
export const MOST_RUNS = 20;

/** Milliseconds. */
const WINDOW = 60_000;

export interface LoopGuard {
  /**
   * @param event what tells it from all others, stored or not yet: one that is asked about again counts once.
   * @returns whether there were too many.
   */
  tooMany(rule: string, subject: string | undefined, event: string): boolean;
}

/** @param now milliseconds that never go back. */
export function createLoopGuard(now: () => number): LoopGuard {
  const runs = new Map<string, Map<string, number>>();
  let sweptAt = now();
  const sweep = (time: number): void => {
    if (time - sweptAt < WINDOW) return;
    sweptAt = time;
    for (const [key, seen] of runs) if ([...seen.values()].every((at) => at <= time - WINDOW)) runs.delete(key);
  };
  return {
    tooMany(rule, subject, event) {
      if (subject === undefined) return false;
      const time = now();
      sweep(time);
      const key = JSON.stringify([rule, subject]);
      const seen = runs.get(key) ?? new Map<string, number>();
      for (const [one, at] of seen) if (at <= time - WINDOW) seen.delete(one);
      if (!seen.has(event)) seen.set(event, time);
      runs.set(key, seen);
      return seen.size > MOST_RUNS;
    },
  };
}
