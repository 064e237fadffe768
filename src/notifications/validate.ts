/**
 * What is wrong with NotificationRoutes, beyond their schema and their references: matchers, patterns, times, labels
 * to group by.
 */
import type { NotificationRoute } from "../api/notification-route.ts";
import { problemAt } from "../manifests/problem.ts";
import type { Manifest, Problem } from "../manifests/types.ts";
import { adviceOn } from "./advice.ts";
import { isRoute } from "./route-manifests.ts";
import { compileRoute } from "./tree.ts";

/** @returns one problem for each mistake, and a warning for what should be written differently, with file, line and column. */
export function checkRoute(manifest: Manifest<NotificationRoute>): Problem[] {
  const { mistakes, warnings } = compileRoute(manifest.object);
  return [
    ...mistakes.map(({ path, code, message }) => problemAt(manifest, path, { code, message })),
    ...[...warnings, ...adviceOn(manifest.object)].map(({ path, code, message }) =>
      problemAt(manifest, path, { level: "warning", code, message }),
    ),
  ];
}

/** Checks the NotificationRoutes among manifests. */
export function checkRoutes(manifests: readonly Manifest[]): Problem[] {
  return manifests.filter(isRoute).flatMap(checkRoute);
}
