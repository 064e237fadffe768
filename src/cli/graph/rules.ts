/** A rule as boxes and arrows: what triggers it, and whom it makes act. */
import type { Rule } from "../../api/rule.ts";
import { namespaceOf } from "../../manifests/references.ts";
import type { Parts } from "./build.ts";
import type { Directory } from "./directory.ts";
import { type Edge, type Node, nodeId } from "./graph.ts";

export function ruleParts(rule: Rule, directory: Directory): Parts {
  const own = directory.idOf(rule);
  const title = rule.spec.title === undefined ? [] : [rule.spec.title];
  const trigger = triggerOf(rule, own, directory);
  return {
    nodes: [...trigger.nodes, { id: own, shape: "rule", lines: [directory.titleOf(rule), ...title] }],
    edges: [...trigger.edges, ...actionEdges(rule, own, directory)],
  };
}

function triggerOf(rule: Rule, own: string, directory: Directory): { nodes: Node[]; edges: Edge[] } {
  const { integration, platform, event, type } = rule.spec.trigger;
  const namespace = namespaceOf(rule);
  const label = [event ?? []].flat().join(", ");
  const sources = [
    ...(integration === undefined ? [] : directory.integration(namespace, integration)),
    ...(platform === undefined ? [] : directory.platform(namespace, platform)),
  ];
  const edges = sources.map((from): Edge => ({ from, to: own, style: "flow", label }));
  if (type === undefined) return { nodes: [], edges };
  const posted: Node = { id: nodeId("event", namespace, type), shape: "event", lines: [type] };
  return { nodes: [posted], edges: [...edges, { from: posted.id, to: own, style: "flow", label: "" }] };
}

function actionEdges(rule: Rule, own: string, directory: Directory): Edge[] {
  const namespace = namespaceOf(rule);
  return rule.spec.actions.flatMap(({ integration, platform, action, fallback }) => [
    ...[
      ...(integration === undefined ? [] : directory.integration(namespace, integration)),
      ...(platform === undefined ? [] : directory.platform(namespace, platform)),
    ].map((to): Edge => ({ from: own, to, style: "flow", label: action })),
    ...(fallback === undefined ? [] : directory.integration(namespace, fallback)).map(
      (to): Edge => ({ from: own, to, style: "fallback", label: `${action}, when the other is down` }),
    ),
  ]);
}
