/** Time as the store sees it: only for waiting, so that tests need not. */

export interface StoreClock {
  /** Milliseconds that never go back. */
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The machine's own time. */
export function systemClock(): StoreClock {
  return {
    monotonic: () => performance.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}
