/**
 * What Plumbline remembers between runs.
 *
 * `sqlite-store.ts` is left out on purpose: {@link openStore} loads it, and Kysely, when there is a file.
 */
export { type StoreClock, systemClock } from "./clock.ts";
export {
  hashKeyId,
  type LoadStateKeyOptions,
  loadStateKey,
  STATE_KEY_VARIABLE,
  type StateKey,
  stateKey,
} from "./key.ts";
export { createMemoryStore, type MemoryStoreOptions } from "./memory-store.ts";
export {
  DEFAULT_STATE_URL,
  isKeptElsewhere,
  type OpenStoreOptions,
  openLastingStore,
  openStore,
  stateAddress,
} from "./open.ts";
export * from "./types.ts";
