/** The right to change the state, for the time of one command. */
import { parseDuration } from "../connector-kit/http/duration.ts";
import type { HolderLock, Store } from "../store/types.ts";
import { UserError } from "./errors.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Takes the lock.
 *
 * @param timeout as after `--lock-timeout`. @param command what others read while it is held.
 * @throws StoreError `Locked`; UserError for what is no duration.
 */
export function takeLock(
  store: Store,
  { pid, host, clock }: Pick<Surroundings, "pid" | "host" | "clock">,
  command: string,
  timeout = "0s",
): Promise<HolderLock> {
  const since = new Date(clock.now()).toISOString();
  return store.lock({ pid, host, command, since }, lockTimeout(timeout));
}

/** @returns milliseconds. */
function lockTimeout(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new UserError(`--lock-timeout: ${(cause as Error).message}`, { cause });
  }
}
