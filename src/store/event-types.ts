/**
 * What is remembered of events: the inbox, the deliveries that follow from them, and what was refused.
 *
 * The store neither reads payloads nor decides anything: texts go in as they came and come out the same,
 * also with NUL characters and lone surrogates, which are valid JSON. Times are milliseconds since 1970.
 */

import type { NoticeFlush } from "./notice-types.ts";

/** An authenticated event, before it is in the inbox. */
export interface NewEvent {
  namespace: string;
  /** The Integration that it came through, as `namespace/name`; left out for posted and own events. */
  integration?: string;
  platform?: string;
  source: string;
  /** Unique within {@link source}. */
  id: string;
  type: string;
  subject?: string;
  receivedAt: number;
  /** The trace that everything which follows is logged under: 32 lower-case hex digits (W3C Trace Context). */
  trace: string;
  /** How many rules' effects lie between this event and one from outside. */
  hops: number;
  /** The envelope without `data`, as JSON text. */
  attributes: string;
  /** `data` as the text that came. */
  data: string;
  /**
   * SHA-256 of the signed bytes, as hex, where a platform signs neither id nor time. The same bytes under
   * another id within 24 hours are a replay.
   */
  signedHash?: string;
}

/** What became of an event that was handed in. */
export interface Accepted {
  outcome: "stored" | "duplicate" | "replay";
  /** Of the event that is in the inbox: for a duplicate or a replay, the first one's. */
  seq: number;
  /** What was handed in with it is written too; left out: it is pending. */
  followed?: {
    /** The deliveries of it that the worker has now. */
    given: readonly string[];
  };
}

/** `pending`: nothing followed yet; `dispatched`: what follows is written; `failed`: nothing could follow. */
export type EventState = "pending" | "dispatched" | "failed";

export interface StoredEvent extends NewEvent {
  /** Rises in the order of arrival. */
  seq: number;
  state: EventState;
  /** Why nothing follows, or what was looked at and did not match, for people. */
  note?: string;
  /** Repeats that were answered 2xx and did nothing. */
  repeats: number;
}

/** Something to be done because of an event, at least once. */
export interface NewDelivery {
  /** The same for the same event and target, however often the event is dispatched: the idempotency key. */
  id: string;
  /** `rule`: a run of a Rule; `notification`: a notice to one receiver. */
  kind: "rule" | "notification";
  namespace: string;
  /** The Rule's or the route's name. */
  target: string;
  /** Deliveries of one kind, namespace, target and key are carried out in the order of their events. */
  orderingKey: string;
  /** Not before this. */
  notBefore: number;
  /** What the performer needs beside the event, as JSON text. */
  input: string;
  trace: string;
  /** At most so many deliveries of this target run at once; left out: no limit of its own. */
  concurrency?: number;
}

/** `waiting`: for its turn, its time or a worker; `dead`: given up, for a person to look at. */
export type DeliveryState = "waiting" | "running" | "done" | "dead" | "skipped";

/** One attempt, as history has it. */
export interface Attempt {
  at: number;
  /** How long it took, in milliseconds. */
  took: number;
  /** `lost`: the process ended before it; `unknown`: tried again, and it may have been done, since no answer came. */
  outcome: "done" | "retry" | "unknown" | "dead" | "skipped" | "lost";
  /** What of the delivery it was about: an action's id. */
  step?: string;
  code?: string;
  message?: string;
}

export interface Delivery extends NewDelivery {
  /** The event that it follows from. */
  event: number;
  state: DeliveryState;
  attempts: number;
  /** How many of them were before it was brought back; left out: none. */
  attemptsBefore?: number;
  /** What was done so far, as JSON text: a run goes on after the last action that is done. */
  progress?: string;
  code?: string;
  message?: string;
  createdAt: number;
  finishedAt?: number;
  /** When a later delivery of its key went past it. */
  passedAt?: number;
}

/** A Rule's memory that an event with some key was there. */
export interface Deduplication {
  /** `namespace/rule`. */
  rule: string;
  key: string;
  until: number;
}

/** What follows from one event. */
export interface Following {
  state: Exclude<EventState, "pending">;
  note?: string;
  deliveries: readonly NewDelivery[];
  /** A delivery whose key is still remembered is left out, and the note says so. */
  deduplicate?: readonly (Deduplication & { delivery: string })[];
}

/** What follows from one event in the inbox; written as one. */
export interface Dispatch extends Following {
  seq: number;
  /** `data` as it is after the platform was asked for more; left out: as it came. */
  data?: string;
}

