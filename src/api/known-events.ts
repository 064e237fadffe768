/**
 * Events that are known by name: each has a template, and receivers may treat them in ways of their own, such as an
 * issue type or a ticket's priority.
 *
 * Other programs post them under these names; the program's own events count as one of them where one fits.
 */
import { OWN_EVENT_PREFIX } from "./event.ts";

export const KNOWN_EVENTS = [
  "task_completed",
  "task_failed",
  "worker_failed",
  "config_change",
  "config_error",
  "schema_update",
  "security_policy_violation",
  "schema_validation_error",
  "performance",
] as const;

export type KnownEvent = (typeof KNOWN_EVENTS)[number];

const ownEvents: ReadonlyMap<string, KnownEvent> = new Map<string, KnownEvent>([
  [`${OWN_EVENT_PREFIX}config.changed`, "config_change"],
  [`${OWN_EVENT_PREFIX}drift.detected`, "config_change"],
  [`${OWN_EVENT_PREFIX}plan.applied`, "task_completed"],
  [`${OWN_EVENT_PREFIX}reconcile.failed`, "task_failed"],
  [`${OWN_EVENT_PREFIX}delivery.dead`, "task_failed"],
  [`${OWN_EVENT_PREFIX}integration.unhealthy`, "worker_failed"],
  [`${OWN_EVENT_PREFIX}manifest.invalid`, "config_error"],
  [`${OWN_EVENT_PREFIX}notification.template_failed`, "config_error"],
]);

/** @param type an event's whole type. @returns the known event that it counts as; dashes stand for underscores. */
export function knownEvent(type: string): KnownEvent | undefined {
  const name = type.replaceAll("-", "_");
  return KNOWN_EVENTS.find((known) => known === name) ?? ownEvents.get(type);
}
