/** The right to write, for as long as the program runs: waited for without end, and watched where it may run out. */
import { type HolderLock, type LastingStore, StoreError } from "../../store/types.ts";
import { takeLock } from "../lock.ts";
import type { Surroundings } from "../surroundings.ts";

/** Milliseconds between two looks. */
const LOOK_EVERY = 1000;

/**
 * Waits until this process holds the state.
 *
 * @param onWaiting told once, with the message that names the holder.
 * @returns undefined when the signal came first. @throws StoreError for anything but somebody else's holding it.
 */
export async function waitForLead(
  store: LastingStore,
  surroundings: Surroundings,
  signal: AbortSignal,
  onWaiting: (message: string) => void,
): Promise<HolderLock | undefined> {
  let told = false;
  while (!signal.aborted) {
    try {
      return await takeLock(store, surroundings, "plumbline controller");
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "Locked") throw error;
      if (!told) onWaiting(error.message);
      told = true;
    }
    await surroundings.clock.sleep(LOOK_EVERY, signal).catch(() => undefined);
  }
  return undefined;
}

/** @returns when the right ran out; never, where only the end of the process ends it, until the signal comes. */
export async function untilLost(
  lock: HolderLock,
  { clock }: Pick<Surroundings, "clock">,
  signal: AbortSignal,
): Promise<"lost" | "stopped"> {
  while (!signal.aborted) {
    if (lock.outlasts?.(0) === false) return "lost";
    await clock.sleep(LOOK_EVERY, signal).catch(() => undefined);
  }
  return "stopped";
}
