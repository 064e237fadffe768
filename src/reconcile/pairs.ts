/**
 * Which entry of the head was which entry of the base. Pure.
 *
 * By key, then by a former name that the entry states; a child is looked for under what its parent was called. An
 * entry may come from another Integration of the same system: then it moved, and nothing is made or removed.
 */
import { escapeSegment } from "../api/index.ts";
import { normalizeSegment } from "../manifests/keys.ts";
import { join } from "./match.ts";
import { type Desired, memoryKey } from "./types.ts";

/** The base's entry of each of the head's that the base declares too. */
export type Pairs = ReadonlyMap<Desired, Desired>;

type Index = ReadonlyMap<string, Desired>;

/**
 * Pairs entries; each of the base's at most once.
 *
 * @param head parents before their children.
 * @param bases the entries of the same Integration in the base, then those of each other one of its system.
 */
export function pairEntries(head: readonly Desired[], bases: readonly (readonly Desired[])[]): Pairs {
  const indexes = bases.map((entries): Index => new Map(entries.map((entry) => [placeOf(entry), entry])));
  const declared: Index = new Map(head.map((entry) => [placeOf(entry), entry]));
  const pairs = new Map<Desired, Desired>();
  const taken = new Set<Desired>();
  for (const entry of head) {
    const parent = entry.kind.parent && declared.get(memoryKey(entry.kind.parent.kind, entry.parentKey));
    const above = parent && pairs.get(parent);
    const found = indexes.flatMap((index) => candidates(entry, index, above, declared)).find((one) => !taken.has(one));
    if (!found) continue;
    taken.add(found);
    pairs.set(entry, found);
  }
  return pairs;
}

/** What an entry may have been in one Integration of the base, likeliest first. */
function candidates(entry: Desired, index: Index, above: Desired | undefined, declared: Index): Desired[] {
  const { kind, key, parentKey } = entry;
  const below = above && index.get(placeOf(above)) === above ? above.key : parentKey;
  const find = (segment: string): Desired[] => {
    const found = index.get(memoryKey(kind.kind, join(below, segment)));
    return found ? [found] : [];
  };
  const former = (entry.entry.lifecycle.previously ?? [])
    .map((name) => escapeSegment(normalizeSegment(kind, name)))
    // A name that is declared again is another thing's now.
    .filter((segment) => !declared.has(memoryKey(kind.kind, join(parentKey, segment))));
  return [key.slice(key.lastIndexOf("/") + 1), ...former].flatMap(find);
}

function placeOf({ kind, key }: Desired): string {
  return memoryKey(kind.kind, key);
}
