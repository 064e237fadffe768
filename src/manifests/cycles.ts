/** Finds circles in what depends on what. */

/**
 * Walks a graph depth first, without recursion, so that a long chain cannot exhaust the stack.
 *
 * @returns each circle as its nodes in order, without the first one again at the end; circles that
 *   share a way may be told once. The same graph in the same order gives the same answer.
 */
export function findCycles<T>(nodes: Iterable<T>, next: (node: T) => Iterable<T>): T[][] {
  const cycles: T[][] = [];
  const finished = new Set<T>();
  for (const node of nodes) if (!finished.has(node)) walkFrom(node, next, finished, cycles);
  return cycles;
}

function walkFrom<T>(root: T, next: (node: T) => Iterable<T>, finished: Set<T>, cycles: T[][]): void {
  const trail = new Map<T, Iterator<T>>([[root, next(root)[Symbol.iterator]()]]);
  const order = [root];
  for (let node = order.at(-1); node !== undefined; node = order.at(-1)) {
    const step = trail.get(node)?.next();
    if (!step || step.done) {
      finished.add(node);
      trail.delete(node);
      order.pop();
    } else if (trail.has(step.value)) {
      cycles.push(order.slice(order.indexOf(step.value)));
    } else if (!finished.has(step.value)) {
      trail.set(step.value, next(step.value)[Symbol.iterator]());
      order.push(step.value);
    }
  }
}
