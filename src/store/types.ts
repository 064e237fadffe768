/** What Plumbline remembers between runs, and the one place it is kept. */
import type { Condition, Lifecycle } from "../api/index.ts";
import type { AuditStore, EventStore, TokenStore } from "./event-types.ts";
import type { FiringStore } from "./firing-types.ts";
import type { NoticeStore } from "./notice-types.ts";

/** A field that was written and read back different. */
export interface LoopCount {
  /** Digest of the desired value that was written. */
  desired: string;
  /** Digest of the value that was read back. */
  observed: string;
  /** How often it was written and read back different. */
  times: number;
}

/** A thing that Plumbline made or took over. Its identity is (system, kind, key). */
export interface InventoryEntry {
  kind: string;
  /** The key as text, normalised. */
  key: string;
  id: string;
  /** The Integration that declares it, as `namespace/name`. */
  integration: string;
  /** The first 96 bits of SHA-256 of the normalised desired spec, as base64url. */
  applied: string;
  lifecycle?: Lifecycle;
  /** Keyed hashes of write-only fields, by JSON pointer. */
  hashes?: Readonly<Record<string, string>>;
  /** Fields that do not stay as they are written, by JSON pointer. */
  loops?: Readonly<Record<string, LoopCount>>;
  /** Milliseconds since 1970 of the last write. */
  writtenAt?: number;
}

/** A create that was about to be sent; it may or may not have arrived. */
export interface Intent {
  kind: string;
  key: string;
  integration: string;
  /** Milliseconds since 1970. */
  startedAt: number;
}

/** A write that failed in a way that trying again cannot cure. */
export interface PermanentFailure {
  kind: string;
  key: string;
  /** Digest of the desired spec and the credential it failed with. */
  digest: string;
  code: string;
  message: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** What is remembered of one system. */
export interface SystemState {
  inventory: readonly InventoryEntry[];
  intents: readonly Intent[];
  failures: readonly PermanentFailure[];
}

/** The kind of what is remembered of own events that begin and end; no manifest has it. */
export const ALERT_KIND = "Alert";

/** The kind of what is remembered of asking a system for its events; no manifest has it. */
export const INBOUND_KIND = "Inbound";

/** Whether a kind is of the program's own records, which are no objects that somebody declared. */
export function isOwnRecord({ kind }: Pick<ObjectState, "kind">): boolean {
  return kind === ALERT_KIND || kind === INBOUND_KIND;
}

/** What is remembered of one Integration, Rule or NotificationRoute. */
export interface ObjectState {
  /** `Integration`, `Rule` or `NotificationRoute`, or one of {@link isOwnRecord}. */
  kind: string;
  /** `namespace/name`. */
  name: string;
  platform?: string;
  /** The system that an Integration was last accepted for. */
  system?: string;
  /** A counter that moves with {@link digest}. */
  generation: number;
  /** Digest of the spec. */
  digest: string;
  observedGeneration?: number;
  conditions: readonly Condition[];
}

/**
 * Changes to one system's memory that take effect together: first `drop`, `settle` and `heal`, by the
 * keys before the update; then `move`; then `put`, `intend` and `fail`, by the keys after it.
 */
export interface SystemUpdate {
  put?: readonly InventoryEntry[];
  /** Entries to forget. */
  drop?: readonly { kind: string; key: string }[];
  /**
   * Things whose key changed: the entry, its children, their intents and their failures move along.
   * `from` is a key before the update, so two things may swap theirs; a child's own move goes before
   * its parent's. What stood under `to` and did not move is replaced.
   */
  move?: readonly { kind: string; from: string; to: string }[];
  intend?: readonly Intent[];
  /** Intents that came to an end. */
  settle?: readonly { kind: string; key: string }[];
  fail?: readonly PermanentFailure[];
  /** Failures that are over. */
  heal?: readonly { kind: string; key: string }[];
}

/** Who holds the right to apply. */
export interface Holder {
  pid: number;
  host: string;
  command: string;
  /** ISO 8601. */
  since: string;
  /** The page of the CI job that it is part of. Kept where other machines read it. */
  job?: string;
}

/** The right to apply, held until it is released or the process ends. */
export interface HolderLock {
  /**
   * Whether it surely holds for so many more milliseconds: asked before each write that may take as long.
   * Left out where only the end of the process ends it.
   */
  outlasts?(milliseconds: number): boolean;
  release(): Promise<void>;
}

export interface Store {
  /** Where it is, for messages: no secret. */
  readonly url: string;
  /** Left out where no events are kept. */
  readonly firings?: Pick<FiringStore, "list">;
  /** @returns undefined for a system of which nothing was ever recorded. */
  system(system: string): Promise<SystemState | undefined>;
  /** All systems with at least one entry or one Integration. */
  systems(): Promise<readonly string[]>;
  /** Applies an update in one transaction that is on disk when the promise resolves. */
  update(system: string, update: SystemUpdate): Promise<void>;
  objects(): Promise<readonly ObjectState[]>;
  object(kind: string, name: string): Promise<ObjectState | undefined>;
  putObject(object: ObjectState): Promise<void>;
  /** Puts all of them in one transaction. */
  putObjects(objects: readonly ObjectState[]): Promise<void>;
  dropObject(kind: string, name: string): Promise<void>;
  /**
   * Takes the right to apply.
   *
   * @param holder who asks. @param waitMilliseconds how long to wait for it.
   * @throws StoreError `Locked`, naming the holder.
   */
  lock(holder: Holder, waitMilliseconds: number): Promise<HolderLock>;
  close(): Promise<void>;
}

/** A store in a database, which keeps events too. */
export interface LastingStore extends Store {
  readonly events: EventStore;
  readonly audit: AuditStore;
  readonly tokens: TokenStore;
  readonly notices: NoticeStore;
  readonly firings: FiringStore;
}

/** What is wrong with a state; docs/errors.md explains each. */
export const storeErrorCodes = [
  "BadKey",
  "BadUrl",
  "Corrupt",
  "Full",
  "Locked",
  "NewerFormat",
  "Superseded",
  "Unreachable",
  "Unwritable",
] as const;
export type StoreErrorCode = (typeof storeErrorCodes)[number];

/** The state could not be opened, read or written. The message says what to do. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
