/** The routes among manifests, compiled. */
import type { NotificationRoute } from "../api/notification-route.ts";
import type { AnyManifest, Manifest } from "../manifests/types.ts";
import { RouteSet } from "./route-set.ts";
import { compileRoute } from "./tree.ts";

export function isRoute(manifest: Manifest<AnyManifest>): manifest is Manifest<NotificationRoute> {
  return manifest.object.kind === "NotificationRoute";
}

/** Routes in force, and what they were made of. */
export interface RoutesInForce {
  set: RouteSet;
  text: string;
}

/** @param before those that were in force: the same object again where no route changed, so that groups go on as they are. */
export function routesInForce(manifests: readonly Manifest[], before?: RoutesInForce): RoutesInForce {
  const objects = manifests.filter(isRoute).map(({ object }) => object);
  const text = JSON.stringify(objects.map(({ metadata, spec }) => [metadata.namespace, metadata.name, spec]));
  if (before?.text === text) return before;
  return { set: new RouteSet(objects.map((object) => compileRoute(object).tree)), text };
}
