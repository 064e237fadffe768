/** Time as the store sees it: for waiting, and for leases that other machines read. */

export interface StoreClock {
  /** Milliseconds since 1970, for what other machines compare with their own time. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Runs something each time that so many milliseconds have passed; keeps no process alive. @returns what ends it. */
  every(milliseconds: number, run: () => void): () => void;
}

/** The machine's own time. */
export function systemClock(): StoreClock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    every(milliseconds, run) {
      const timer = setInterval(run, milliseconds).unref();
      return () => clearInterval(timer);
    },
  };
}
