/** What makes a notification of a group's events. Who delivers is given one. */
import type { Notification } from "../../api/notification.ts";
import type { OpenEvent } from "../../events/types.ts";
import type { Labels } from "../matchers.ts";
import type { Receiver } from "../route-options.ts";

/** One event of a group that is told. */
export interface ToldEvent {
  event: OpenEvent;
  /** As routing saw them. */
  labels: Labels;
  /** Only of an alert. */
  firing?: boolean;
}

/** A group at the moment when it is told, and to whom. */
export interface ToldGroup {
  /** The newest last. */
  events: readonly ToldEvent[];
  groupLabels: Labels;
  receiver: Receiver;
  /** `namespace/name`. */
  route: string;
  urgency?: "high" | "medium" | "low";
  heldBack: number;
  /** Milliseconds since 1970. */
  now: number;
  /** Where the HTTP API is reached from outside. */
  publicUrl?: string;
}

/** Why a template was not used; names paths, never values. */
export interface RenderFault {
  template: string;
  part: string;
  path?: string;
  message: string;
}

/** Never throws: where a template fails, it gives the generic notification, with the fault. */
export type Renderer = (
  told: ToldGroup,
) => { notification: Notification; fault?: RenderFault } | Promise<{ notification: Notification; fault?: RenderFault }>;
