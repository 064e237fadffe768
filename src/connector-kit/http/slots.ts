/**
 * A number of places that requests take and give back; who finds none waits, first come first served.
 *
 * The libraries for this wrap what is run in several promises each, which at two of them for each request costs as much
 * as signing it does.
 */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param count how many there are, at least 1. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Takes a place. @returns `undefined` where one was free; else it is taken once this resolves. */
  take(): Promise<void> | undefined {
    if (this.#free === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
    return undefined;
  }

  /** Gives a place back, to whoever waits for longest. */
  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
