/** Routes and events for tests, and the plainest possible reading of both. */
import type { NestedRoute, NotificationRoute } from "../../src/api/notification-route.ts";
import { compileMatch, mismatch } from "../../src/notifications/match.ts";
import type { Labels } from "../../src/notifications/matchers.ts";
import type { Routable } from "../../src/notifications/routable.ts";

/** A NotificationRoute called `ops`. */
export function routeOf(spec: NotificationRoute["spec"]): NotificationRoute {
  return { apiVersion: "plumbline.dev/v1alpha1", kind: "NotificationRoute", metadata: { name: "ops" }, spec };
}

/** An event that is told once; its type is its label `type`. */
export function eventOf(labels: Labels): Routable {
  return { namespace: "default", type: labels.type ?? "t", labels, keys: [] };
}

/** An alert whose fingerprint is its labels. */
export function alertOf(labels: Labels, firing = true): Routable {
  return { ...eventOf(labels), alert: { id: JSON.stringify(labels), firing } };
}

/** Alertmanager's documentation, read word by word: paths of the routes that take an event. */
export function naiveRoute(route: NestedRoute, event: Routable, path: readonly number[] = []): (readonly number[])[] {
  if (mismatch(compileMatch(route.match), event) !== undefined) return [];
  const below: (readonly number[])[] = [];
  for (const [position, child] of (route.routes ?? []).entries()) {
    const found = naiveRoute(child, event, [...path, position]);
    below.push(...found);
    if (found.length > 0 && !child.continue) break;
  }
  return below.length > 0 ? below : [path];
}
