/** What is known of the calls to one system since the start: how many, how many failed, how long, what is left. */
import type { Answered } from "../connector-kit/http/connection.ts";
import type { LimitLeft } from "../connector-kit/http/limiter.ts";

/** The latest answers that latency is told of. */
const MEASURED = 1000;
/** Credentials of one Integration that limits are told of; a rotated one leaves its own behind. */
const MOST_LIMITERS = 8;

export interface Calls {
  calls: number;
  errors: number;
  /** Milliseconds, of the latest answers; left out while there was none. */
  latency?: { mean: number; p95: number };
  limits: readonly LimitLeft[];
}

export class CallStats {
  #calls = 0;
  #errors = 0;
  #answers = 0;
  readonly #took = new Float64Array(MEASURED);
  readonly #limiters = new Set<Answered["limiter"]>();

  called(): void {
    this.#calls += 1;
  }

  failed(): void {
    this.#errors += 1;
  }

  answered({ took, limiter }: Answered): void {
    this.#took[this.#answers % MEASURED] = took;
    this.#answers += 1;
    this.#limiters.delete(limiter);
    this.#limiters.add(limiter);
    for (const oldest of this.#limiters) {
      if (this.#limiters.size <= MOST_LIMITERS) break;
      this.#limiters.delete(oldest);
    }
  }

  now(): Calls {
    const latency = this.#latency();
    const limits = [...this.#limiters].flatMap((limiter) => limiter.left());
    return { calls: this.#calls, errors: this.#errors, ...(latency ? { latency } : {}), limits };
  }

  /** The 95th percentile by nearest rank. */
  #latency(): Calls["latency"] | undefined {
    const took = this.#took.slice(0, Math.min(this.#answers, MEASURED)).sort();
    if (took.length === 0) return undefined;
    const mean = took.reduce((sum, one) => sum + one, 0) / took.length;
    return { mean, p95: took[Math.ceil(took.length * 0.95) - 1] ?? mean };
  }
}
