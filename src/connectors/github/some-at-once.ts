/** How many answers are waited for at the same time, where each thing takes a request of its own. */
const AT_ONCE = 8;

/**
 * Runs something for each of many, a few at a time; the first failure ends it.
 *
 * @returns what came of it, in the order of `items`.
 */
export async function* someAtOnce<T, R>(
  items: readonly T[],
  run: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  for (let at = 0; at < items.length; at += AT_ONCE) {
    yield* await Promise.all(items.slice(at, at + AT_ONCE).map(run));
  }
}
