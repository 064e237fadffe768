/** How changes and inventory entries are put together. Pure. */
import { type Lifecycle, SENSITIVE } from "../api/index.ts";
import { type FieldDifference, stableText } from "../connector-kit/compare.ts";
import type { InventoryEntry } from "../store/types.ts";
import { fieldChange, secretFieldChange, sourceElsewhere } from "./field-changes.ts";
import type { Desired, PlanInput, PlannedChange, Thing } from "./types.ts";

/** A change of a declared entry, of a live thing, or of both. What is left out is empty. */
export function changeOf(
  desired: Desired | undefined,
  thing: Thing | undefined,
  rest: Partial<PlannedChange> & Pick<PlannedChange, "action">,
): PlannedChange {
  const lifecycle = desired?.entry.lifecycle ?? rest.lifecycle;
  return {
    kind: desired?.kind.kind ?? thing?.kind ?? "",
    key: desired?.key ?? thing?.key ?? "",
    reason: "",
    cause: "change",
    fields: [],
    differences: [],
    secretsChanged: [],
    unarchive: false,
    archive: false,
    members: [],
    cascade: [],
    ...(desired ? { desired } : {}),
    ...(thing ? { thing } : {}),
    ...rest,
    ...(lifecycle ? { lifecycle } : {}),
  };
}

/** The rows of a create: every stated field. */
export function createdFields(desired: Desired): PlannedChange["fields"] {
  const { spec, hashes } = desired;
  const stated = Object.entries(spec).map(([name, after]) => ({
    path: `/${name}`,
    ...(hashes[`/${name}`] === undefined ? { after } : secretRow(hashes[`/${name}`])),
    ...sourceElsewhere(desired, name),
  }));
  // A secret below a field has a row of its own, since its field shows a reference only.
  const nested = Object.entries(hashes).filter(([path]) => path.lastIndexOf("/") > 0);
  return [...stated, ...nested.map(([path, hash]) => ({ path, ...secretRow(hash) }))];
}

function secretRow(hash: string | undefined) {
  return { after: SENSITIVE, ...(hash === undefined ? {} : { hash }) };
}

/** The rows of fields that differ. */
export function changedFields(
  input: PlanInput,
  desired: Desired,
  differences: readonly FieldDifference[],
  secretsChanged: readonly string[],
  owned: InventoryEntry | undefined,
): PlannedChange["fields"] {
  const cause = causeOf(input, owned, desired);
  return [
    ...differences.map((difference) => fieldChange(difference, desired, input.observation, cause)),
    ...secretsChanged.map((path) => secretFieldChange(path, desired, owned?.hashes?.[path])),
  ];
}

/** Drift where the manifest says what was applied; without an inventory nobody can tell. */
export function causeOf(input: PlanInput, owned: InventoryEntry | undefined, desired: Desired): PlannedChange["cause"] {
  if (!input.memory.present) return "unknown";
  return owned && owned.applied === desired.digest ? "drift" : "change";
}

/** Who is taken out of lists of members or owners. */
export function memberRemovals(differences: readonly FieldDifference[]): PlannedChange["members"] {
  return differences.flatMap(({ path, before, after, delta, schema }) => {
    const owners = schema["x-plumbline-owners"] === true;
    if ((schema["x-plumbline-members"] !== true && !owners) || !Array.isArray(before)) return [];
    const removed = delta?.removed ?? before.filter((element) => !Array.isArray(after) || !after.includes(element));
    if (removed.length === 0) return [];
    const target = schema["x-plumbline-ref"] ?? schema.items?.["x-plumbline-ref"];
    return [{ path, removed, of: before.length, owners, ...(target === undefined ? {} : { target }) }];
  });
}

/** The inventory's record of a declared thing, as it is now. */
export function inventoryEntry(
  owner: string,
  desired: Desired,
  id: string,
  before: InventoryEntry | undefined,
): InventoryEntry {
  const { lifecycle } = desired.entry;
  return {
    kind: desired.kind.kind,
    key: desired.key,
    id,
    integration: owner,
    applied: desired.digest,
    ...(Object.keys(lifecycle).length > 0 ? { lifecycle } : {}),
    ...(before?.hashes ? { hashes: before.hashes } : {}),
    ...(before?.writtenAt === undefined ? {} : { writtenAt: before.writtenAt }),
  };
}

/**
 * Whether the inventory's record says all that is to be said now. One with loops does not: a field that
 * stays as it was written ends them.
 */
export function isUpToDate(
  record: InventoryEntry,
  owner: string,
  { key, digest, entry }: Desired,
  id: string,
): boolean {
  return (
    record.id === id &&
    record.key === key &&
    record.applied === digest &&
    record.integration === owner &&
    record.loops === undefined &&
    sameLifecycle(record.lifecycle, entry.lifecycle)
  );
}

function sameLifecycle(recorded: Lifecycle | undefined, stated: Lifecycle): boolean {
  const empty = Object.keys(stated).length === 0;
  return recorded === undefined ? empty : !empty && stableText(recorded) === stableText(stated);
}
