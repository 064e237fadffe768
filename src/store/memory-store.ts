/**
 * A store that forgets: for tests, for embedding, and for a machine that has no state yet.
 *
 * It keeps the same rows as the databases do, so that what comes back is a copy, and differs from what
 * was put exactly as it would there.
 */
import { type StoreClock, systemClock } from "./clock.ts";
import { waitFor } from "./lock.ts";
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
import type { Holder, Store, SystemUpdate } from "./types.ts";

export interface MemoryStoreOptions {
  /** What messages call it; default `memory:`. */
  url?: string;
  clock?: StoreClock;
}

interface SystemRows {
  inventory: ReadonlyMap<string, InventoryRow>;
  intents: ReadonlyMap<string, IntentRow>;
  failures: ReadonlyMap<string, FailureRow>;
}

/** A store in memory. Each one has a lock of its own. */
export function createMemoryStore({ url = "memory:", clock = systemClock() }: MemoryStoreOptions = {}): Store {
  const systems = new Map<string, SystemRows>();
  const objects = new Map<string, ObjectRow>();
  let held: Holder | undefined;

  return {
    url,
    async system(system) {
      const rows = systems.get(system);
      return (
        rows && {
          inventory: sorted(rows.inventory).map(toInventoryEntry),
          intents: sorted(rows.intents).map(toIntent),
          failures: sorted(rows.failures).map(toFailure),
        }
      );
    },
    async systems() {
      const filled = [...systems].filter(([, rows]) => rows.inventory.size > 0).map(([system]) => system);
      const declared = [...objects.values()].flatMap(({ kind, system }) =>
        kind === "Integration" && system !== null ? [system] : [],
      );
      return [...new Set([...filled, ...declared])].sort(compareText);
    },
    async update(system, update) {
      systems.set(system, updated(systems.get(system), system, update));
    },
    async objects() {
      return sorted(objects).map(toObjectState);
    },
    async object(kind, name) {
      const row = objects.get(mapKey(kind, name));
      return row && toObjectState(row);
    },
    async putObject(object) {
      objects.set(mapKey(object.kind, object.name), toObjectRow(object));
    },
    async dropObject(kind, name) {
      objects.delete(mapKey(kind, name));
    },
    async lock(holder, waitMilliseconds) {
      const mine = { ...holder };
      const attempt = () => {
        if (held) return undefined;
        held = mine;
        return held;
      };
      await waitFor({ attempt, holder: async () => held, clock, waitMilliseconds });
      return {
        async release() {
          if (held === mine) held = undefined;
        },
      };
    },
    async close() {
      held = undefined;
    },
  };
}

/** @returns the rows after the update: removals under the old keys, then moves, then additions. */
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
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
