/** What the groups decide, each with its reason. Nothing here sends anything. */
import type { Labels } from "./matchers.ts";
import type { Receiver } from "./route-options.ts";

/** An event, as a decision is about it. */
export interface DecidedEvent {
  /** What the caller knows it by: its number in the inbox. */
  event: number;
  type: string;
  labels: Labels;
  /** Only of an alert. */
  firing?: boolean;
  /** The group that it came from, where another group's notification takes it along. */
  joinedFrom?: string;
}

/** Where a decision was made. */
export interface DecidedAt {
  /** Milliseconds since 1970. */
  at: number;
  /** The NotificationRoute, as `namespace/name`. */
  route: string;
  path: readonly number[];
  groupKey: string;
}

/** Why something was told, held back, withheld or lost, as the log has it; docs/errors.md explains each. */
export const noticeReasons = [
  "Changed",
  "Inhibited",
  "MuteTime",
  "New",
  "NotActive",
  "Repeat",
  "Resolved",
  "RouteGone",
  "Silenced",
  "Throttled",
] as const;
type NoticeReason = (typeof noticeReasons)[number];

/**
 * `New`: events that were never told. `Changed`: an alert began. `Resolved`: alerts ended. `Repeat`: still firing,
 * and repeatInterval has passed.
 */
export type NotifyReason = Extract<NoticeReason, "New" | "Changed" | "Resolved" | "Repeat">;

/** One notification is to be sent, to each receiver. */
export interface Notify extends DecidedAt {
  kind: "notify";
  reason: NotifyReason;
  /** The same when the same decision is made again: an idempotency key, together with the receiver's position. */
  id: string;
  groupLabels: Labels;
  receivers: readonly Receiver[];
  urgency?: "high" | "medium" | "low";
  events: readonly DecidedEvent[];
  /** How many of the events the throttle had held back. */
  heldBack: number;
}

/** Events wait: for the throttle, until a time that is known; or for the end of a time when nothing is sent. */
export interface Hold extends DecidedAt {
  kind: "hold";
  reason: Extract<NoticeReason, "Throttled" | "MuteTime" | "NotActive">;
  until?: number;
  events: readonly DecidedEvent[];
}

/** Events are not told. Those that are no alerts are gone. */
export interface Withhold extends DecidedAt {
  kind: "withhold";
  reason: Extract<NoticeReason, "Silenced" | "Inhibited">;
  /** The silence's id, or the alert that inhibits. */
  by: string;
  events: readonly DecidedEvent[];
}

/** Alerts of a group were looked at, and there is nothing new to say. */
export interface Quiet extends DecidedAt {
  kind: "quiet";
  reason: "Unchanged" | "NeverTold";
}

/** Events waited in a route that is no longer there, and no new route takes them. */
export interface Lost extends DecidedAt {
  kind: "lost";
  reason: Extract<NoticeReason, "RouteGone">;
  events: readonly DecidedEvent[];
}

export type Decision = Notify | Hold | Withhold | Quiet | Lost;
