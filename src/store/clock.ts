/** Time as the store sees it: only for waiting, so that tests need not. */

export interface StoreClock {
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** @param signal ends the sleep early; the promise resolves then too. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export function systemClock(): StoreClock {
  return {
    monotonic: () => performance.now(),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const timer = setTimeout(wake, milliseconds);
        signal?.addEventListener("abort", wake);
      }),
  };
}