/** Who takes deliveries, and for how long. */
export interface Hold {
  now: number;
  /** Who works on them: unique for a process. */
  worker: string;
  /** Until when they are this worker's; after that anybody may claim them, and the attempt counts as lost. */
  until: number;
}

/** What was decided of events before they are in the inbox. */
export interface Ahead {
  /** For each event what follows from it; undefined for one that is dispatched when its turn comes. */
  following: readonly (Following | undefined)[];
  /** Who takes the deliveries at once that nothing holds back; left out: they wait to be claimed. */
  hold?: Hold;
}

/** One of the two that webhooks and attempts write at every moment: an event that comes in, or how an attempt ended. */
export type Change = { intake: Intake } | { end: AttemptEnd };

/** An event that is handed in, with what was decided of it: {@link Ahead}. */
export interface Intake {
  event: NewEvent;
  following: Following | undefined;
  hold: Hold | undefined;
}

export interface Claim extends Hold {
  /** At most so many. */
  limit: number;
  /** A delivery that waits for a retry for longer than this no longer holds back later ones of its key. */
  passAfter: number;
}

export interface Claimed {
  deliveries: readonly Delivery[];
  /**
   * Whether others are due that may not be taken yet: earlier ones of their keys are open, or their target is busy. Also
   * where the limit was reached, since others may be left.
   */
  blocked: boolean;
}

/** How an attempt ended. */
export interface AttemptEnd {
  id: string;
  worker: string;
  attempt: Attempt;
  state: Exclude<DeliveryState, "running">;
  /** When to try again, for `waiting`. */
  notBefore?: number;
  progress?: string;
}

/** A webhook or a posted event that was not taken. */
export interface Refusal {
  at: number;
  /** `namespace/name` where it was known. */
  integration?: string;
  status: number;
  /** One CamelCase word such as `StaleTimestamp`. */
  reason: string;
  /** For the operator, never for the sender: how far the clock is off, which encoding it was. No secret. */
  message: string;
  remoteAddress?: string;
  trace: string;
}

/** A refusal on record; the newest thousand are kept. */
export interface StoredRefusal extends Refusal {
  /** Rises in the order of arrival. */
  seq: number;
}

export interface RefusalFilter {
  integration?: string;
  /** Only those before this one: pages. */
  before?: number;
  limit: number;
}

export interface Counts {
  /** Events of which nothing followed yet. */
  pending: number;
  waiting: number;
  running: number;
  dead: number;
  /** When the oldest open delivery or event came; left out where there is none. */
  oldest?: number;
}

/** Which events to list, the newest first. */
export interface EventFilter {
  namespace?: string;
  integration?: string;
  type?: string;
  state?: EventState;
  trace?: string;
  /** Only those before this one: pages. */
  before?: number;
  limit: number;
}

export interface DeliveryFilter {
  namespace?: string;
  state?: DeliveryState;
  target?: string;
  event?: number;
  /** Only those after this id in the order of events: pages. */
  after?: string;
  limit: number;
}

/** How long and how much is kept. What is open is never pruned. */
export interface Retention {
  /** Finished events and deliveries from before this go. */
  before: number;
  /** Dead letters from before this go. */
  deadBefore: number;
  /** The oldest finished ones go until the payloads are at most so many bytes. */
  maxBytes: number;
}

/** The right to dispatch events. */
export interface DispatchRight {
  /** False once it was lost, with the connection to the database. */
  held(): boolean;
  release(): Promise<void>;
}

