/**
 * All NotificationRoutes: every tree of an event's namespace is asked, by name, and none of another's.
 *
 * The roots are filed like siblings, so that many small manifests cost no more than one with many routes.
 */

import type { Routable } from "./routable.ts";
import { SiblingIndex } from "./sibling-index.ts";
import { type RouteNode, type RouteTree, routeEvent } from "./tree.ts";

/** A route that takes an event, and the tree that it is in. */
export interface Taken {
  tree: RouteTree;
  node: RouteNode;
}

export class RouteSet {
  /** By namespace and name. */
  readonly trees: readonly RouteTree[];
  private readonly byNamespace: ReadonlyMap<string, SiblingIndex<RouteTree>>;

  constructor(trees: readonly RouteTree[]) {
    this.trees = trees.toSorted((a, b) => (treeId(a) < treeId(b) ? -1 : 1));
    const grouped = Map.groupBy(this.trees, ({ namespace }) => namespace);
    const indexOf = (list: readonly RouteTree[]) =>
      SiblingIndex.of(
        list,
        ({ root }) => root.match.pins,
        (tree) => tree,
      );
    this.byNamespace = new Map([...grouped].map(([namespace, list]) => [namespace, indexOf(list)]));
  }

  /** Whether a namespace has any. */
  has(namespace: string): boolean {
    return this.byNamespace.has(namespace);
  }

  /** @returns the routes that take an event, tree by tree. */
  route(event: Routable): Taken[] {
    const taken: Taken[] = [];
    this.byNamespace.get(event.namespace)?.visit(event, (tree) => {
      for (const node of routeEvent(tree, event)) taken.push({ tree, node });
      return false;
    });
    return taken;
  }
}

/** `namespace/name`. */
export function treeId({ namespace, name }: RouteTree): string {
  return `${namespace}/${name}`;
}
