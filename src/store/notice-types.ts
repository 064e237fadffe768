/**
 * What is remembered of notifications: the groups that wait, the silences, and a log of all that was told, held back
 * or withheld.
 *
 * The store decides nothing: groups are texts to it. Times are milliseconds since 1970.
 */
import type { DeliveryState, NewDelivery } from "./event-types.ts";

/** A group, an event that it holds, what it told last, an alert that may inhibit, or the end of a throttle. */
export interface KeptState {
  kind: "group" | "member" | "told" | "throttle" | "source";
  id: string;
  /** JSON text. */
  value: string;
  /** The numbers of the events that it is about: retention leaves them. */
  events: readonly number[];
}

/** One line of the log, before it is numbered. */
export interface NewNotice {
  at: number;
  /** `notify`: told to one receiver; `hold`: waits; `withhold`: kept from being told; `lost`: nobody takes it any more. */
  kind: "notify" | "hold" | "withhold" | "lost";
  /** Such as `Repeat`, `Throttled`, `Silenced`. */
  reason: string;
  namespace: string;
  /** The NotificationRoute's name. */
  route: string;
  /** Positions in `routes`. */
  path: readonly number[];
  groupKey: string;
  groupLabels: Readonly<Record<string, string>>;
  /** The numbers of the events that it is about; of many the newest {@link MOST_LISTED}. */
  events: readonly number[];
  eventCount: number;
  /** How many of them the throttle had held back. */
  heldBack: number;
  /** The silence's id, or the alert that inhibits. */
  by?: string;
  /** When what is held goes on, where that is known. */
  until?: number;
  /** Of a group of alerts: whether all are over. */
  status?: "firing" | "resolved";
  /** The Integration that is to deliver it. */
  receiver?: string;
  delivery?: string;
}

/** So many events are listed in one line of the log. */
export const MOST_LISTED = 100;

/** How a notification was told. */
export interface Told {
  at: number;
  /** The Integration that delivered it: the receiver, or its fallback. */
  via: string;
  title: string;
  /** By which the platform finds it again. */
  reference?: string;
  /** What was left out for the platform's limits. */
  truncated?: string;
  /** Why its template was not used. */
  fault?: string;
}

export interface Notice extends NewNotice {
  seq: number;
  /** Of its delivery; `gone` where that is no longer kept and it was not told. */
  state?: DeliveryState | "gone";
  attempts?: number;
  /**
   * How many attempts before the last ended without anybody knowing whether they told it: the process ended, or no
   * answer came. So the receiver may have it more than once, each time under one key.
   */
  resent?: number;
  code?: string;
  message?: string;
  told?: Told;
}

/** A transaction's part that is about notifications. */
export interface NoticeFlush {
  /** As {@link NoticeStore.takeOver} was told. */
  owner: string;
  put: readonly KeptState[];
  drop: readonly Pick<KeptState, "kind" | "id">[];
  /** Each with the number of the event that it follows from. */
  deliveries: readonly (NewDelivery & { event: number })[];
  notices: readonly NewNotice[];
}

export interface NoticeFilter {
  namespace?: string;
  route?: string;
  receiver?: string;
  kind?: NewNotice["kind"];
  /** Only those before this number: pages. */
  before?: number;
  limit: number;
}

/** How many lines and events there are of one sort. */
export interface NoticeCount {
  kind: NewNotice["kind"];
  reason: string;
  route: string;
  receiver?: string;
  state?: DeliveryState | "gone";
  notices: number;
  events: number;
  heldBack: number;
}

export interface StoredSilence {
  id: string;
  namespace: string;
  /** All must hold. */
  matchers: readonly string[];
  startsAt: number;
  endsAt: number;
  createdAt: number;
  createdBy: string;
  comment?: string;
}

export interface NoticeStore {
  /**
   * Makes the groups one process's: flushes of the one before fail from then on.
   *
   * @returns all that was kept.
   */
  takeOver(owner: string): Promise<readonly KeptState[]>;
  /** Records that a notification was told. */
  told(delivery: string, how: Told): Promise<void>;
  /** Whether that was recorded, by an attempt whose process ended right after. */
  wasTold(delivery: string): Promise<boolean>;
  /** The reference of what a group told last through an Integration, unless its alerts were all over by then. */
  reference(groupKey: string, via: string, before: string): Promise<string | undefined>;
  /** The newest first. */
  notices(filter: NoticeFilter): Promise<readonly Notice[]>;
  counts(filter: { namespace?: string; since?: number }): Promise<readonly NoticeCount[]>;
  putSilence(silence: StoredSilence): Promise<void>;
  /** @param endingAfter those that are over by then are left out. */
  silences(filter: { namespace?: string; endingAfter?: number }): Promise<readonly StoredSilence[]>;
  /** @returns false where there is none, or it is over. */
  expireSilence(namespace: string, id: string, at: number): Promise<boolean>;
}
