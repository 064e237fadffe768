/** The state with one thing added: what is about to be written as conditions is told first. */
import type { ObjectState, Store } from "../store/types.ts";

/** @param tell resolves when it is told. */
export function tellingStore(store: Store, tell: (next: ObjectState) => Promise<void>): Store {
  return {
    url: store.url,
    system: (system) => store.system(system),
    systems: () => store.systems(),
    update: (system, update) => store.update(system, update),
    objects: () => store.objects(),
    object: (kind, name) => store.object(kind, name),
    dropObject: (kind, name) => store.dropObject(kind, name),
    lock: (holder, waitMilliseconds) => store.lock(holder, waitMilliseconds),
    close: () => store.close(),
    async putObjects(all) {
      for (const next of all) await tell(next);
      await store.putObjects(all);
    },
    async putObject(next) {
      await tell(next);
      await store.putObject(next);
    },
  };
}
