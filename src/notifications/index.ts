/** Who hears about what, and when: routing and timing. Pure; delivery is elsewhere. */
export type { DecidedAt, DecidedEvent, Decision, Hold, Lost, Notify, Quiet, Withhold } from "./decisions.ts";
export { groupKey, groupLabels } from "./group-state.ts";
export { type GroupsOptions, NotificationGroups } from "./groups.ts";
export type { RouteMistake } from "./match.ts";
export type { Labels } from "./matchers.ts";
export { type AlertState, type Routable, routableOf } from "./routable.ts";
export { mutedAt, type Receiver, type RouteOptions } from "./route-options.ts";
export { RouteSet, type Taken, treeId } from "./route-set.ts";
export { compileSilences, type Silence, type Silenced, silenceMistakes } from "./silences.ts";
export type { StateChanges, StateRecord } from "./state-records.ts";
export {
  type CompiledRoute,
  compileRoute,
  explainRoute,
  type Miss,
  type RouteNode,
  type RouteTree,
  routeEvent,
} from "./tree.ts";
export { checkRoute, checkRoutes } from "./validate.ts";