/** The inbox and the outbox: one database, so that one transaction holds what belongs together. */
export interface EventStore {
  /**
   * Takes events in, all of one call in one transaction that is on disk when the promise resolves. Calls
   * that come while one is under way share the next transaction.
   *
   * @param ahead what follows, to be written with the events. It is left out where an event is pending that came before,
   *   so that the order holds: the answer says so, and the event is pending too.
   * @returns one answer for each, in order.
   * @throws StoreError `Full` and others; nothing of the call is then stored.
   */
  accept(events: readonly NewEvent[], ahead?: Ahead): Promise<readonly Accepted[]>;
  /**
   * {@link accept} and {@link end} as one: all of one call in one transaction, which calls that come meanwhile share.
   *
   * @returns one answer for each, in order; undefined for an end. @throws as {@link accept}.
   */
  change(changes: readonly Change[]): Promise<readonly (Accepted | undefined)[]>;
  /** Events of which nothing followed yet, in the order of arrival. */
  pending(limit: number): Promise<readonly StoredEvent[]>;
  /**
   * Writes what follows from events, and that they are dispatched, in one transaction. An event that was dispatched by
   * then is left out.
   *
   * @param flush what follows for notifications, in the same transaction. @throws StoreError `Superseded`
   */
  dispatch(dispatches: readonly Dispatch[], flush?: NoticeFlush): Promise<void>;
  /**
   * Takes deliveries that are due, none of a key that an earlier open one holds back, and marks them running.
   * Those whose worker's time is over come again.
   */
  claim(claim: Claim): Promise<Claimed>;
  /** Prolongs what a worker holds, and keeps a run's progress. @returns the ids that are still its own. */
  renew(
    worker: string,
    until: number,
    progress: ReadonlyMap<string, string>,
    ids: readonly string[],
  ): Promise<readonly string[]>;
  /** Records how attempts ended; one whose delivery another worker has by now is left out. */
  end(ends: readonly AttemptEnd[]): Promise<void>;
  /** When the next delivery is due that is not yet; undefined when there is none. */
  nextDue(after: number): Promise<number | undefined>;
  /** Brings dead and skipped deliveries back. @returns how many. */
  replay(ids: readonly string[], now: number): Promise<number>;
  /** Lets an event follow anew: all its rules are asked again, and what was done is done again. */
  replayEvent(seq: number): Promise<boolean>;
  event(seq: number): Promise<StoredEvent | undefined>;
  /** Many at once, in the order of arrival; those that are gone are left out. */
  eventsBySeq(seqs: readonly number[]): Promise<readonly StoredEvent[]>;
  /** By its source and id. */
  eventById(source: string, id: string): Promise<StoredEvent | undefined>;
  events(filter: EventFilter): Promise<readonly StoredEvent[]>;
  delivery(id: string): Promise<Delivery | undefined>;
  deliveries(filter: DeliveryFilter): Promise<readonly Delivery[]>;
  attempts(delivery: string): Promise<readonly Attempt[]>;
  refuse(refusals: readonly Refusal[]): Promise<void>;
  /** The newest first. */
  refusals(filter: RefusalFilter): Promise<readonly StoredRefusal[]>;
  counts(): Promise<Counts>;
  /** @returns how many events and deliveries went. */
  prune(retention: Retention): Promise<number>;
  /** Calls back when another process may have added events or deliveries. It only wakes: polling is the truth. */
  onWake(wake: () => void): () => void;
  /** The right to dispatch events, so that their order holds: one process at a time. @returns undefined while another has it. */
  dispatcher(): Promise<DispatchRight | undefined>;
}

/** Who did what. */
export interface AuditRecord {
  at: number;
  /** `cli:ada@host`, `token:NAME`, `rule:namespace/name`, `controller`. */
  actor: string;
  /** `apply`, `execute`, `token.create`, … */
  action: string;
  /** `integration`, `rule`, `token`, … and its id: `namespace/name`. */
  resourceType: string;
  resourceId: string;
  outcome: "done" | "failed";
  /** The commit that the manifests were at, where that is known. */
  commit?: string;
  trace?: string;
  /** What was done, as a small JSON object. No secret and no message body. */
  details?: Readonly<Record<string, unknown>>;
}

export interface AuditEntry extends AuditRecord {
  seq: number;
  /** SHA-256 of the previous entry's hash and this entry's RFC 8785 JSON, as hex. */
  hash: string;
}

export interface AuditFilter {
  resourceType?: string;
  resourceId?: string;
  actor?: string;
  after?: number;
  limit: number;
}

/** Append-only, each entry sealed by the hash of the one before it. */
export interface AuditStore {
  append(records: readonly AuditRecord[]): Promise<void>;
  /** The newest first. */
  audit(filter: AuditFilter): Promise<readonly AuditEntry[]>;
  /** All, in order, for verifying. */
  auditTrail(): AsyncIterable<AuditEntry>;
}

export type Role = "viewer" | "operator" | "admin";

/** A bearer token, without its value. */
export interface TokenRecord {
  /** Public part: what the token's text begins with after the prefix. */
  id: string;
  name: string;
  role: Role;
  /** Left out: all. */
  namespaces?: readonly string[];
  /** SHA-256 of the token's text, as hex: it is 256 random bits, so that no slow hash is needed. */
  hash: string;
  createdAt: number;
  expiresAt?: number;
  revokedAt?: number;
}

export interface TokenStore {
  putToken(token: TokenRecord): Promise<void>;
  token(id: string): Promise<TokenRecord | undefined>;
  tokens(): Promise<readonly TokenRecord[]>;
  /** @returns false when there is none, or it was revoked. */
  revokeToken(id: string, at: number): Promise<boolean>;
}
