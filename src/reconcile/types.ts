/** What the parts of a pass hand to one another. */
import type { Action, Change, Failure, FieldChange, Integration, Lifecycle } from "../api/index.ts";
import type { FieldDifference } from "../connector-kit/compare.ts";
import type { CompiledConnector, Kind } from "../connector-kit/compile.ts";
import type { ListDelta, Observed, ObservedParent, Spec } from "../connector-kit/contract.ts";
import type { Unresolved } from "../connector-kit/references.ts";
import type { DesiredEntry } from "../manifests/types.ts";
import type { Intent, InventoryEntry, PermanentFailure } from "../store/types.ts";
import type { Reason } from "./reasons.ts";

/** An entry of a manifest, made ready for comparison. */
export interface Desired {
  kind: Kind;
  /** The whole key as text, normalised. */
  key: string;
  /** The parent's key as text; empty for a top-level kind. */
  parentKey: string;
  entry: DesiredEntry;
  /** The stated fields, normalised; references are keys and names, secrets are references. */
  spec: Spec;
  /** {@link spec} with ids in place of keys and names; set once the system was read. */
  resolved: Spec;
  unresolved: readonly Unresolved[];
  /** The things of this system that the entry refers to. */
  targets: readonly { kind: string; key: string }[];
  /** The first 96 bits of SHA-256 of {@link spec}, as base64url. */
  digest: string;
  /** Keyed hashes of the stated write-only fields, by JSON pointer. */
  hashes: Readonly<Record<string, string>>;
  /** The values of the stated write-only fields, by JSON pointer. Never shown. */
  secrets: ReadonlyMap<string, string>;
  /** Why a stated secret has no value. */
  secretProblem?: string;
}

/** A thing that the platform showed, and what it is to us. */
export interface Thing {
  kind: string;
  /** The key that it goes by in this pass: the desired one, else the recorded one, else its own. */
  key: string;
  /** The key that its live spec has. */
  ownKey: string;
  observed: Observed;
  /** What `list` of the children is given. */
  asParent: ObservedParent;
  desired?: Desired;
  inventory?: InventoryEntry;
}

/** What was read of one kind. */
export interface KindReading {
  declared: ReadonlyMap<Desired, Thing>;
  /** Things that nobody here declares. */
  rest: readonly Thing[];
  /** Declared keys that two live things hold. */
  ambiguous: ReadonlySet<Desired>;
  /** The whole kind could not be read. */
  failed?: Failure;
  /** The parents whose children were asked for, by key; empty for a top-level kind. */
  readParents: ReadonlySet<string>;
  /** The children of these parents could not be read, by the parent's key. */
  failedParents: ReadonlyMap<string, Failure>;
}

export interface Observation {
  kinds: ReadonlyMap<string, KindReading>;
  /** Entries whose key changes with this pass, oldest key first. */
  moves: readonly { kind: string; from: string; to: string }[];
  /** What to call an id, by target (`channels`, `users`) and id. */
  nameOf(target: string, id: string): string | undefined;
}

/** What is remembered of the system, as planning sees it: moves are already made. */
export interface Memory {
  /** False when nothing was ever recorded of this Integration's system. */
  present: boolean;
  /** By `kind\nkey`. */
  inventory: ReadonlyMap<string, InventoryEntry>;
  intents: ReadonlyMap<string, Intent>;
  failures: ReadonlyMap<string, PermanentFailure>;
}

/** The key of {@link Memory}'s maps. */
export function memoryKey(kind: string, key: string): string {
  return `${kind}\n${key}`;
}

export interface PlanInput {
  integration: Integration;
  /** `namespace/name`. */
  owner: string;
  compiled: CompiledConnector;
  desired: readonly Desired[];
  observation: Observation;
  memory: Memory;
  /** Whether another Integration of the same system declares a key. */
  declaredElsewhere(kind: string, key: string): boolean;
  /** Milliseconds since 1970. */
  now: number;
  /** How long a read may lag behind a write, in milliseconds. */
  settle: number;
}

/** Removals that an update takes out of a membership list. */
export interface MemberRemovals {
  path: string;
  removed: readonly unknown[];
  /** How many the list held. */
  of: number;
  owners: boolean;
  /** The lookup that turns names into these elements, where they are ids. */
  target?: string;
}

/** One change, with what is needed to carry it out. */
export interface PlannedChange {
  action: Action;
  intended?: Exclude<Action, "blocked">;
  kind: string;
  key: string;
  reason: Reason;
  message?: string;
  cause: Change["cause"];
  fields: FieldChange[];
  desired?: Desired;
  thing?: Thing;
  lifecycle?: Lifecycle;
  /** The differences that `update` writes. */
  differences: readonly FieldDifference[];
  /** Write-only fields that differ, as JSON pointers. */
  secretsChanged: readonly string[];
  unarchive: boolean;
  archive: boolean;
  members: readonly MemberRemovals[];
  /** What the platform removes along, declared or not. */
  cascade: readonly Thing[];
}

export interface IntegrationDecision {
  changes: PlannedChange[];
  /** Entries that are as declared. */
  unchanged: Desired[];
  /** Inventory entries to write although nothing is written outside: digests, ids, adopted things. */
  refresh: InventoryEntry[];
  /** Inventory entries of things that are gone or were let go. */
  forget: { kind: string; key: string }[];
  /** Kinds that could not be read. */
  failures: (Failure & { kind: string })[];
}

/** How one change went. */
export interface Outcome {
  change: PlannedChange;
  status: "done" | "failed" | "skipped" | "interrupted";
  code?: string;
  message?: string;
}

export type { ListDelta };
