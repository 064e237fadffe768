/**
 * Makes the drawing of manifests. Pure: the same manifests, in whichever order, give the same drawing.
 *
 * References have been checked before; one that leads nowhere is drawn to nothing.
 */
import type { NestedRoute, NotificationRoute } from "../../api/notification-route.ts";
import type { Rule } from "../../api/rule.ts";
import { namespaceOf } from "../../manifests/references.ts";
import type { Declaration } from "./declared.ts";
import { type Directory, directoryOf } from "./directory.ts";
import { type Edge, type Graph, type Group, type Node, nodeId } from "./graph.ts";
import { routeParts } from "./routes.ts";
import { ruleParts } from "./rules.ts";

/** What is drawn. */
export interface Drawn {
  integrations: readonly Declaration[];
  rules: readonly Rule[];
  routes: readonly NotificationRoute[];
}

/** Boxes and arrows of one manifest. */
export interface Parts {
  nodes: readonly Node[];
  edges: readonly Edge[];
}

/** @returns the drawing; boxes are in the order of their names, and each is there once. */
export function buildGraph({ integrations, rules, routes }: Drawn): Graph {
  const directory = directoryOf(integrations, [...rules, ...routes]);
  const declared = sorted(integrations);
  const parts = [
    ...sorted(rules.map((object) => ({ object }))).map(({ object }) => ruleParts(object, directory)),
    ...sorted(routes.map((object) => ({ object }))).map(({ object }) => routeParts(object, directory)),
  ];
  const groups = declared.map((declaration) => groupOf(declaration, directory));
  const nodes = new Map(parts.flatMap((part) => part.nodes).map((node) => [node.id, node]));
  const edges = [
    ...declared.flatMap((one) => integrationEdges(one, directory)),
    ...parts.flatMap((part) => part.edges),
  ];
  return { groups, nodes: [...nodes.values()], edges: once(edges) };
}

function sorted<T extends { object: { metadata: { name: string; namespace?: string } } }>(list: readonly T[]): T[] {
  const place = ({ object }: T): string => `${namespaceOf(object as never)}\u0000${object.metadata.name}`;
  return [...list].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** An Integration, with a box for each kind of which it declares something. */
function groupOf({ object, kinds }: Declaration, directory: Directory): Group {
  const { title, platform } = object.spec;
  const name = directory.titleOf(object);
  return {
    id: nodeId("group", namespaceOf(object), object.metadata.name),
    title: name,
    nodes: [
      { id: directory.idOf(object), shape: "integration", lines: [name, platform, ...(title ? [title] : [])] },
      ...kinds.map(
        ({ kind, count }): Node => ({ id: kindId(object, kind), shape: "kind", lines: [`${kind} (${count})`] }),
      ),
    ],
  };
}

function integrationEdges({ object, kinds, references }: Declaration, directory: Directory): Edge[] {
  const own = directory.idOf(object);
  const counted = new Set(kinds.map(({ kind }) => kind)); // what is referred to may exist without being declared
  const others = (object.spec.dependsOn ?? []).flatMap((name) => directory.integration(namespaceOf(object), name));
  return [
    ...kinds.map(({ kind }): Edge => ({ from: own, to: kindId(object, kind), style: "holds", label: "" })),
    ...references
      .filter(({ from, to }) => counted.has(from) && counted.has(to))
      .map(({ from, to }): Edge => {
        return { from: kindId(object, from), to: kindId(object, to), style: "order", label: "refers to" };
      }),
    ...others.map((to): Edge => ({ from: own, to, style: "order", label: "depends on" })),
  ];
}

function kindId({ metadata, ...object }: Declaration["object"], kind: string): string {
  return nodeId("kind", namespaceOf({ ...object, metadata }), metadata.name, kind);
}

function once(edges: readonly Edge[]): Edge[] {
  return [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()];
}

/** The nested routes of a route, as a route may have them. */
export type AnyRoute = NestedRoute | NotificationRoute["spec"];
