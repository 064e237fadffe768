/** What to do about one declared entry. Pure: each function answers with a verdict. */
import { parsePointer } from "../api/index.ts";
import type { FieldDifference } from "../connector-kit/compare.ts";
import type { Kind } from "../connector-kit/compile.ts";
import type { InventoryEntry } from "../store/types.ts";
import {
  causeOf,
  changedFields,
  changeOf,
  createdFields,
  inventoryEntry,
  isUpToDate,
  memberRemovals,
} from "./changes.ts";
import { goingAlong } from "./going-along.ts";
import { kindTools } from "./kind-tools.ts";
import type { BlockReason } from "./reasons.ts";
import { type Desired, type KindReading, memoryKey, type PlanInput, type PlannedChange, type Thing } from "./types.ts";

/** What an entry's children can count on. */
export type ParentState = "live" | "toCreate" | "replaced" | "archived" | "blocked" | "unreadable";

export interface Verdict {
  changes: readonly PlannedChange[];
  /** What the entry's children can count on. */
  becomes: ParentState;
  /** It is as declared. */
  unchanged?: boolean;
  /** The inventory's record, where that alone has to be written. */
  refresh?: InventoryEntry;
}

/** An entry with all that is known of it. */
interface Case {
  input: PlanInput;
  kind: Kind;
  desired: Desired;
  thing: Thing | undefined;
  owned: InventoryEntry | undefined;
  parent: ParentState;
}

/** Decides about one entry. @param parent what becomes of its parent; `live` for a top-level kind. */
export function decideDeclared(
  input: PlanInput,
  kind: Kind,
  reading: KindReading,
  desired: Desired,
  parent: ParentState,
): Verdict {
  // The children of a thing that is made anew go with the old one.
  const thing = parent === "replaced" ? undefined : reading.declared.get(desired);
  const owned = thing?.inventory ?? input.memory.inventory.get(memoryKey(kind.kind, desired.key));
  const one: Case = { input, kind, desired, thing, owned, parent };
  if (reading.ambiguous.has(desired)) {
    return block(one, "Ambiguous", `Two things in the system go by "${desired.key}"; remove or rename one of them.`);
  }
  if (parent === "blocked") return block(one, "ParentBlocked", "Its parent is blocked.");
  return impossible(one) ?? (thing ? decideExisting(one, thing) : decideMissing(one));
}

/** An entry that cannot be written, whatever the system shows. */
function impossible(one: Case): Verdict | undefined {
  const { desired } = one;
  const dangling = desired.unresolved[0];
  if (dangling) {
    const what = `${dangling.path} names "${dangling.value}", which is no ${dangling.target} of this system`;
    return block(one, "UnresolvedReference", `${what}. Nothing of this entry is written.`);
  }
  if (desired.secretProblem !== undefined) return block(one, "SecretUnavailable", desired.secretProblem);
  return undefined;
}

function decideMissing(one: Case): Verdict {
  const { input, kind, desired, owned, parent } = one;
  if (isSettling(one)) return { changes: [], becomes: "live", unchanged: true };
  if (parent === "archived") return block(one, "ParentArchived", "Its parent is archived.");
  if (!kind.resource.create) return block(one, "Unsupported", `${titleOf(input)} cannot create ${kind.kind}.`);
  const create = changeOf(desired, undefined, {
    action: "create",
    cause: causeOf(input, owned, desired),
    fields: createdFields(desired),
    reason: owned ? "Gone" : "",
    archive: desired.spec.archived === true && kind.resource.archived !== undefined,
  });
  return { changes: [create], becomes: "toCreate" };
}

function decideExisting(one: Case, thing: Thing): Verdict {
  const { input, kind, desired } = one;
  if (!isOurs(one) && input.integration.spec.policy?.adopt === false) {
    return block(one, "AdoptDisabled", "It exists and policy.adopt is off.", { intended: "adopt" });
  }
  if (isSettling(one)) return { changes: [], becomes: "live", unchanged: true };
  const tools = kindTools(kind);
  const observed = tools.normalize(thing.observed.spec);
  const { differences, unreadable } = tools.compare(desired.resolved, observed, desired.entry.lifecycle.ignoreFields);
  const found = { differences, secretsChanged: changedSecrets(one), ...archivingOf(kind, desired, thing) };
  const verdict = held(one, thing, found) ?? write(one, thing, found, unreadable.length > 0);
  return unreadable.length > 0
    ? { ...verdict, changes: [unreadableChange(one, unreadable), ...verdict.changes] }
    : verdict;
}

interface Found {
  differences: readonly FieldDifference[];
  secretsChanged: readonly string[];
  archive: boolean;
  unarchive: boolean;
  /** It is archived and stays so. */
  staysArchived: boolean;
}

/** Differences that must not, or cannot, be written. */
function held(one: Case, thing: Thing, found: Found): Verdict | undefined {
  const { input, kind, desired, owned, parent } = one;
  const { differences, secretsChanged, staysArchived } = found;
  const fields = changedFields(input, desired, differences, secretsChanged, owned);
  if (thing.ownKey !== desired.key && !kind.resource.rename) {
    const message = `It is called "${thing.ownKey}" now, and ${titleOf(input)} cannot rename it back by its API.`;
    return block(one, "RenamedOutside", message, { fields });
  }
  if (staysArchived && fields.length > 0) {
    const message = "It is archived and takes no changes; state `archived: false` to bring it back.";
    return { ...block(one, "Archived", message, { fields }), becomes: "archived" };
  }
  const writes = fields.length > 0 || found.archive || found.unarchive;
  if (parent === "archived" && writes) return block(one, "ParentArchived", "Its parent is archived.", { fields });
  const immutable = differences.filter(({ schema }) => schema["x-plumbline-immutable"] === true);
  if (immutable.length > 0) return decideImmutable(one, thing, immutable, fields);
  if (fields.length > 0 && !kind.resource.update) {
    return block(one, "Unsupported", `${titleOf(input)} cannot change ${kind.kind}.`, { fields });
  }
  return undefined;
}

