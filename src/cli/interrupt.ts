/**
 * Ctrl-C, and a polite kill.
 *
 * While nothing is written the command ends at once. While it writes, the first signal lets the write
 * under way end and starts no other; the second ends the process.
 */
import { Interrupted } from "./errors.ts";
import { INTERRUPTED } from "./exit.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** From now on a signal lets the write under way end. */
  writing(): void;
  /** Runs something that a signal ends, until {@link writing} is called. @throws Interrupted */
  race<T>(run: Promise<T>): Promise<T>;
  /** Gives the signals back. */
  end(): void;
}

/** @param onStop told once, when a signal came while the command writes. */
export function listenForInterrupts(
  { onSignal, exit }: Pick<Surroundings, "onSignal" | "exit">,
  onStop: () => void,
): Interruption {
  const controller = new AbortController();
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => undefined);
  let writes = false;
  const end = onSignal(() => {
    if (controller.signal.aborted) {
      exit(INTERRUPTED);
      return;
    }
    const reason = new Interrupted("Interrupted. Nothing was written.");
    controller.abort(reason);
    if (writes) onStop();
    else stopped.reject(reason);
  });
  return {
    signal: controller.signal,
    writing() {
      writes = true;
    },
    race: (run) => Promise.race([run, stopped.promise]),
    end,
  };
}
