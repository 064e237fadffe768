/**
 * A notification route as boxes and arrows: a box for it and for each route nested in it, with what it matches.
 *
 * Events come to the root. Where it names their types, the arrow starts at the Integrations of that platform
 * (`github.issues`), else at a box for the types; without types every event of the namespace is asked about.
 */
import type { NotificationRoute } from "../../api/notification-route.ts";
import { namespaceOf } from "../../manifests/references.ts";
import type { AnyRoute, Parts } from "./build.ts";
import type { Directory } from "./directory.ts";
import { type Edge, type Node, nodeId } from "./graph.ts";

interface Tree {
  directory: Directory;
  namespace: string;
  name: string;
  nodes: Node[];
  edges: Edge[];
}

export function routeParts(route: NotificationRoute, directory: Directory): Parts {
  const namespace = namespaceOf(route);
  const tree: Tree = { directory, namespace, name: route.metadata.name, nodes: [], edges: [] };
  const { title } = route.spec;
  const own = directory.idOf(route);
  addSources(tree, route.spec, own);
  addRoute(tree, route.spec, own, [directory.titleOf(route), ...(title === undefined ? [] : [title])], []);
  return tree;
}

function addSources(tree: Tree, route: AnyRoute, own: string): void {
  const { directory, namespace } = tree;
  for (const type of route.match?.types ?? ["every event"]) {
    const [platform = "", event] = type.split(/\.(.*)/s);
    const sources = event === undefined ? [] : directory.platform(namespace, platform);
    for (const from of sources) tree.edges.push({ from, to: own, style: "flow", label: event ?? "" });
    if (sources.length > 0) continue;
    const id = nodeId("event", namespace, type);
    tree.nodes.push({ id, shape: "event", lines: [type] });
    tree.edges.push({ from: id, to: own, style: "flow", label: "" });
  }
}

function addRoute(tree: Tree, route: AnyRoute, own: string, head: readonly string[], path: readonly number[]): void {
  const { directory, namespace } = tree;
  tree.nodes.push({ id: own, shape: "route", lines: [...head, ...matchLines(route, path.length > 0)] });
  for (const { integration, fallback, target } of route.receivers ?? []) {
    const label = Object.values(target ?? {})
      .filter((value) => typeof value === "string")
      .join(", ");
    for (const to of directory.integration(namespace, integration))
      tree.edges.push({ from: own, to, style: "flow", label });
    const others = fallback === undefined ? [] : directory.integration(namespace, fallback);
    for (const to of others) {
      tree.edges.push({ from: own, to, style: "fallback", label: `when ${integration} is down` });
    }
  }
  for (const [index, inner] of (route.routes ?? []).entries()) {
    const below = [...path, index];
    const id = nodeId("route", namespace, tree.name, below.join("."));
    tree.edges.push({ from: own, to: id, style: "flow", label: inner.continue ? "and on" : "" });
    addRoute(tree, inner, id, [], below);
  }
}

/** The parts of `match`, a line each. The types of a root are drawn as where its events come from. */
function matchLines({ match = {} }: AnyRoute, nested: boolean): string[] {
  const { types, keys, severity, matchers } = match;
  const lines = [
    ...(nested && types ? [`types: ${types.join(", ")}`] : []),
    ...(keys ? [`keys: ${keys.join(", ")}`] : []),
    ...(severity ? [`severity: ${severity.join(", ")}`] : []),
    ...(matchers ?? []),
  ];
  return nested && lines.length === 0 ? ["everything"] : lines;
}
