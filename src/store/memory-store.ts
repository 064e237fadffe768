/** A store that forgets: for tests, for embedding, and for a machine that has no state yet. */
import { type StoreClock, systemClock } from "./clock.ts";
import {
  emptyDocument,
  objectOf,
  objectsOf,
  systemOf,
  systemsOf,
  withObject,
  withoutObject,
  withUpdate,
} from "./document.ts";
import { waitFor } from "./lock.ts";
import type { Holder, Store } from "./types.ts";

export interface MemoryStoreOptions {
  /** What messages call it; default `memory:`. */
  url?: string;
  clock?: StoreClock;
}

/** A store in memory. Each one has a lock of its own. */
export function createMemoryStore({ url = "memory:", clock = systemClock() }: MemoryStoreOptions = {}): Store {
  let document = emptyDocument();
  let held: Holder | undefined;

  return {
    url,
    system: async (system) => systemOf(document, system),
    systems: async () => systemsOf(document),
    async update(system, update) {
      document = withUpdate(document, system, update);
    },
    objects: async () => objectsOf(document),
    object: async (kind, name) => objectOf(document, kind, name),
    async putObject(object) {
      document = withObject(document, object);
    },
    async putObjects(objects) {
      document = objects.reduce(withObject, document);
    },
    async dropObject(kind, name) {
      document = withoutObject(document, kind, name);
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
