/** What the parts of event handling hand to one another. */
import type { EventEnvelope } from "../api/event.ts";
import type { Delivery, NewDelivery, StoredEvent } from "../store/event-types.ts";
import type { NoticeFlush } from "../store/notice-types.ts";
import type { EndCode } from "./reasons.ts";

/** An event with its data read. */
export interface OpenEvent {
  /** Its `seq` is {@link NOT_STORED} until it is in the inbox. */
  stored: StoredEvent;
  envelope: EventEnvelope;
  /** The property of `data` that the event is about, as the connector names it. */
  main?: string;
  /** The platform's own name of the event: `issues` of `github.issues`. */
  name?: string;
  /** Whether the integration's own account caused it. */
  self: boolean;
}

/** The `seq` of an event that is not in the inbox yet. */
export const NOT_STORED = 0;

/** What follows from an event, and why nothing else does. */
export interface Followers {
  deliveries: readonly NewDelivery[];
  deduplicate?: readonly { delivery: string; rule: string; key: string; until: number }[];
  /** One line for each Rule or route that was looked at and did not match, or could not be asked. */
  notes: readonly string[];
  /** What went otherwise than the author of a rule meant it; `rule` is `namespace/name`. */
  misses?: readonly { miss: Miss; rule: string }[];
}

/** What did not go as the author of a rule meant it, for metrics. */
export type Miss = "expressionFailed" | "dedupeFailed" | "loop";

/** Decides what follows from an event: the rules. Must not wait for anything outside. */
export interface Follower {
  /**
   * Is asked before an event is in the inbox, and may be asked again: it tells nobody, and what it says must depend on
   * nothing that the store gives, such as `seq`.
   */
  follow(event: OpenEvent): Followers;
  /** Told once an event that it was asked about before it was stored is stored, with the deliveries that it named. */
  followed?(event: OpenEvent, deliveries: readonly NewDelivery[]): void;
}

/**
 * Follows events and times, and remembers: the notifications. Only whoever dispatches runs it, and what it remembers is
 * written with the events that it took.
 */
export interface Notifier {
  /** To be called before each round. @throws StoreError */
  begin(): Promise<void>;
  /** Whether it would do anything about an event. Has no effect. */
  concerns(event: OpenEvent): boolean;
  take(event: OpenEvent): void;
  /** What follows from the events that it took, and from the time; to be written in the round's transaction. */
  flush(): NoticeFlush | undefined;
  /** What it gave was not written, or another process may have written since: it begins anew from the store. */
  forget(): void;
  /** When something is due, in milliseconds since 1970. */
  nextDue(): number | undefined;
}

/** How one attempt at a delivery ended. */
export type Performed =
  /** `progress` is kept with the end, so that the last step needs no write of its own. */
  | { outcome: "done"; progress?: string }
  | { outcome: "skipped"; code: EndCode; message: string }
  /**
   * It may be tried again; not before `retryAfter` milliseconds from now, where that is said. `unknown`: it may have
   * been done, since no answer came.
   */
  | {
      outcome: "retry";
      code: EndCode;
      message: string;
      step?: string;
      retryAfter?: number;
      maxAttempts?: number;
      unknown?: boolean;
    }
  | { outcome: "dead"; code: EndCode; message: string; step?: string };

/** What a performer is given beside the delivery. */
export interface Performance {
  event: OpenEvent;
  /** From 1. */
  attempt: number;
  signal: AbortSignal;
  /** Keeps what was done so far: a later attempt finds it in `delivery.progress`. On disk when it resolves. */
  checkpoint(progress: string): Promise<void>;
}

/** Carries out deliveries of one kind. Throws only for programming errors; those are retried too. */
export interface Performer {
  perform(delivery: Delivery, performance: Performance): Promise<Performed>;
}
