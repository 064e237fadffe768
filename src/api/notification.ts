/**
 * A notification before any platform's idiom: what a template makes, and what each connector renders.
 *
 * All texts are plain: whatever stands in them is shown as it is, in each idiom's own escaping. Mentions stand apart,
 * since only a route may make them.
 */

export type Severity = "critical" | "error" | "warning" | "info";

/** One line of a table of facts. */
export interface Fact {
  name: string;
  value: string;
}

export interface Link {
  title: string;
  /** https, or http on the operator's own systems. */
  url: string;
}

/** A button, where the platform has some; else a link, or a line that says what to do. */
export interface NotificationAction {
  title: string;
  /** Opens this page. */
  url?: string;
  /** What comes back as the event of a pressed button. */
  id?: string;
  value?: string;
  style?: "primary" | "danger";
}

/** One event of the group. */
export interface NotificationEvent {
  /** The event's number in the inbox. */
  seq: number;
  type: string;
  subject?: string;
  /** ISO 8601. */
  time?: string;
  labels: Readonly<Record<string, string>>;
  status?: "firing" | "resolved";
  /** One line. */
  summary: string;
}

export interface Notification {
  /** One line. */
  title: string;
  /** Paragraphs, divided by empty lines. */
  text: string;
  severity: Severity;
  /** `resolved` when all alerts of the group are over; left out where it is about no alert. */
  status?: "firing" | "resolved";
  /** `high | medium | low`, of the route. */
  urgency?: "high" | "medium" | "low";
  facts: readonly Fact[];
  links: readonly Link[];
  /** Shown in a fixed width, such as a diff. */
  code?: { text: string; language?: string };
  actions: readonly NotificationAction[];
  /** The events of the group, the newest last; a connector shows as many as fit and says how many there are. */
  events: readonly NotificationEvent[];
  /** How many events the group has before those of `events`, which are its newest; left out: none. */
  earlierEvents?: number;
  /** Whom the route mentions, as it is written there: `@devops`, `#channel`, an e-mail address or an id. */
  mentions: readonly string[];
  /** What the template is called that made it. */
  template: string;
  /** The group's labels, by which its notifications belong together. */
  group: Readonly<Record<string, string>>;
  /** How many others a throttle held back that are told by this one. */
  heldBack?: number;
}

/** What a connector tells of a notification that it delivered. */
export interface Notified {
  /** By which it is found again to be edited; opaque, at most 1 KiB. */
  reference?: string;
  /** What was left out for the platform's limits, as a sentence. */
  truncated?: string;
}

/** One delivery of a notification, however often it is tried. */
export interface NotifyRun {
  /**
   * The same each time that this delivery is tried. It may have been told before under this key by an attempt that
   * nobody knows the end of: where the platform takes such a key, it goes along; where a look-up finds what was made
   * under it, that is taken for done; else it is put where people or programs can tell a repeat.
   */
  key: string;
  /** The earlier notification of the same group, where the receiver says `update: true`. */
  previous?: string;
}
