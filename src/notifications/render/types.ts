/** What rendering is given, and what it gives. */
import type { Notification, Severity } from "../../api/notification.ts";
import type { OpenEvent } from "../../events/types.ts";
import type { Labels } from "../matchers.ts";
import type { Receiver } from "../route-options.ts";

/** One event of a group that is told. */
export interface GroupEvent {
  event: OpenEvent;
  /** As routing saw them. */
  labels: Labels;
  /** Only of an alert. */
  firing?: boolean;
}

/** The events of a group that are not read when it is told: its oldest. */
export interface EarlierEvents {
  count: number;
  firing: number;
  resolved: number;
  /** The worst. */
  severity: Severity;
}

/** A group at the moment when it is told, and to whom. */
export interface Told {
  /** The newest last. */
  events: readonly GroupEvent[];
  /** Of a group that is larger: what is known of those before. */
  earlier?: EarlierEvents;
  /** What `groupBy` made of them. */
  groupLabels: Labels;
  receiver: Receiver;
  /** The NotificationRoute, as `namespace/name`. */
  route: string;
  urgency?: "high" | "medium" | "low";
  /** How many of the events a throttle had held back. */
  heldBack: number;
  /** When it is told, in milliseconds since 1970. */
  now: number;
  /** Where the HTTP API is reached from outside; left out: no links to it. */
  publicUrl?: string;
}

/** Why a template was not used. */
export interface TemplateFault {
  /** The template's name, or `inline`. */
  template: string;
  /** The part of it: `title`, `text`, `facts.Key`. */
  part: string;
  /** The path that is absent or cannot be inserted, where that is what is wrong. */
  path?: string;
  /** Names paths, never values. */
  message: string;
}

export interface Rendered {
  notification: Notification;
  /** Set where the notification is the generic one because its template failed. */
  fault?: TemplateFault;
}
