/** Sleeping that something may end: each loop of the engine does so between two looks at the store. */
import type { Clock } from "../connector-kit/http/types.ts";

export interface Sleep {
  /** Resolves after so many milliseconds, or when woken; a call of `wake` before counts too. */
  sleep(milliseconds: number): Promise<void>;
  wake(): void;
}

const woke = new Error("Woken.");

export function createSleep(clock: Clock): Sleep {
  let woken = false;
  let end: (() => void) | undefined;
  return {
    async sleep(milliseconds) {
      if (!woken) {
        const early = new AbortController();
        // With a reason at hand none is made, which costs more than the sleep.
        end = () => early.abort(woke);
        await clock.sleep(milliseconds, early.signal).catch(() => undefined);
        end = undefined;
      }
      woken = false;
    },
    wake() {
      woken = true;
      end?.();
    },
  };
}
