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
export function matchKind(input: MatchInput): Matches {
  const { desired } = input;
  const matching = new Matching(input);
  for (const entry of desired) matching.byInventory(entry);
  for (const entry of desired) matching.byFormerKey(entry);
  for (const entry of desired) matching.byKey(entry);
  return { declared: matching.declared(), rest: matching.rest(), ambiguous: matching.ambiguous };
}

/** A live thing, and whether it is some entry's. */
interface Live {
  observed: Observed;
  ownKey: string;
  claimed: boolean;
}

/** One matching of one kind, on its way: each step claims things that no step before it did. */
class Matching {
  readonly ambiguous = new Set<Desired>();
  readonly #kind: Kind;
  readonly #inventory: ReadonlyMap<string, InventoryEntry>;
  readonly #inventoryById: () => ReadonlyMap<string, InventoryEntry>;
  readonly #live: readonly Live[];
  readonly #byId: ReadonlyMap<string, Live>;
  readonly #byKey: ReadonlyMap<string, Live[]>;
  readonly #declaredKeys: ReadonlySet<string>;
  readonly #found = new Map<Desired, { live: Live; inventory: InventoryEntry | undefined }>();

  constructor({ kind, desired, observed, inventory }: MatchInput) {
    this.#kind = kind;
    this.#inventory = inventory;
    this.#inventoryById = lazyIndex(inventory);
    this.#live = observed.map((thing) => ({ observed: thing, ownKey: keyOf(kind, thing), claimed: false }));
    this.#byId = new Map(this.#live.map((one) => [scoped(parentOf(one.ownKey), one.observed.id), one]));
    this.#byKey = Map.groupBy(this.#live, ({ ownKey }) => ownKey);
    this.#declaredKeys = new Set(desired.map(({ key }) => key));
  }

  #claim(entry: Desired, live: Live, inventory: InventoryEntry | undefined): void {
    live.claimed = true;
    this.#found.set(entry, { live, inventory });
  }

  /** The things of a key that are nobody's yet. */
  #unclaimed(key: string): Live[] {
    return (this.#byKey.get(key) ?? []).filter((one) => !one.claimed);
  }

  byInventory(entry: Desired): void {
    const owned = this.#inventory.get(entry.key);
    const one = owned && this.#byId.get(scoped(entry.parentKey, owned.id));
    if (owned && one && !one.claimed) this.#claim(entry, one, owned);
  }

  byFormerKey(entry: Desired): void {
    if (this.#found.has(entry)) return;
    const isTaken = this.#unclaimed(entry.key).length > 0;
    for (const former of entry.entry.lifecycle.previously ?? []) {
      const formerKey = join(entry.parentKey, normalizedSegment(this.#kind, former));
      if (this.#declaredKeys.has(formerKey)) continue;
      const owned = this.#inventory.get(formerKey);
      const named = isTaken ? undefined : this.#unclaimed(formerKey)[0];
      const one = (owned && this.#byId.get(scoped(entry.parentKey, owned.id))) ?? named;
      if (!one || one.claimed) continue;
      // Ours cannot take a name that is taken, and must not go because of that.
      if (isTaken) this.ambiguous.add(entry);
      this.#claim(entry, one, owned);
      return;
    }
  }

  byKey(entry: Desired): void {
    if (this.#found.has(entry)) return;
    const [one, another] = this.#unclaimed(entry.key);
    if (another) this.ambiguous.add(entry);
    if (one) this.#claim(entry, one, this.#inventory.get(entry.key) ?? this.#recordOf(entry.parentKey, one));
  }

  #recordOf(parentKey: string, { observed }: Live): InventoryEntry | undefined {
    return this.#inventoryById().get(scoped(parentKey, observed.id));
  }

  /** Ids may change, so a name will do; but not for a stranger under a name that ours gave up. */
  #recordedAs(key: string): InventoryEntry | undefined {
    const named = this.#inventory.get(key);
    const isElsewhere = named && this.#byId.has(scoped(parentOf(key), named.id));
    return isElsewhere || (this.#byKey.get(key)?.length ?? 0) > 1 ? undefined : named;
  }

  declared(): Map<Desired, Thing> {
    return new Map(
      [...this.#found].map(([entry, { live, inventory }]) => [
        entry,
        thingOf(this.#kind, entry.key, live, entry, inventory),
      ]),
    );
  }

  /** What nobody declared. */
  rest(): Thing[] {
    const taken = new Set([...this.#found.values()].map(({ inventory }) => inventory));
    return this.#live
      .filter((one) => !one.claimed)
      .map((one) => {
        const owned = this.#recordOf(parentOf(one.ownKey), one) ?? this.#recordedAs(one.ownKey);
        const free = owned && !taken.has(owned) && !this.#declaredKeys.has(owned.key) ? owned : undefined;
        return thingOf(this.#kind, free?.key ?? one.ownKey, one, undefined, free);
      });
  }
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
