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
  /** @param event what tells it from all others. @returns whether there were too many others. Counts nothing. */
  tooMany(rule: string, subject: string | undefined, event: string): boolean;
  /** Counts a run; one that was counted before counts once. */
  count(rule: string, subject: string | undefined, event: string): void;
}

/** @param now milliseconds that never go back. */
export function createLoopGuard(now: () => number): LoopGuard {
  const rules = new Map<string, Map<string, Run[]>>();
  let sweptAt = now();
  const sweep = (time: number): void => {
    if (time - sweptAt < WINDOW) return;
    sweptAt = time;
    for (const [rule, subjects] of rules) {
      for (const [subject, runs] of subjects) if (!isRecent(runs.at(-1), time)) subjects.delete(subject);
      if (subjects.size === 0) rules.delete(rule);
    }
  };
  const subjectsOf = (rule: string): Map<string, Run[]> => {
    const known = rules.get(rule) ?? new Map<string, Run[]>();
    rules.set(rule, known);
    return known;
  };
  return {
    tooMany(rule, subject, event) {
      const runs = subject === undefined ? undefined : rules.get(rule)?.get(subject);
      if (!runs || runs.length < MOST_RUNS) return false;
      const others = runs.filter((run) => run.event !== event);
      return others.length >= MOST_RUNS && isRecent(others.at(-MOST_RUNS), now());
    },
    count(rule, subject, event) {
      if (subject === undefined) return;
      const time = now();
      sweep(time);
      const subjects = subjectsOf(rule);
      const runs = subjects.get(subject);
      if (!runs) subjects.set(subject, [{ event, at: time }]);
      else if (!runs.some((run) => run.event === event)) {
        runs.push({ event, at: time });
        if (runs.length > MOST_RUNS + 1) runs.shift();
      }
    },
  };
}

/** One run for one subject. A list is in the order of time, and of no more than tell whether there are too many. */
interface Run {
  event: string;
  at: number;
}

function isRecent(run: Run | undefined, time: number): boolean {
  return run !== undefined && run.at > time - WINDOW;
}
