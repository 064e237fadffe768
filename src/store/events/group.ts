/**
 * Group commit: calls that come while a transaction is under way share the next one.
 *
 * A sync of the disk costs the same for one row as for a hundred. Nothing waits for company: a call that
 * comes alone is carried out at once.
 */

import { StoreError } from "../types.ts";

/** One call's part of a group. */
interface Waiting<T, R> {
  items: readonly T[];
  resolve(results: readonly R[]): void;
  reject(error: unknown): void;
}

/**
 * @param run carries out items in one transaction, and gives one result for each.
 * @param limit at most so many items in one transaction, unless one call alone has more.
 * @returns hands items in; resolves with their results once they are on disk. When a transaction fails for
 *   what is in it, each call in it is carried out alone once more, so that one call's bad item harms no other.
 */
export function groupCommit<T, R>(
  run: (items: readonly T[]) => Promise<readonly R[]>,
  limit: number,
): (items: readonly T[]) => Promise<readonly R[]> {
  let queue: Waiting<T, R>[] = [];
  let running = false;

  async function work(): Promise<void> {
    running = true;
    // Others that came in this turn of the event loop are let in.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const group = takeGroup(queue, limit);
      queue = queue.slice(group.length);
      await carryOut(group, run);
    }
    running = false;
  }

  return (items) =>
    new Promise((resolve, reject) => {
      queue.push({ items, resolve, reject });
      if (!running) void work();
    });
}

function takeGroup<T, R>(queue: readonly Waiting<T, R>[], limit: number): Waiting<T, R>[] {
  let count = 0;
  const end = queue.findIndex(({ items }, index) => {
    count += items.length;
    return index > 0 && count > limit;
  });
  return queue.slice(0, end < 0 ? queue.length : end);
}

async function carryOut<T, R>(
  group: readonly Waiting<T, R>[],
  run: (items: readonly T[]) => Promise<readonly R[]>,
): Promise<void> {
  try {
    const results = await run(group.flatMap(({ items }) => items));
    let at = 0;
    for (const { items, resolve } of group) {
      resolve(results.slice(at, at + items.length));
      at += items.length;
    }
  } catch (error) {
    // The database's own trouble is everybody's: asking it again for each would take as long for each.
    if (group.length === 1 || error instanceof StoreError) for (const { reject } of group) reject(error);
    else for (const one of group) await carryOut([one], run);
  }
}
