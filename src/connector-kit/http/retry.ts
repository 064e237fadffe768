/**
 * Trying again, with exponential backoff and full jitter: a random wait between nothing and a bound
 * that doubles (Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
 *
 * What may be sent again is decided by its effect: a request that does no harm twice, or one that
 * surely had no effect. Waits that a platform asks for are not counted as attempts but against
 * `maxWait`, so that a long queue before a small quota ends, and a spent hourly quota does not hold a
 * pass up.
 */
import type { ConnectorError } from "../errors.ts";
import { AttemptFailed } from "./failure.ts";
import type { Clock } from "./types.ts";

export interface RetryPolicy {
  clock: Clock;
  random: () => number;
  /** The longest that is waited, in all, because a platform asked for it; milliseconds. */
  maxWait: number;
  /** Sending it twice does no harm. */
  repeatable: boolean;
  signal: AbortSignal | undefined;
  /** Called before each repetition. */
  onRetry?: () => void;
  /** Default 4. */
  attempts?: number;
}

const BASE = 500;
const CAP = 30_000;

/** A wait that a platform asked for is never shorter than this, lest a `Retry-After: 0` turn in a circle. */
const SHORTEST_TOLD = 1000;

/** Requests that were told the same moment spread over so many milliseconds after it. */
const SPREAD = 250;

/** What has been tried so far. */
interface History {
  failures: number;
  limited: number;
  waited: number;
}

/**
 * @param attempt throws AttemptFailed for what may be worth another try.
 * @throws ConnectorError, the last one; the signal's reason; whatever else `attempt` throws.
 */
export async function withRetries<T>(policy: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
  const history: History = { failures: 0, limited: 0, waited: 0 };
  for (;;) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!(thrown instanceof AttemptFailed)) throw thrown;
      const wait = nextWait(policy, history, thrown);
      if (wait === undefined) throw thrown.error;
      await policy.clock.sleep(wait, policy.signal);
      policy.onRetry?.();
    }
  }
}

/** @returns milliseconds until the next attempt; `undefined` when there is none. */
function nextWait(policy: RetryPolicy, history: History, failed: AttemptFailed): number | undefined {
  const { error, effect, final } = failed;
  if (final || !error.retryable || !(policy.repeatable || effect === "none")) return undefined;
  if (error.code === "RATE_LIMITED" && error.retryAfter !== undefined) {
    return quotaWait(policy, history, error.retryAfter, failed.told);
  }
  history.failures += 1;
  if (history.failures >= (policy.attempts ?? 4)) return undefined;
  return backoff(policy, history.failures, error);
}

/** A guess that was too short, where the platform says nothing, doubles. */
function quotaWait(policy: RetryPolicy, history: History, asked: number, told: boolean): number | undefined {
  const wait = Math.max(SHORTEST_TOLD, told ? asked : asked * 2 ** history.limited);
  if (history.waited + wait > policy.maxWait) return undefined;
  history.limited += 1;
  history.waited += wait;
  return wait + Math.floor(policy.random() * SPREAD);
}

function backoff(policy: RetryPolicy, failures: number, { retryAfter = 0 }: ConnectorError): number | undefined {
  if (retryAfter > policy.maxWait) return undefined;
  const jitter = Math.floor(policy.random() * Math.min(CAP, BASE * 2 ** (failures - 1)));
  return Math.max(retryAfter, jitter);
}
