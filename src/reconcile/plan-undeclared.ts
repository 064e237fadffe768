/** What to do about things that no entry declares: ours go where `prune` says so, others are left alone. Pure. */
import type { Kind } from "../connector-kit/compile.ts";
import type { InventoryEntry } from "../store/types.ts";
import { changeOf } from "./changes.ts";
import { parentOf } from "./match.ts";
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
    const elsewhere = input.declaredElsewhere(kind.kind, owned?.key ?? thing.key);
    const rogue = !thing.inventory && exclusive(thing);
    if (elsewhere || (!owned && !rogue)) continue;
    const change = goesWithParent(decision, kind, thing) ? undefined : removal(input, kind, thing, owned);
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
): PlannedChange | undefined {
  const { resource } = kind;
  const lifecycle = owned?.lifecycle ?? {};
  const manner = lifecycle.onRemove ?? resource.onRemove ?? (resource.remove ? "Delete" : "Archive");
  const isArchived = thing.observed.spec.archived === true;
  if (manner === "Orphan" || (manner === "Archive" && isArchived)) return undefined;
  const intended = manner === "Archive" ? "archive" : "delete";
  const base = { cause: owned ? ("change" as const) : ("drift" as const), lifecycle };
  const blocked = (reason: BlockReason, message: string): PlannedChange =>
    changeOf(undefined, thing, { ...base, action: "blocked", intended, reason, message });
  if (!input.integration.spec.policy?.prune) {
    const who = owned ? "No manifest declares it any more" : "Nobody declares it";
    return blocked("PruneDisabled", `${who}; policy.prune is off.`);
  }
  if (manner === "Archive" ? !resource.archived : !resource.remove) {
    return blocked("Unsupported", `${input.compiled.connector.title} cannot ${intended} ${kind.kind}.`);
  }
  const cascade = intended === "delete" ? cascadeOf(input, thing) : 0;
  return changeOf(undefined, thing, { ...base, action: intended, reason: owned ? "" : "NotDeclared", cascade });
}

/** Whether the parent goes too, so that the platform removes this thing along, or the archive keeps it. */
function goesWithParent(decision: IntegrationDecision, kind: Kind, thing: Thing): boolean {
  const parent = kind.parent?.kind;
  if (parent === undefined) return false;
  const key = parentOf(thing.key);
  return decision.changes.some(
    (change) =>
      change.kind === parent && change.key === key && (change.action === "delete" || change.action === "archive"),
  );
}

/** How many children go along with a thing, declared or not. */
export function cascadeOf(input: PlanInput, thing: Thing): number {
  const kind = input.compiled.kinds.get(thing.kind);
  const along = new Set([...(kind?.children.map((child) => child.kind) ?? []), ...(kind?.resource.cascades ?? [])]);
  let count = 0;
  for (const name of along) {
    const reading = input.observation.kinds.get(name);
    for (const one of [...(reading?.declared.values() ?? []), ...(reading?.rest ?? [])]) {
      if (one.key.startsWith(`${thing.key}/`) || one.ownKey.startsWith(`${thing.ownKey}/`)) count++;
    }
  }
  return count;
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
