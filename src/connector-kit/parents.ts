/**
 * Reads the children of many parents, a few parents at a time.
 *
 * All children of one parent are gathered before the first is handed on: a parent that could be read
 * half-way yields its failure and nothing else, so that the missing half is never taken for absent.
 */
import type { FailedParent, Observed, ObservedParent } from "./contract.ts";
import { ConnectorError } from "./errors.ts";

/** A child as a read of one parent gives it. */
export type Child<S> = Omit<Observed<S>, "parent">;

export interface PerParentOptions {
  /** Parents at once; default 16. How many requests run at once is the connection's own limit. */
  concurrency?: number;
}

const PARENTS_AT_ONCE = 16;

/** What reading one parent came to. */
type Outcome<S> = { children: readonly Observed<S>[] } | FailedParent | { thrown: unknown };

/**
 * @param read reads all children of one parent.
 * @returns the children, each with its parent, in the order of the parents; for a parent that could
 *   not be read, why.
 * @throws what `read` throws, when it is no ConnectorError.
 */
export async function* perParent<S>(
  parents: readonly ObservedParent[],
  read: (parent: ObservedParent) => AsyncIterable<Child<S>> | Promise<Iterable<Child<S>>>,
  { concurrency = PARENTS_AT_ONCE }: PerParentOptions = {},
): AsyncGenerator<Observed<S> | FailedParent, void, undefined> {
  const underWay: Promise<Outcome<S>>[] = [];
  let started = 0;
  for (let done = 0; done < parents.length; done += 1) {
    while (started < Math.min(parents.length, done + concurrency)) {
      underWay.push(gather(parents[started] as ObservedParent, read));
      started += 1;
    }
    const outcome = await (underWay.shift() as Promise<Outcome<S>>);
    if ("thrown" in outcome) throw outcome.thrown;
    if ("error" in outcome) yield outcome;
    else yield* outcome.children;
  }
}

/** Never rejects: reads that are under way when the consumer stops have nobody to catch them. */
async function gather<S>(
  parent: ObservedParent,
  read: (parent: ObservedParent) => AsyncIterable<Child<S>> | Promise<Iterable<Child<S>>>,
): Promise<Outcome<S>> {
  try {
    const children: Observed<S>[] = [];
    const found = await read(parent);
    for await (const child of found) children.push({ ...child, parent });
    return { children };
  } catch (error) {
    return error instanceof ConnectorError ? { parent, error } : { thrown: error };
  }
}
