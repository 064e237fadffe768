/** What to do about things that no entry declares: ours go where `prune` says so, others are left alone. Pure. */
import type { Lifecycle } from "../api/index.ts";
import type { Kind } from "../connector-kit/compile.ts";
import type { InventoryEntry } from "../store/types.ts";
import { changeOf } from "./changes.ts";
import { goingAlong } from "./going-along.ts";
import { join, parentOf } from "./match.ts";
import type { BlockReason } from "./reasons.ts";
import type { IntegrationDecision, KindReading, PlanInput, PlannedChange, Thing } from "./types.ts";

/**
 * Decides about a kind's undeclared things and entries, and notes it.
 *
 * @param unreadable whether the children of a parent, by its key, could not be read.
 */
export function decideUndeclared(
  input: PlanInput,
  kind: Kind,
  reading: KindReading,
  decision: IntegrationDecision,
  unreadable: (parentKey: string) => boolean,
): void {
  const exclusive = exclusivePlaces(input, kind);
  for (const thing of reading.rest) {
    const owned = thing.inventory?.integration === input.owner ? thing.inventory : undefined;
    const rogue = !thing.inventory && exclusive(thing);
    if ((!owned && !rogue) || isDeclaredElsewhere(input, kind, thing)) continue;
    // Its record goes when the parent is gone, which may yet be held back or fail.
    if (goesWithParent(decision, kind, thing.key)) continue;
    const change = removal(input, kind, thing, owned, isParentLetGo(decision, kind, thing.key));
    if (change) decision.changes.push(change);
    else if (owned) decision.forget.push({ kind: owned.kind, key: owned.key });
  }
  for (const entry of gone(input, kind, reading)) {
    if (!unreadable(parentOf(entry.key))) decision.forget.push({ kind: entry.kind, key: entry.key });
  }
}

/** Our entries whose thing is not there any more, and that nobody declares. */
function gone(input: PlanInput, kind: Kind, reading: KindReading): InventoryEntry[] {
  const known = new Set<InventoryEntry | undefined>();
  for (const { inventory } of reading.declared.values()) known.add(inventory);
  for (const { inventory } of reading.rest) known.add(inventory);
  const missing: InventoryEntry[] = [];
  for (const entry of input.memory.inventory.values()) {
    if (entry.kind === kind.kind && entry.integration === input.owner && !known.has(entry)) missing.push(entry);
  }
  if (missing.length === 0) return missing;
  const declared = new Set(input.desired.filter((entry) => entry.kind === kind).map(({ key }) => key));
  return missing.filter(({ key }) => !declared.has(key));
}

/** @returns the change, or undefined when the thing is only let go. */
function removal(
  input: PlanInput,
  kind: Kind,
  thing: Thing,
  owned: InventoryEntry | undefined,
  parentLetGo: boolean,
): PlannedChange | undefined {
  const lifecycle = owned?.lifecycle ?? {};
  const manner = removalManner(kind, lifecycle, parentLetGo);
  const isArchived = thing.observed.spec.archived === true;
  if (manner === "Orphan" || (manner === "Archive" && isArchived)) return undefined;
  const intended = manner === "Archive" ? "archive" : "delete";
  const base = { cause: owned ? ("change" as const) : ("drift" as const), lifecycle };
  const blocked = (reason: BlockReason, message: string): PlannedChange =>
    changeOf(undefined, thing, { ...base, action: "blocked", intended, reason, message });
  const held = removalBlock(input, kind, intended, owned !== undefined);
  if (held) return blocked(held.reason, held.message);
  return changeOf(undefined, thing, {
    ...base,
    action: intended,
    reason: owned ? "" : "NotDeclared",
    cascade:
      intended === "delete" ? goingAlong({ compiled: input.compiled, kinds: input.observation.kinds }, thing) : [],
    ...(thing.ownKey === thing.key ? {} : { message: `It is called "${thing.ownKey}" now.` }),
  });
}

/** How a thing goes whose entry is gone: as that said, else as its kind does; what stands below one let go stays. */
export function removalManner(
  { resource }: Kind,
  { onRemove }: Lifecycle,
  parentLetGo: boolean,
): NonNullable<Lifecycle["onRemove"]> {
  if (onRemove) return onRemove;
  if (parentLetGo) return "Orphan";
  return resource.onRemove ?? (resource.remove ? "Delete" : "Archive");
}

/** Why a removal is not planned, where the policy is against it or the platform cannot. @param owned it was declared. */
export function removalBlock(
  { integration, compiled }: Pick<PlanInput, "integration" | "compiled">,
  { kind, resource }: Kind,
  intended: "archive" | "delete",
  owned: boolean,
): { reason: BlockReason; message: string } | undefined {
  if (!integration.spec.policy?.prune) {
    const who = owned ? "No manifest declares it any more" : "Nobody declares it";
    return { reason: "PruneDisabled", message: `${who}; policy.prune is off.` };
  }
  const able = intended === "archive" ? resource.archived : resource.remove;
  return able
    ? undefined
    : { reason: "Unsupported", message: `${compiled.connector.title} cannot ${intended} ${kind}.` };
}

/** Whether another Integration declares a thing, by the recorded key or by the names that it goes by now. */
function isDeclaredElsewhere(input: PlanInput, kind: Kind, thing: Thing): boolean {
  if (input.declaredElsewhere(kind.kind, thing.key)) return true;
  const live = liveKey(input, kind, thing);
  return live !== thing.key && input.declaredElsewhere(kind.kind, live);
}

/** A thing's key as it and those above it are called in the system. */
function liveKey(input: PlanInput, kind: Kind, thing: Thing): string {
  if (!kind.parent) return thing.ownKey;
  const { declared, rest = [] } = input.observation.kinds.get(kind.parent.kind) ?? {};
  const above = parentOf(thing.key);
  const parent = [...(declared?.values() ?? []), ...rest].find(({ key }) => key === above);
  const segment = thing.ownKey.slice(thing.ownKey.lastIndexOf("/") + 1);
  return join(parent ? liveKey(input, kind.parent, parent) : above, segment);
}

/** Whether something above goes too, so that the platform removes this thing along, or the archive keeps it. */
function goesWithParent(decision: IntegrationDecision, { parent }: Kind, key: string): boolean {
  if (!parent) return false;
  const above = parentOf(key);
  const goes = decision.changes.some(
    (change) =>
      change.kind === parent.kind &&
      change.key === above &&
      (change.action === "delete" || change.action === "archive"),
  );
  return goes || goesWithParent(decision, parent, above);
}

/** Whether what stands above is no longer ours, and stays: then so does this, unless its entry said otherwise. */
function isParentLetGo({ forget }: IntegrationDecision, { parent }: Kind, key: string): boolean {
  const above = parentOf(key);
  return parent !== undefined && forget.some((entry) => entry.kind === parent.kind && entry.key === above);
}

/** Tells whether an undeclared thing is drift, since its kind is exclusive where it stands. */
function exclusivePlaces(input: PlanInput, kind: Kind): (thing: Thing) => boolean {
  const { policy, resources } = input.integration.spec;
  if (!policy?.exclusive?.includes(kind.kind)) return () => false;
  // Without an inventory nothing is removed.
  if (!input.memory.present) return () => false;
  if (!kind.parent) {
    const stated = Object.hasOwn(resources ?? {}, kind.kind);
    return () => stated;
  }
  const parents = new Set(
    input.desired
      .filter((entry) => entry.kind === kind.parent && entry.entry.statedChildren.includes(kind.kind))
      .map(({ key }) => key),
  );
  return (thing) => parents.has(parentOf(thing.key));
}
