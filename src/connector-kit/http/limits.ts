/**
 * The two ways in which platforms count requests, as pure state machines over monotonic milliseconds.
 *
 * A published figure is a token bucket with its own burst: `20 per 1m` may be spent at once and then
 * refills evenly. What a server reports is a window: so many left until it starts anew. Both keep a
 * fifth for interactive requests out of the background's reach.
 */

export type Lane = "interactive" | "background";

/** How much of `size` the background lane leaves alone: a fifth, rounded down. */
export function reserveOf(size: number, lane: Lane): number {
  return lane === "background" ? Math.floor(size / 5) : 0;
}

/** What binary fractions may lack of a whole token that has refilled. */
const ROUNDING = 1e-9;

export class TokenBucket {
  readonly capacity: number;
  readonly #perMillisecond: number;
  #tokens: number;
  #at: number;

  /**
   * @param requests how many fit in one period; also the burst.
   * @param per the period in milliseconds.
   * @param now monotonic milliseconds.
   */
  constructor(requests: number, per: number, now: number) {
    this.capacity = Math.max(1, requests);
    this.#perMillisecond = requests / per;
    this.#tokens = this.capacity;
    this.#at = now;
  }

  /** @returns whole milliseconds until a token may be taken in this lane; 0: at once. */
  wait(now: number, lane: Lane): number {
    this.#refill(now);
    const missing = 1 + reserveOf(this.capacity, lane) - this.#tokens;
    return missing <= ROUNDING ? 0 : Math.max(1, Math.ceil(missing / this.#perMillisecond));
  }

  /** Takes a token; {@link wait} has said 0 just before. */
  take(now: number): void {
    this.#refill(now);
    this.#tokens -= 1;
  }

  /** @returns how many may be taken at once, and in how many milliseconds all may. */
  left(now: number): { remaining: number; fullIn: number } {
    this.#refill(now);
    const missing = this.capacity - this.#tokens;
    return {
      remaining: Math.max(0, Math.floor(this.#tokens + ROUNDING)),
      fullIn: Math.ceil(missing / this.#perMillisecond),
    };
  }

  /** The server has said how many are left. */
  correct(now: number, remaining: number): void {
    this.#at = now;
    this.#tokens = Math.min(this.capacity, remaining);
  }

  #refill(now: number): void {
    if (now <= this.#at) return;
    this.#tokens = Math.min(this.capacity, this.#tokens + (now - this.#at) * this.#perMillisecond);
    this.#at = now;
  }
}

/** Two ends of a window that lie closer together than this are one, since headers tell whole seconds. */
const SAME_WINDOW = 1500;

/** A quota as the server counts it. Requests under way are counted here, as no answer tells of them yet. */
export class ServerWindow {
  #limit: number | undefined;
  #remaining = 0;
  #resetAt = Number.NEGATIVE_INFINITY;
  #underWay = 0;

  /** @returns milliseconds until a request may be sent in this lane; 0: at once. */
  wait(now: number, lane: Lane): number {
    if (now >= this.#resetAt) return 0;
    const free = this.#remaining - this.#underWay - reserveOf(this.#limit ?? 0, lane);
    return free >= 1 ? 0 : Math.max(1, Math.ceil(this.#resetAt - now));
  }

  /** @returns undefined where no answer has told of it, or its end has passed. */
  left(now: number): { limit: number | undefined; remaining: number; fullIn: number } | undefined {
    if (now >= this.#resetAt) return undefined;
    const remaining = Math.max(0, this.#remaining - this.#underWay);
    return { limit: this.#limit, remaining, fullIn: Math.ceil(this.#resetAt - now) };
  }

  /** A request goes out. {@link ended} has to follow. */
  begin(): void {
    this.#underWay += 1;
  }

  ended(): void {
    this.#underWay -= 1;
  }

  /**
   * Takes over what an answer said. Answers overtake each other, so within one window the lowest
   * figure holds, and a window that is over is not brought back.
   *
   * @param resetAt monotonic milliseconds.
   */
  report(quota: { limit: number | undefined; remaining: number; resetAt: number }): void {
    if (quota.resetAt < this.#resetAt - SAME_WINDOW) return;
    const same = quota.resetAt <= this.#resetAt + SAME_WINDOW;
    this.#remaining = same ? Math.min(this.#remaining, quota.remaining) : quota.remaining;
    this.#resetAt = same ? Math.max(this.#resetAt, quota.resetAt) : quota.resetAt;
    this.#limit = quota.limit;
  }
}
