/**
 * Which live thing is which entry. Pure.
 *
 * By the inventory's id first, then by a former key that the entry names, then by key. A thing that was
 * renamed outside is therefore still the entry's, and a manifest that takes a new name over takes the
 * inventory's entry along.
 */
import { escapeSegment, parseKey } from "../api/index.ts";
import type { Kind } from "../connector-kit/compile.ts";
import type { Observed, ObservedParent } from "../connector-kit/contract.ts";
import { ConnectorError } from "../connector-kit/errors.ts";
import { normalizedKeyText, normalizeSegment } from "../manifests/keys.ts";
import type { InventoryEntry } from "../store/types.ts";
import type { Desired, KindReading, Thing } from "./types.ts";

export interface MatchInput {
  kind: Kind;
  desired: readonly Desired[];
  observed: readonly Observed[];
  /** The kind's inventory, by key. */
  inventory: ReadonlyMap<string, InventoryEntry>;
}

type Matches = Pick<KindReading, "declared" | "rest" | "ambiguous">;

/**
 * Matches one kind.
 *
 * @throws ConnectorError when an observed thing lacks its key.
 */
export function matchKind({ kind, desired, observed, inventory }: MatchInput): Matches {
  const live = observed.map((thing) => ({ observed: thing, ownKey: keyOf(kind, thing), claimed: false }));
  type Live = (typeof live)[number];
  const byId = new Map<string, Live>();
  const byKey = new Map<string, Live[]>();
  for (const one of live) {
    byId.set(scoped(parentOf(one.ownKey), one.observed.id), one);
    const same = byKey.get(one.ownKey);
    if (same) same.push(one);
    else byKey.set(one.ownKey, [one]);
  }
  const inventoryById = lazyIndex(inventory);

  const found = new Map<Desired, { live: Live; inventory: InventoryEntry | undefined }>();
  const ambiguous = new Set<Desired>();
  const declaredKeys = new Set(desired.map(({ key }) => key));
  const claim = (entry: Desired, one: Live, owned: InventoryEntry | undefined): void => {
    one.claimed = true;
    found.set(entry, { live: one, inventory: owned });
  };

  for (const entry of desired) {
    const owned = inventory.get(entry.key);
    const one = owned && byId.get(scoped(entry.parentKey, owned.id));
    if (owned && one && !one.claimed) claim(entry, one, owned);
  }
  for (const entry of desired) {
    if (found.has(entry)) continue;
    const isTaken = byKey.get(entry.key)?.some((one) => !one.claimed) ?? false;
    for (const former of entry.entry.lifecycle.previously ?? []) {
      const formerKey = join(entry.parentKey, normalizedSegment(kind, former));
      if (declaredKeys.has(formerKey)) continue;
      const owned = inventory.get(formerKey);
      const named = isTaken ? undefined : byKey.get(formerKey)?.find((other) => !other.claimed);
      const one = (owned && byId.get(scoped(entry.parentKey, owned.id))) ?? named;
      if (one && !one.claimed) {
        // Ours cannot take a name that is taken, and must not go because of that.
        if (isTaken) ambiguous.add(entry);
        claim(entry, one, owned);
        break;
      }
    }
  }
  for (const entry of desired) {
    if (found.has(entry)) continue;
    const candidates = (byKey.get(entry.key) ?? []).filter((one) => !one.claimed);
    if (candidates.length > 1) ambiguous.add(entry);
    const one = candidates[0];
    if (one)
      claim(entry, one, inventory.get(entry.key) ?? inventoryById().get(scoped(entry.parentKey, one.observed.id)));
  }

  // Ids may change, so a name will do; but not for a stranger under a name that ours gave up.
  const recordedAs = (key: string): InventoryEntry | undefined => {
    const named = inventory.get(key);
    const isElsewhere = named && byId.has(scoped(parentOf(key), named.id));
    return isElsewhere || (byKey.get(key)?.length ?? 0) > 1 ? undefined : named;
  };

  const declared = new Map<Desired, Thing>();
  for (const [entry, { live: one, inventory: owned }] of found) {
    declared.set(entry, thingOf(kind, entry.key, one, entry, owned));
  }
  const taken = new Set([...found.values()].map((match) => match.inventory));
  const rest = live
    .filter((one) => !one.claimed)
    .map((one) => {
      const owned = inventoryById().get(scoped(parentOf(one.ownKey), one.observed.id)) ?? recordedAs(one.ownKey);
      const free = owned && !taken.has(owned) && !declaredKeys.has(owned.key) ? owned : undefined;
      return thingOf(kind, free?.key ?? one.ownKey, one, undefined, free);
    });
  return { declared, rest, ambiguous };
}

function thingOf(
  kind: Kind,
  key: string,
  { observed, ownKey }: { observed: Observed; ownKey: string },
  desired: Desired | undefined,
  inventory: InventoryEntry | undefined,
): Thing {
  const parentKey = observed.parent?.key ?? [];
  const known = desired?.entry.key ?? (inventory && parseKey(inventory.key));
  const segment = known?.at(-1) ?? kind.resource.key(observed.spec);
  const asParent: ObservedParent = {
    id: observed.id,
    key: [...parentKey, segment],
    spec: observed.spec,
    ...(observed.raw === undefined ? {} : { raw: observed.raw }),
    ...(observed.parent ? { parent: observed.parent } : {}),
  };
  return {
    kind: kind.kind,
    key,
    ownKey,
    observed,
    asParent,
    ...(desired ? { desired } : {}),
    ...(inventory ? { inventory } : {}),
  };
}

/** The live thing's whole key as text. */
function keyOf(kind: Kind, observed: Observed): string {
  const segment: unknown = kind.resource.key(observed.spec);
  if (typeof segment !== "string" || segment === "") {
    throw new ConnectorError(
      "UNAVAILABLE",
      `The answer for ${kind.kind} holds a thing without a key (id ${observed.id}).`,
    );
  }
  return join(parentKeyText(kind, observed), normalizedSegment(kind, segment));
}

function parentKeyText(kind: Kind, { parent }: Observed): string {
  if (!kind.parent || !parent) return "";
  return normalizedKeyText(kind.parent, parent.key);
}

function normalizedSegment(kind: Kind, segment: string): string {
  return escapeSegment(normalizeSegment(kind, segment));
}

/** A child's key below its parent's. */
export function join(parentKey: string, segment: string): string {
  return parentKey === "" ? segment : `${parentKey}/${segment}`;
}

/** The parent's part of a key text. */
export function parentOf(key: string): string {
  const end = key.lastIndexOf("/");
  return end < 0 ? "" : key.slice(0, end);
}

/** The inventory by id; most passes match everything without it. */
function lazyIndex(inventory: ReadonlyMap<string, InventoryEntry>): () => ReadonlyMap<string, InventoryEntry> {
  let index: Map<string, InventoryEntry> | undefined;
  return () => {
    index ??= new Map([...inventory.values()].map((entry) => [scoped(parentOf(entry.key), entry.id), entry]));
    return index;
  };
}

function scoped(parentKey: string, id: string): string {
  return parentKey === "" ? id : `${parentKey}\n${id}`;
}