/** A field that cannot be changed in place: made anew where the entry allows it. */
function decideImmutable(
  one: Case,
  thing: Thing,
  immutable: readonly FieldDifference[],
  fields: PlannedChange["fields"],
): Verdict {
  const { input, kind, desired, owned } = one;
  if (desired.entry.lifecycle.allowReplace !== true) {
    const names = immutable.map(({ path }) => path).join(", ");
    const message = `${names} cannot be changed in place; lifecycle.allowReplace would make it anew.`;
    return block(one, "Immutable", message, { intended: "replace", fields });
  }
  if (!kind.resource.remove || !kind.resource.create) {
    return block(one, "Unsupported", `${titleOf(input)} cannot make ${kind.kind} anew.`, {
      intended: "replace",
      fields,
    });
  }
  const replace = changeOf(desired, thing, {
    action: "replace",
    cause: causeOf(input, owned, desired),
    fields,
    reason: "Immutable",
    cascade: goingAlong({ compiled: input.compiled, kinds: input.observation.kinds }, thing),
  });
  return { changes: [replace], becomes: "replaced" };
}

/** Differences that are written, or none. */
function write(one: Case, thing: Thing, found: Found, partlyUnread: boolean): Verdict {
  const { input, desired, owned } = one;
  const { differences, secretsChanged, archive, unarchive, staysArchived } = found;
  const becomes = staysArchived ? "archived" : "live";
  const fields = [
    ...(archive || unarchive ? [{ path: "/archived", before: unarchive, after: archive }] : []),
    ...changedFields(input, desired, differences, secretsChanged, owned),
  ];
  if (fields.length === 0 && isOurs(one)) {
    const id = thing.observed.id;
    const stale = !owned || !isUpToDate(owned, input.owner, desired, id);
    const refresh = stale ? { refresh: inventoryEntry(input.owner, desired, id, owned) } : {};
    return { changes: [], becomes, unchanged: !partlyUnread, ...refresh };
  }
  // A secret cannot be read back, so it never drifts.
  const mayDrift = fields.length > secretsChanged.length;
  const change = changeOf(desired, thing, {
    action: isOurs(one) ? "update" : "adopt",
    cause: mayDrift || !owned ? causeOf(input, owned, desired) : "change",
    fields,
    reason: unarchive ? "Unarchive" : "",
    differences,
    secretsChanged,
    unarchive,
    archive,
    members: memberRemovals(differences),
  });
  return { changes: [change], becomes };
}

/** A change that is not made. The children of a thing that exists and is ours go on. */
function block(one: Case, reason: BlockReason, message: string, extra: Partial<PlannedChange> = {}): Verdict {
  const { input, desired, thing, owned } = one;
  const change = changeOf(desired, thing, {
    action: "blocked",
    intended: thing ? "update" : "create",
    reason,
    message,
    cause: causeOf(input, owned, desired),
    ...extra,
  });
  const stands = thing && reason !== "AdoptDisabled" && reason !== "Ambiguous";
  return { changes: [change], becomes: stands ? "live" : "blocked" };
}

function unreadableChange({ input, desired, thing, owned }: Case, paths: readonly string[]): PlannedChange {
  return changeOf(desired, thing, {
    action: "blocked",
    intended: "update",
    reason: "FieldUnreadable",
    message: `${paths.join(", ")} cannot be read, so it is not written: the thing is archived, or the credential may not see it.`,
    cause: causeOf(input, owned, desired),
    fields: paths.map((path) => ({ path, after: valueAt(desired.spec, path) })),
  });
}

/** Recorded as ours, or made by a create whose answer never came. */
function isOurs({ input, kind, desired, owned }: Case): boolean {
  return owned !== undefined || input.memory.intents.has(memoryKey(kind.kind, desired.key));
}

/** Until `settle` has passed, a written thing is taken as written. */
function isSettling({ input, desired, owned }: Case): boolean {
  return (
    owned?.writtenAt !== undefined && owned.applied === desired.digest && input.now < owned.writtenAt + input.settle
  );
}

function archivingOf(
  { resource }: Kind,
  { spec }: Desired,
  thing: Thing,
): Omit<Found, "differences" | "secretsChanged"> {
  if (!resource.archived) return { archive: false, unarchive: false, staysArchived: false };
  const archived = thing.observed.spec.archived === true;
  const unstated = resource.archived.unstated === "live" ? false : archived;
  const wanted = typeof spec.archived === "boolean" ? spec.archived : unstated;
  return { archive: wanted && !archived, unarchive: archived && !wanted, staysArchived: archived && wanted };
}

/** Write-only fields whose keyed hash moved, or was never recorded. Without an inventory they are left alone. */
function changedSecrets({ input, desired, owned }: Case): string[] {
  if (!input.memory.present) return [];
  return Object.keys(desired.hashes).filter((path) => owned?.hashes?.[path] !== desired.hashes[path]);
}

function titleOf({ compiled }: PlanInput): string {
  return compiled.connector.title;
}

function valueAt(spec: Record<string, unknown>, path: string): unknown {
  return parsePointer(path).reduce<unknown>(
    (value, name) => (value as Record<string, unknown> | undefined)?.[name],
    spec,
  );
}
