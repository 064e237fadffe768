/**
 * Time that moves only when a test says so, or by itself to whoever waits for it.
 *
 * With `auto`, time jumps to the earliest sleeper once nothing else is left to do in this turn of the
 * event loop, so that hours of backoff take no time.
 */
import type { Clock } from "../../src/connector-kit/http/types.ts";

interface Sleeper {
  due: number;
  wake: () => void;
}

export class VirtualClock implements Clock {
  /** How long each sleep was, in the order in which they began. */
  readonly slept: number[] = [];
  readonly #epoch: number;
  readonly #auto: boolean;
  #elapsed = 0;
  #sleepers: Sleeper[] = [];

  /** @param epoch milliseconds since 1970 at the start. @param auto whether sleepers move time. */
  constructor({ epoch = Date.UTC(2026, 0, 1, 12), auto = true }: { epoch?: number; auto?: boolean } = {}) {
    this.#epoch = epoch;
    this.#auto = auto;
  }

  now(): number {
    return this.#epoch + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#sleepers.length;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.slept.push(milliseconds);
    return new Promise((resolve, reject) => {
      const sleeper = { due: this.#elapsed + milliseconds, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        reject(signal.reason);
      });
      if (this.#auto) setImmediate(() => this.#wakeEarliest());
    });
  }

  /** Moves time, and lets what wakes up run until it sleeps again. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsed + milliseconds;
    for (;;) {
      await settled();
      const next = this.#earliest();
      if (!next || next.due > end) break;
      this.#wake(next);
    }
    this.#elapsed = end;
    await settled();
  }

  #earliest(): Sleeper | undefined {
    return this.#sleepers.toSorted((a, b) => a.due - b.due)[0];
  }

  #wakeEarliest(): void {
    const next = this.#earliest();
    if (next) this.#wake(next);
  }

  #wake(sleeper: Sleeper): void {
    this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
    this.#elapsed = Math.max(this.#elapsed, sleeper.due);
    sleeper.wake();
  }
}

/** Lets pending promises run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
