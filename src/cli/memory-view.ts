/** What the state remembers, put together by Integration. */
import type { InventoryEntry, ObjectState, Store } from "../store/types.ts";

export interface Owned {
  system: string;
  entry: InventoryEntry;
}

/** @returns the entries of every owner (`namespace/name`), in the order of systems. */
export async function ownedByAll(store: Store): Promise<Map<string, Owned[]>> {
  const owned = new Map<string, Owned[]>();
  for (const system of await store.systems()) {
    for (const entry of (await store.system(system))?.inventory ?? []) {
      const list = owned.get(entry.integration) ?? [];
      list.push({ system, entry });
      owned.set(entry.integration, list);
    }
  }
  return owned;
}

/** @returns the Integrations that the state knows, with or without entries. */
export function knownOwners(objects: readonly ObjectState[], owned: ReadonlyMap<string, unknown>): string[] {
  const names = objects.filter(({ kind }) => kind === "Integration").map(({ name }) => name);
  return [...new Set([...names, ...owned.keys()])].sort();
}
