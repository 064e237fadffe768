/**
 * Bounds what a CEL expression costs: every evaluation of a node is counted, and long texts and lists count more.
 *
 * The library has no such limit, and `a.all(x, b.all(y, …))` over an event's own lists takes hours. A parsed node
 * keeps its evaluating function in a property of its own, which is put in place when the node is first evaluated;
 * here that property becomes one that counts. The budget is a number of steps, not a time, so that an answer does
 * not turn on how busy the machine is.
 */
import type { ASTNode } from "@marcbachmann/cel-js";

/** An expression was stopped. */
export class TooManySteps extends Error {
  override readonly name = "TooManySteps";
}

export interface Steps {
  left: number;
}

type Evaluate = (this: unknown, ...given: unknown[]) => unknown;

/** Makes the nodes of a parsed expression count down `steps`. */
export function countSteps(root: ASTNode, steps: Steps): void {
  visitNodes(root, (node) => {
    let evaluate = (node as unknown as { evaluate: Evaluate }).evaluate;
    function counting(this: unknown, ...given: unknown[]): unknown {
      spend(steps, 1);
      const value = evaluate.apply(this, given);
      spend(steps, costOf(value));
      return value;
    }
    Object.defineProperty(node, "evaluate", {
      get: () => counting,
      set: (other: Evaluate) => {
        evaluate = other;
      },
    });
  });
}

/** @throws TooManySteps */
export function spend(steps: Steps, count: number): void {
  steps.left -= count;
  if (steps.left < 0) throw new TooManySteps("it takes too many steps with this event");
}

/** Calls back for a node and all below it, as they were written. */
export function visitNodes(node: ASTNode, visit: (node: ASTNode) => void): void {
  visit(node);
  for (const child of childrenOf(node.args)) visitNodes(child, visit);
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  const isNode = typeof args === "object" && args !== null && "op" in args && "args" in args;
  return isNode ? [args as ASTNode] : [];
}

/** What whoever takes this value may have to go through. */
function costOf(value: unknown): number {
  if (typeof value === "string") return value.length >> 6;
  if (Array.isArray(value)) return value.length >> 3;
  return value instanceof Map ? value.size >> 3 : 0;
}
