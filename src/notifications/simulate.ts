/**
 * What the routes would do with an event that comes alone: which take it, in which group it would be, what keeps it
 * back, and what it would say. Nothing is sent and nothing is kept.
 */
import type { Notification } from "../api/notification.ts";
import { labelsOf } from "../events/envelope.ts";
import type { OpenEvent } from "../events/types.ts";
import { groupKey, groupLabels } from "./group-state.ts";
import { renderNotification } from "./render/render.ts";
import type { TemplateSet } from "./render/template-set.ts";
import type { TemplateFault } from "./render/types.ts";
import { type Routable, routableOf } from "./routable.ts";
import { mutedAt } from "./route-options.ts";
import { type RouteSet, treeId } from "./route-set.ts";
import type { Silenced } from "./silences.ts";
import { explainRoute, type Miss, type RouteNode, type RouteTree } from "./tree.ts";

/** One receiver's notification, where it differs from the first one's. */
export interface SimulatedReceiver {
  integration: string;
  notification: Notification;
  /** Why its template would not be used. */
  fault?: TemplateFault;
}

export interface SimulatedRoute {
  name: string;
  matched: boolean;
  /** Why not; empty when it does. */
  reason: string;
  /** Positions in `routes`. */
  path: readonly number[];
  receivers: readonly string[];
  groupKey?: string;
  /** Whether a time keeps it back. */
  muted: boolean;
  /** Which: `MuteTime` or `NotActive`. */
  mutedBy?: "MuteTime" | "NotActive";
  /** The silence that keeps it from being told. */
  silencedBy?: string;
  /** As the first receiver would get it. */
  notification?: Notification;
  notifications: readonly SimulatedReceiver[];
}

export interface RouteSimulation {
  routes: RouteSet;
  templates: TemplateSet;
  silenced: Silenced;
  /** Milliseconds since 1970. */
  now: number;
}

/** @returns every way that the event takes, tree by tree; of a tree that does not take it, why. */
export function simulateRoutes(tools: RouteSimulation, event: OpenEvent): SimulatedRoute[] {
  const { namespace } = event.stored;
  const routable = routableOf(namespace, event.envelope, labelsOf(event));
  const trees = tools.routes.trees.filter((tree) => tree.namespace === namespace);
  return trees.flatMap((tree) => {
    const { taken, misses } = explainRoute(tree, routable);
    if (taken.length === 0) return [missed(tree, misses)];
    return taken.map((node) => reached(tools, { tree, node, routable, event }));
  });
}

function missed({ name }: RouteTree, misses: readonly Miss[]): SimulatedRoute {
  const reason = misses[0]?.reason ?? "";
  return { name, matched: false, reason, path: [], receivers: [], muted: false, notifications: [] };
}

interface Reached {
  tree: RouteTree;
  node: RouteNode;
  routable: Routable;
  event: OpenEvent;
}

function reached(tools: RouteSimulation, { tree, node, routable, event }: Reached): SimulatedRoute {
  const { options, path } = node;
  const labels = groupLabels(node, routable.labels);
  const mutedBy = mutedAt(options, tools.now);
  const silencedBy = tools.silenced(routable, tools.now);
  const { alert } = routable;
  const told = { event, labels: routable.labels, ...(alert ? { firing: alert.firing } : {}) };
  const { urgency } = options;
  const notifications = options.receivers.map((receiver): SimulatedReceiver => {
    const rendered = renderNotification(tools.templates, {
      ...{ events: [told], groupLabels: labels, receiver, route: treeId(tree), heldBack: 0, now: tools.now },
      ...(urgency === undefined ? {} : { urgency }),
    });
    return { integration: receiver.integration, ...rendered };
  });
  const [first] = notifications;
  return {
    ...{ name: tree.name, matched: true, reason: "", path, groupKey: groupKey(tree, node, labels), notifications },
    receivers: options.receivers.map(({ integration }) => integration),
    muted: mutedBy !== undefined,
    ...(mutedBy === undefined ? {} : { mutedBy }),
    ...(silencedBy === undefined ? {} : { silencedBy }),
    ...(first ? { notification: first.notification } : {}),
  };
}
