/** NotificationRoutes in force, as the HTTP API shows them. */
import type { RouteSet } from "../../notifications/route-set.ts";
import { nodesOf } from "../../notifications/tree.ts";
import type { RouteSummary } from "../../server/parts.ts";

export function routeSummaries(set: RouteSet | undefined): RouteSummary[] {
  return (set?.trees ?? []).map(({ namespace, name, root }) => {
    const nodes = [...nodesOf(root)];
    const receivers = nodes.flatMap(({ options }) => options.receivers.map(({ integration }) => integration));
    return { namespace, name, routes: nodes.length, receivers: [...new Set(receivers)].sort() };
  });
}
