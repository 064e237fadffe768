/**
 * A circuit breaker per origin: a system that does not answer is not asked again for a while.
 *
 * It counts what says that the system itself is unwell, transport errors and 5xx, and no refusals.
 * Closed, it lets all through; after {@link BreakerOptions.failures} failures in a row it opens; when
 * {@link BreakerOptions.rest} is over it lets one request through, whose end decides.
 */

export interface BreakerOptions {
  /** Failures in a row that open it; default 5. */
  failures?: number;
  /** Milliseconds that it stays open; default 30000. */
  rest?: number;
}

/** Whether a request may go; when not, for how many milliseconds, and how the last one failed, as a sentence without its end. */
export type Permission = { open: false } | { open: true; remaining: number; why: string };

export class Breaker {
  readonly #failures: number;
  readonly #rest: number;
  #inARow = 0;
  #openUntil: number | undefined;
  #probing = false;
  #why = "";

  constructor(options: BreakerOptions = {}) {
    this.#failures = options.failures ?? 5;
    this.#rest = options.rest ?? 30_000;
  }

  /**
   * Asks to send a request. When it may go, exactly one of {@link succeeded}, {@link failed} and
   * {@link cancelled} has to follow.
   *
   * @param now monotonic milliseconds.
   */
  enter(now: number): Permission {
    if (this.#openUntil === undefined) return { open: false };
    if (now < this.#openUntil) return { open: true, remaining: this.#openUntil - now, why: this.#why };
    if (this.#probing) return { open: true, remaining: 0, why: this.#why };
    this.#probing = true;
    return { open: false };
  }

  /** The system answered. */
  succeeded(): void {
    this.#inARow = 0;
    this.#openUntil = undefined;
    this.#probing = false;
  }

  /**
   * The system could not be reached, or failed.
   *
   * @param now monotonic milliseconds. @param why for whoever is refused meanwhile; without secrets, and no full stop.
   */
  failed(now: number, why: string): void {
    this.#why = why;
    this.#inARow += 1;
    if (this.#probing || this.#inARow >= this.#failures) this.#openUntil = now + this.#rest;
    this.#probing = false;
  }

  /** The request was given up by its caller, which says nothing about the system. */
  cancelled(): void {
    this.#probing = false;
  }
}
