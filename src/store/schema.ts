/** The tables of the newest format, as Kysely types. `migrations.ts` makes them. */
import type { Generated } from "kysely";

/** What every table about a system's things is keyed by. */
export interface Identity {
  system: string;
  kind: string;
  key: string;
}

export interface InventoryRow extends Identity {
  id: string;
  integration: string;
  applied: string;
  /** JSON, like the two that follow. */
  lifecycle: string | null;
  hashes: string | null;
  loops: string | null;
  written_at: number | null;
}

export interface IntentRow extends Identity {
  integration: string;
  started_at: number;
}

export interface FailureRow extends Identity {
  digest: string;
  code: string;
  message: string;
  at: number;
}

export interface ObjectRow {
  kind: string;
  name: string;
  platform: string | null;
  system: string | null;
  generation: number;
  digest: string;
  observed_generation: number | null;
  /** JSON. */
  conditions: string;
}

/** Who holds the lock, or held it last; at most one row, whose slot is 1. */
export interface HolderRow {
  slot: number;
  pid: number;
  host: string;
  command: string;
  since: string;
}

/** The right to apply in a database that several machines share. */
export interface LeaseRow {
  name: string;
  /** Who holds it: new with each time that it is taken. */
  token: string;
  pid: number;
  host: string;
  command: string;
  since: string;
  /** Milliseconds since 1970 by the database's clock. */
  expires_at: number;
}

/** Facts about the file itself; this table keeps its form in all formats. */
export interface MetaRow {
  name: string;
  value: string;
}

export interface EventRow {
  seq: Generated<number>;
  namespace: string;
  integration: string | null;
  platform: string | null;
  source: string;
  id: string;
  type: string;
  subject: string | null;
  received_at: number;
  trace: string;
  hops: number;
  attributes: string;
  data: string;
  signed_hash: string | null;
  state: string;
  note: string | null;
  repeats: number;
  /** How much room its texts take. */
  bytes: number;
}

/** The hash of signed bytes that carry neither id nor time, to know them again. */
export interface SignedRow {
  source: string;
  hash: string;
  seq: number;
  at: number;
}

export interface DeliveryRow {
  /** Rises in the order in which deliveries follow from events. */
  position: Generated<number>;
  id: string;
  kind: string;
  namespace: string;
  target: string;
  /** Kind, namespace and target as one: what shares a limit of concurrency, and what claims go through in turn. */
  lane: string;
  ordering_key: string;
  event: number;
  state: string;
  /** For `waiting` when it may be tried, for `running` until when it is the worker's. */
  due: number;
  /** Since when it waits for a retry. */
  held_since: number | null;
  passed_at: number | null;
  attempts: number;
  /** Those of before it was brought back from the dead letters. */
  attempts_before: number;
  worker: string | null;
  concurrency: number | null;
  input: string;
  progress: string | null;
  code: string | null;
  message: string | null;
  trace: string;
  created_at: number;
  finished_at: number | null;
}

export interface AttemptRow {
  delivery: string;
  number: number;
  at: number;
  took: number;
  outcome: string;
  step: string | null;
  code: string | null;
  message: string | null;
}

export interface DeduplicationRow {
  rule: string;
  key: string;
  until: number;
  /** The event that it is remembered of, which may follow anew. */
  event: number;
}

export interface RefusalRow {
  seq: Generated<number>;
  at: number;
  integration: string | null;
  status: number;
  reason: string;
  message: string;
  remote_address: string | null;
  trace: string;
}

export interface AuditRow {
  seq: number;
  at: number;
  actor: string;
  action: string;
  resource_type: string;
  resource_id: string;
  outcome: string;
  commit_id: string | null;
  trace: string | null;
  /** JSON. */
  details: string | null;
  hash: string;
}

export interface TokenRow {
  id: string;
  name: string;
  role: string;
  /** JSON. */
  namespaces: string | null;
  hash: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

/** Whose groups they are now: a process that another one followed may no longer write. */
export interface NoticeOwnerRow {
  slot: number;
  owner: string;
}

/** A group, an alert that may inhibit, or the end of a throttle. */
export interface NoticeStateRow {
  kind: string;
  /** SHA-256 of the record's id, which may be too long for an index. */
  id: string;
  /** JSON of id and value. */
  value: string;
}

/** The events that a group holds, so that retention leaves them. */
export interface NoticeEventRow {
  group_id: string;
  event: number;
}

/** One line of the log of notifications. */
export interface NoticeRow {
  seq: Generated<number>;
  at: number;
  kind: string;
  reason: string;
  namespace: string;
  route: string;
  /** JSON, like the two that follow. */
  path: string;
  /** SHA-256 of the key, which may be too long for an index. */
  group_id: string;
  group_key: string;
  group_labels: string;
  events: string;
  event_count: number;
  held_back: number;
  caused_by: string | null;
  until: number | null;
  status: string | null;
  receiver: string | null;
  delivery: string | null;
  told_at: number | null;
  via: string | null;
  title: string | null;
  reference: string | null;
  truncated: string | null;
  fault: string | null;
}

/** When a Rule or NotificationRoute was last followed, and what went wrong last. */
export interface FiringRow {
  kind: string;
  name: string;
  fired_at: number | null;
  event: number | null;
  event_id: string | null;
  event_source: string | null;
  event_type: string | null;
  trace: string | null;
  failed_at: number | null;
  failed_event: number | null;
  code: string | null;
  message: string | null;
}

export interface SilenceRow {
  id: string;
  namespace: string;
  /** JSON. */
  matchers: string;
  starts_at: number;
  ends_at: number;
  created_at: number;
  created_by: string;
  comment: string | null;
}

export interface Tables {
  /** Systems of which anything was ever recorded. */
  systems: { system: string };
  inventory: InventoryRow;
  intents: IntentRow;
  failures: FailureRow;
  objects: ObjectRow;
  holder: HolderRow;
  leases: LeaseRow;
  meta: MetaRow;
  events: EventRow;
  signed: SignedRow;
  deliveries: DeliveryRow;
  attempts: AttemptRow;
  deduplications: DeduplicationRow;
  refusals: RefusalRow;
  audit: AuditRow;
  tokens: TokenRow;
  notice_owner: NoticeOwnerRow;
  notice_state: NoticeStateRow;
  notice_events: NoticeEventRow;
  notices: NoticeRow;
  silences: SilenceRow;
  firings: FiringRow;
}

/** The tables whose rows belong to one thing, by what a row holds. */
export interface ThingTables {
  inventory: InventoryRow;
  intents: IntentRow;
  failures: FailureRow;
}

/** The columns of those tables, in the order in which statements bind them. */
export const THING_COLUMNS: { readonly [T in keyof ThingTables]: readonly (keyof ThingTables[T] & string)[] } = {
  inventory: ["system", "kind", "key", "id", "integration", "applied", "lifecycle", "hashes", "loops", "written_at"],
  intents: ["system", "kind", "key", "integration", "started_at"],
  failures: ["system", "kind", "key", "digest", "code", "message", "at"],
};
