/**
 * What a route says about its notifications, after inheritance: a nested route takes over what it leaves out.
 *
 * Unlike in Alertmanager, muteTimes and activeTimes are inherited too (there the root may have none); an empty list
 * takes them away.
 */
import type { NestedRoute } from "../api/notification-route.ts";
import { parseDuration } from "../connector-kit/http/duration.ts";
import type { RouteMistake } from "./match.ts";
import { type Contains, compileInterval, type TimeInterval } from "./time-intervals.ts";

export type Receiver = NonNullable<NestedRoute["receivers"]>[number];

/** Times in milliseconds. */
export interface RouteOptions {
  urgency?: "high" | "medium" | "low";
  /** Names of labels; `all` for `["..."]`. */
  groupBy: "all" | readonly string[];
  groupWait: number;
  groupInterval: number;
  repeatInterval: number;
  throttle: number;
  /** So many new events are sent at once. */
  batchSize: number;
  muteTimes: readonly Contains[];
  activeTimes: readonly Contains[];
  receivers: readonly Receiver[];
}

/** What holds where nothing is stated. */
export const defaultOptions: RouteOptions = {
  groupBy: ["type"],
  groupWait: 0,
  groupInterval: 60_000,
  repeatInterval: 4 * 3_600_000,
  throttle: 5_000,
  batchSize: Number.POSITIVE_INFINITY,
  muteTimes: [],
  activeTimes: [],
  receivers: [],
};

/** @param mistakes where mistakes go, with paths from the route. */
export function optionsOf(
  route: Omit<NestedRoute, "routes">,
  inherited: RouteOptions,
  mistakes: RouteMistake[],
): RouteOptions {
  const { urgency = inherited.urgency, groupBy, batch, receivers } = route;
  const wait = batch?.timeout ?? route.groupWait;
  const times = (field: "muteTimes" | "activeTimes") =>
    route[field] ? compileTimes(route[field], field, mistakes) : inherited[field];
  if (groupBy) checkGroupBy(groupBy, mistakes);
  for (const field of ["groupInterval", "repeatInterval"] as const) checkInterval(route[field], field, mistakes);
  return {
    ...(urgency === undefined ? {} : { urgency }),
    groupBy: groupBy ? (groupBy.includes("...") ? "all" : groupBy.toSorted()) : inherited.groupBy,
    groupWait: wait === undefined ? inherited.groupWait : parseDuration(wait),
    groupInterval: milliseconds(route.groupInterval, inherited.groupInterval),
    repeatInterval: milliseconds(route.repeatInterval, inherited.repeatInterval),
    throttle: milliseconds(route.throttle, inherited.throttle),
    batchSize: batch?.size ?? inherited.batchSize,
    muteTimes: times("muteTimes"),
    activeTimes: times("activeTimes"),
    receivers: receivers ?? inherited.receivers,
  };
}

/** Whether a route sends nothing at a moment (milliseconds since 1970), and why. */
export function mutedAt(
  { muteTimes, activeTimes }: RouteOptions,
  moment: number,
): "MuteTime" | "NotActive" | undefined {
  if (activeTimes.length > 0 && !activeTimes.some((contains) => contains(moment))) return "NotActive";
  return muteTimes.some((contains) => contains(moment)) ? "MuteTime" : undefined;
}

function milliseconds(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : parseDuration(text);
}

function compileTimes(
  intervals: readonly TimeInterval[],
  field: "muteTimes" | "activeTimes",
  found: RouteMistake[],
): Contains[] {
  return intervals.map((interval, index) => {
    const { contains, mistakes } = compileInterval(interval);
    for (const { path, message } of mistakes) {
      found.push({ code: "InvalidTime", path: [field, index, ...path], message });
    }
    return contains;
  });
}

/** Alertmanager refuses it too: a group would be looked at without end. */
function checkInterval(text: string | undefined, field: string, mistakes: RouteMistake[]): void {
  if (text === undefined || parseDuration(text) > 0) return;
  mistakes.push({ code: "InvalidTime", path: [field], message: `${field} must be more than ${text}.` });
}

/** Alertmanager refuses both too. */
function checkGroupBy(groupBy: readonly string[], mistakes: RouteMistake[]): void {
  const place = { code: "InvalidGroupBy", path: ["groupBy"] };
  if (groupBy.includes("...") && groupBy.length > 1) {
    mistakes.push({ ...place, message: 'groupBy: ["..."] takes all labels, so no other may stand beside it.' });
  } else if (new Set(groupBy).size < groupBy.length) {
    mistakes.push({ ...place, message: "groupBy names a label twice." });
  }
}
