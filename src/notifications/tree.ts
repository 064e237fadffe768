/**
 * A NotificationRoute as a tree that events go down, as Alertmanager's do: depth first; the first child that matches
 * takes an event, unless it says `continue`; a route whose children all refuse takes it itself.
 *
 * Pure: the same event goes the same way. What a route costs does not grow with its siblings, see `sibling-index.ts`.
 */

import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import type { NestedRoute, NotificationRoute } from "../api/notification-route.ts";
import { compileInhibitions, type InhibitRule } from "./inhibit-rules.ts";
import {
  type CompiledMatch,
  compileMatch,
  matcherPart,
  mismatch,
  type Part,
  type Pin,
  type RouteMistake,
} from "./match.ts";
import { type CompiledMatchers, compileMatchers, type Matcher } from "./matchers.ts";
import type { Routable } from "./routable.ts";
import { defaultOptions, optionsOf, type RouteOptions } from "./route-options.ts";
import { SiblingIndex } from "./sibling-index.ts";

export interface RouteNode {
  /** What it and those above it match on: stays the same while other routes come and go. */
  key: string;
  /** Positions in `routes`; empty for the root. */
  path: readonly number[];
  options: RouteOptions;
  match: CompiledMatch;
  continue: boolean;
  children: readonly RouteNode[];
  index: SiblingIndex<Candidate>;
}

/** A route that an event may go to: what was found by need not be asked again. */
interface Candidate {
  node: RouteNode;
  /** What still has to hold. */
  parts: readonly Part[];
}

export interface RouteTree {
  namespace: string;
  name: string;
  root: RouteNode;
  inhibit: readonly InhibitRule[];
}

/** A route that was asked and did not match. */
export interface Miss {
  path: readonly number[];
  reason: string;
}

export interface CompiledRoute {
  tree: RouteTree;
  /** With paths from the document's root. */
  mistakes: readonly RouteMistake[];
  /** What works and should be written differently. */
  warnings: readonly RouteMistake[];
}

/** @returns a tree even where there are mistakes: what is wrong in it matches nothing. */
export function compileRoute({ metadata, spec }: NotificationRoute): CompiledRoute {
  const compiler = new Compiler();
  const root = compiler.node(spec, { key: "", path: [], options: defaultOptions, place: ["spec"] });
  const inhibit = compileInhibitions(spec.inhibit ?? [], compiler.mistakes);
  if (!someNode(root, ({ options }) => options.receivers.length > 0)) {
    const message = "No route names a receiver, so nothing would ever be sent.";
    compiler.mistakes.push({ code: "NoReceivers", path: ["spec"], message });
  }
  const tree = { namespace: metadata.namespace ?? DEFAULT_NAMESPACE, name: metadata.name, root, inhibit };
  return { tree, mistakes: compiler.mistakes, warnings: compiler.warnings };
}

/** @returns the routes that take an event, in their order; none where the root does not match. */
export function routeEvent({ root }: RouteTree, event: Routable): RouteNode[] {
  const taken: RouteNode[] = [];
  descend({ node: root, parts: root.match.parts }, event, taken);
  return taken;
}

/** Like {@link routeEvent}, with all routes that were asked on the way and why they did not match. Asks one by one. */
export function explainRoute({ root }: RouteTree, event: Routable): { taken: RouteNode[]; misses: Miss[] } {
  const taken: RouteNode[] = [];
  const misses: Miss[] = [];
  walk(root, event, taken, misses);
  return { taken, misses };
}

/** All routes of a tree, the root first. */
export function* nodesOf(node: RouteNode): Generator<RouteNode> {
  yield node;
  for (const child of node.children) yield* nodesOf(child);
}

function candidate(node: RouteNode, known: Pin | undefined): Candidate {
  const { parts } = node.match;
  return { node, parts: known ? parts.filter(({ pin }) => pin !== known) : parts };
}

function descend({ node, parts }: Candidate, event: Routable, taken: RouteNode[]): boolean {
  for (const part of parts) if (!part.holds(event)) return false;
  const before = taken.length;
  if (node.children.length > 0) {
    node.index.visit(event, (child) => descend(child, event, taken) && !child.node.continue);
  }
  if (taken.length === before) taken.push(node);
  return true;
}

function walk(node: RouteNode, event: Routable, taken: RouteNode[], misses: Miss[]): boolean {
  const reason = mismatch(node.match, event);
  if (reason !== undefined) {
    misses.push({ path: node.path, reason });
    return false;
  }
  const before = taken.length;
  for (const child of node.children) if (walk(child, event, taken, misses) && !child.continue) break;
  if (taken.length === before) taken.push(node);
  return true;
}

function someNode(root: RouteNode, test: (node: RouteNode) => boolean): boolean {
  return nodesOf(root).some(test);
}

interface Above {
  key: string;
  path: readonly number[];
  options: RouteOptions;
  place: readonly (string | number)[];
}

class Compiler {
  readonly mistakes: RouteMistake[] = [];
  readonly warnings: RouteMistake[] = [];
  private readonly compiled = new Map<string, CompiledMatchers>();
  private readonly parts = new Map<Matcher, Part>();

  /** @param above what is above the node, with the node's own path and place. @param twins elder siblings that match the same. */
  node(route: NestedRoute, above: Above, match = this.match(route), twins = 0): RouteNode {
    const { path, place } = above;
    const found: RouteMistake[] = [];
    const options = optionsOf(route, above.options, found);
    this.mistakes.push(...placed(found, place), ...placed(match.mistakes, [...place, "match"]));
    this.warnings.push(...placed(match.warnings, [...place, "match"]));
    const key = `${above.key}/${match.text}${twins > 0 ? `#${twins}` : ""}`;
    const children = this.children(route.routes ?? [], { key, path, options, place });
    const index = SiblingIndex.of(children, (child) => child.match.pins, candidate);
    return { key, path, options, match, continue: route.continue ?? false, children, index };
  }

  private match(route: NestedRoute): CompiledMatch {
    return compileMatch(
      route.match,
      (text) => {
        const compiled = this.compiled.get(text) ?? compileMatchers(text);
        this.compiled.set(text, compiled);
        return compiled;
      },
      (matcher) => {
        const part = this.parts.get(matcher) ?? matcherPart(matcher);
        this.parts.set(matcher, part);
        return part;
      },
    );
  }

  private children(routes: readonly NestedRoute[], { key, path, options, place }: Above): RouteNode[] {
    const seen = new Map<string, number>();
    return routes.map((child, position) => {
      const match = this.match(child);
      const twins = seen.get(match.text) ?? 0;
      seen.set(match.text, twins + 1);
      const own = { key, path: [...path, position], options, place: [...place, "routes", position] };
      return this.node(child, own, match, twins);
    });
  }
}

function placed(mistakes: readonly RouteMistake[], place: readonly (string | number)[]): RouteMistake[] {
  return mistakes.map((mistake) => ({ ...mistake, path: [...place, ...mistake.path] }));
}
