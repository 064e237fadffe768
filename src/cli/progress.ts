/** One line on stderr that tells how far long work is; on a terminal only. */
import type { Clock } from "../connector-kit/http/types.ts";
import { logLevels, type Output } from "./output.ts";
import { shorten, visible } from "./plain-text.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Progress {
  /** Shows what is being done. */
  show(text: string): void;
  /** Takes the line away. */
  end(): void;
}

/** Returns the cursor to the first column and erases the line (ECMA-48: CR, EL). */
const ERASE = "\r\u001b[K";

/** @returns progress that shows nothing where no person looks, or where only errors are wanted. */
export function createProgress({ stderr, env }: Pick<Surroundings, "stderr" | "env">, output: Output): Progress {
  const quiet = logLevels.indexOf(output.level) < logLevels.indexOf("info");
  if (stderr.isTTY !== true || env.TERM === "dumb" || env.CI || quiet)
    return { show: () => undefined, end: () => undefined };
  let shown = false;
  const end = (): void => {
    if (shown) stderr.write(ERASE);
    shown = false;
  };
  output.beforeWriting(end);
  return {
    show(text) {
      stderr.write(ERASE + output.paintError("dim", shorten(visible(output.redact(text)), (stderr.columns ?? 80) - 1)));
      shown = true;
    },
    end,
  };
}

/** Milliseconds from which on a wait is told: shorter ones are over before anybody has read of them. */
const WORTH_TELLING = 1000;

/** @returns the clock, with its longer waits shown: those that systems ask for, and those between attempts. */
export function showingWaits(clock: Clock, progress: Progress): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep(milliseconds, signal) {
      if (milliseconds >= WORTH_TELLING) {
        progress.show(`waiting ${Math.round(milliseconds / 1000)} s before asking again`);
      }
      return clock.sleep(milliseconds, signal);
    },
  };
}
