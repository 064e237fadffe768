/**
 * Authorisations that a connector derived from credentials, such as an installation's token, kept
 * until they have to be renewed. Requests that need one at the same time wait for one derivation.
 */
import type { Authorization } from "../http-contract.ts";
import type { Clock } from "./types.ts";

export interface AuthorizationCache {
  /**
   * @param key stands for connection, credentials and the credential asked for.
   * @param derive asks for a new one; a failure is not kept.
   */
  get(key: string, derive: () => Promise<Authorization>): Promise<Authorization>;
  /** Forgets one that the platform refused. */
  forget(key: string, refused: Authorization): void;
}

/** @returns an empty cache. */
export function createAuthorizationCache(clock: Clock): AuthorizationCache {
  const kept = new Map<string, { pending: Promise<Authorization>; value: Authorization | undefined }>();
  const over = (value: Authorization | undefined) => value?.renewAt !== undefined && clock.now() >= value.renewAt;

  const derived = (key: string, derive: () => Promise<Authorization>) => {
    for (const [old, entry] of kept) if (over(entry.value)) kept.delete(old);
    const entry: { pending: Promise<Authorization>; value: Authorization | undefined } = {
      pending: derive(),
      value: undefined,
    };
    kept.set(key, entry);
    entry.pending.then(
      (value) => {
        entry.value = value;
      },
      () => {
        if (kept.get(key) === entry) kept.delete(key);
      },
    );
    return entry.pending;
  };

  return {
    get(key, derive) {
      const entry = kept.get(key);
      return entry && !over(entry.value) ? entry.pending : derived(key, derive);
    },
    forget(key, refused) {
      if (kept.get(key)?.value === refused) kept.delete(key);
    },
  };
}
