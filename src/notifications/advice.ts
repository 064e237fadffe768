/**
 * What a NotificationRoute says rightly and can hardly mean: a type of Plumbline's own that there is not, a severity
 * with a typing mistake, a route that is never asked, an inhibition that holds nothing back. Warnings, since labels and
 * posted types are whatever programs send.
 */
import { OWN_EVENT_PREFIX } from "../api/event.ts";
import type { NestedRoute, NotificationRoute } from "../api/notification-route.ts";
import { compileGlob, isGlob } from "../expressions/pattern.ts";
import { didYouMean, nearest } from "../manifests/nearest.ts";
import type { RouteMistake } from "./match.ts";
import { typeTemplates } from "./render/builtin/index.ts";

type Path = RouteMistake["path"];

const ownTypes = [...typeTemplates.keys()];
const severities = ["critical", "error", "warning", "info"];
/** Other words that notifications read as one of the above (docs/notifications.md, Templates). */
const otherSeverities = ["warn", "err", "fatal"];

/** @returns warnings, with paths from the document's root. */
export function adviceOn({ spec }: NotificationRoute): RouteMistake[] {
  return [...adviceOnRoute(spec, ["spec"]), ...(spec.inhibit ?? []).flatMap(inertInhibition)];
}

function adviceOnRoute({ match = {}, routes = [] }: NestedRoute, path: Path): RouteMistake[] {
  const { types = [], severity = [] } = match;
  return [
    ...types.flatMap((type, at) => unknownOwnType(type, [...path, "match", "types", at])),
    ...severity.flatMap((word, at) => misspeltSeverity(word, [...path, "match", "severity", at])),
    ...neverAsked(routes, [...path, "routes"]),
    ...routes.flatMap((route, at) => adviceOnRoute(route, [...path, "routes", at])),
  ];
}

function unknownOwnType(type: string, path: Path): RouteMistake[] {
  if (!type.startsWith(OWN_EVENT_PREFIX) || ownTypes.some(testOf(type))) return [];
  const near = didYouMean(type, ownTypes) || ` There is ${ownTypes.join(", ")}.`;
  return [{ code: "UnknownType", path, message: `No event has the type "${type}".${near}` }];
}

/** What is no glob is reported as that. */
function testOf(type: string): (own: string) => boolean {
  if (!isGlob(type)) return (own) => own === type;
  try {
    return compileGlob(type);
  } catch {
    return () => true;
  }
}

function misspeltSeverity(word: string, path: Path): RouteMistake[] {
  if (severities.includes(word) || otherSeverities.includes(word)) return [];
  const near = nearest(word, severities);
  if (near === undefined) return [];
  return [{ code: "UnknownSeverity", path, message: `"${word}" is a severity of its own. Did you mean "${near}"?` }];
}

/** The first route behind one that takes everything: one line is enough for all behind it. */
function neverAsked(routes: readonly NestedRoute[], path: Path): RouteMistake[] {
  const taker = routes.findIndex((route) => takesAll(route) && route.continue !== true);
  if (taker < 0 || taker === routes.length - 1) return [];
  const message = `This route is never asked: routes[${taker}] before it takes every event and has no \`continue: true\`.`;
  return [{ code: "NeverAsked", path: [...path, taker + 1], message }];
}

function takesAll({ match = {} }: NestedRoute): boolean {
  return Object.keys(match).length === 0;
}

function inertInhibition(
  { source, target }: NonNullable<NotificationRoute["spec"]["inhibit"]>[number],
  index: number,
): RouteMistake[] {
  const text = (matchers: readonly string[]) => [...matchers].sort().join("\0");
  if (text(source) !== text(target)) return [];
  const message = "This holds nothing back: an alert that matches both sides is not inhibited by another that does.";
  return [{ code: "InertInhibition", path: ["spec", "inhibit", index], message }];
}
