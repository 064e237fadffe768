/**
 * What expressions and templates see of an event, the same for rules and for notifications.
 *
 * Namespace, integration and platform are the server's, never the body's.
 */
import type { EventEnvelope } from "../api/event.ts";
import { type Found, follow } from "../expressions/paths.ts";
import type { OpenEvent } from "./types.ts";

/** The event's attributes, extension attributes and data, as `event` names them. */
export function eventView({ envelope, stored, name }: OpenEvent): Record<string, unknown> {
  const { extensions, ...attributes } = envelope;
  const { namespace, integration, platform } = stored;
  return { ...extensions, ...attributes, name, namespace, integration: bareName(integration), platform };
}

/** An attribute of {@link eventView}, without making the whole; undefined where it has none. */
export function attributeOf({ envelope, stored, name }: OpenEvent, attribute: string): unknown {
  if (attribute === "name") return name;
  if (attribute === "namespace") return stored.namespace;
  if (attribute === "integration") return bareName(stored.integration);
  if (attribute === "platform") return stored.platform;
  if (attribute !== "extensions" && Object.hasOwn(envelope, attribute))
    return envelope[attribute as keyof EventEnvelope];
  const { extensions } = envelope;
  return extensions && Object.hasOwn(extensions, attribute) ? extensions[attribute] : undefined;
}

/** Follows a path in the event's data, then below the property that the event is about. */
export function inData({ main, envelope: { data } }: OpenEvent, path: readonly string[]): Found | undefined {
  const found = follow(data, path);
  if (found || main === undefined) return found;
  const thing = follow(data, [main]);
  return thing && follow(thing.value, path);
}

/** @param qualified `namespace/name`. */
export function bareName(qualified: string | undefined): string | undefined {
  return qualified?.slice(qualified.indexOf("/") + 1);
}
