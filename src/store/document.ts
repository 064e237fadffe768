/**
 * A whole state as one value, and what an update makes of it. Pure.
 *
 * It keeps the same rows as the databases do, so that what comes back is a copy, and differs from what
 * was put exactly as it would there.
 */
import { movedKey } from "./move.ts";
import {
  toFailure,
  toFailureRow,
  toIntent,
  toIntentRow,
  toInventoryEntry,
  toInventoryRow,
  toObjectRow,
  toObjectState,
} from "./rows.ts";
import type { FailureRow, Identity, IntentRow, InventoryRow, ObjectRow } from "./schema.ts";
import type { ObjectState, SystemState, SystemUpdate } from "./types.ts";

interface SystemRows {
  inventory: ReadonlyMap<string, InventoryRow>;
  intents: ReadonlyMap<string, IntentRow>;
  failures: ReadonlyMap<string, FailureRow>;
}

/** All that is remembered. No function here changes one; each that would gives a new one. */
export interface StateDocument {
  readonly systems: ReadonlyMap<string, SystemRows>;
  readonly objects: ReadonlyMap<string, ObjectRow>;
}

/** @returns the state in which nothing was ever recorded. */
export function emptyDocument(): StateDocument {
  return { systems: new Map(), objects: new Map() };
}

/** @returns what is remembered of a system, by kind and key; undefined for one that was never recorded. */
export function systemOf({ systems }: StateDocument, system: string): SystemState | undefined {
  const rows = systems.get(system);
  return (
    rows && {
      inventory: sorted(rows.inventory).map(toInventoryEntry),
      intents: sorted(rows.intents).map(toIntent),
      failures: sorted(rows.failures).map(toFailure),
    }
  );
}

/** @returns the systems with an entry or an Integration, sorted. */
export function systemsOf({ systems, objects }: StateDocument): string[] {
  const filled = [...systems].filter(([, rows]) => rows.inventory.size > 0).map(([system]) => system);
  const declared = [...objects.values()].flatMap(({ kind, system }) =>
    kind === "Integration" && system !== null ? [system] : [],
  );
  return [...new Set([...filled, ...declared])].sort(compareText);
}

/** @returns all objects, by kind and name. */
export function objectsOf({ objects }: StateDocument): ObjectState[] {
  return sorted(objects).map(toObjectState);
}

export function objectOf({ objects }: StateDocument, kind: string, name: string): ObjectState | undefined {
  const row = objects.get(mapKey(kind, name));
  return row && toObjectState(row);
}

export function withObject(document: StateDocument, object: ObjectState): StateDocument {
  const objects = new Map(document.objects).set(mapKey(object.kind, object.name), toObjectRow(object));
  return { ...document, objects };
}

export function withoutObject(document: StateDocument, kind: string, name: string): StateDocument {
  const objects = new Map(document.objects);
  objects.delete(mapKey(kind, name));
  return { ...document, objects };
}

/** @returns the state after the update: removals under the old keys, then moves, then additions. */
export function withUpdate(document: StateDocument, system: string, update: SystemUpdate): StateDocument {
  const rows = updated(document.systems.get(system), system, update);
  return { ...document, systems: new Map(document.systems).set(system, rows) };
}

function updated(rows: SystemRows | undefined, system: string, update: SystemUpdate): SystemRows {
  const moves = update.move ?? [];
  const change = <T extends Identity>(
    old: ReadonlyMap<string, T> = new Map(),
    drop: readonly { kind: string; key: string }[] = [],
    put: readonly T[] = [],
  ): ReadonlyMap<string, T> => {
    const changed = new Map(old);
    for (const { kind, key } of drop) changed.delete(mapKey(kind, key));
    move(changed, moves);
    for (const row of put) changed.set(mapKey(row.kind, row.key), row);
    return changed;
  };
  return {
    inventory: change(
      rows?.inventory,
      update.drop,
      update.put?.map((entry) => toInventoryRow(system, entry)),
    ),
    intents: change(
      rows?.intents,
      update.settle,
      update.intend?.map((intent) => toIntentRow(system, intent)),
    ),
    failures: change(
      rows?.failures,
      update.heal,
      update.fail?.map((failure) => toFailureRow(system, failure)),
    ),
  };
}

function move<T extends Identity>(rows: Map<string, T>, moves: SystemUpdate["move"] & {}): void {
  const moved: T[] = [];
  for (const [at, row] of rows) {
    const key = movedKey(moves, row.kind, row.key);
    if (key === undefined) continue;
    rows.delete(at);
    moved.push({ ...row, key });
  }
  for (const row of moved) rows.set(mapKey(row.kind, row.key), row);
}

function mapKey(kind: string, key: string): string {
  return JSON.stringify([kind, key]);
}

/** By kind, then by key or name. */
function sorted<T extends { kind: string; key?: string; name?: string }>(rows: ReadonlyMap<string, T>): T[] {
  const name = (row: T) => row.key ?? row.name ?? "";
  return [...rows.values()].sort((a, b) => compareText(a.kind, b.kind) || compareText(name(a), name(b)));
}

/** Orders as SQLite does: by the bytes of UTF-8. */
export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
