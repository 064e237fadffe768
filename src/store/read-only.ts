/** A store that refuses every write, so that a plan cannot change what it reads. */
import { type Store, StoreError } from "./types.ts";

/** @returns a view of the store; closing it closes the store. */
export function readOnly(store: Store): Store {
  const refuse = async (): Promise<never> => {
    throw new StoreError("Unwritable", `${store.url} was opened for reading only; nothing was written.`);
  };
  const { firings } = store;
  return {
    url: store.url,
    ...(firings ? { firings: { list: () => firings.list() } } : {}),
    system: (system) => store.system(system),
    systems: () => store.systems(),
    objects: () => store.objects(),
    object: (kind, name) => store.object(kind, name),
    close: () => store.close(),
    update: refuse,
    putObject: refuse,
    putObjects: refuse,
    dropObject: refuse,
    lock: refuse,
  };
}
