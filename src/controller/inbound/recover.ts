/**
 * Has a platform deliver again what did not arrive.
 *
 * Reading what is missing and asking for it are two things: an Integration that only observes is told the number.
 * Nothing is remembered between two looks. Each goes over all that the platform still has, and what came in by then is
 * in the inbox; so a look that was cut short, or found more than it may ask for, is made good by the next one.
 */
import type { Failure } from "../../api/index.ts";
import { ConnectorError, type ErrorCode } from "../../connector-kit/errors.ts";
import type { MissedDelivery } from "../../connector-kit/missed-contract.ts";

/** Deliveries that are asked for again in one look: a platform counts them as writes (GitHub: 500 an hour). */
export const MOST_REDELIVERIES = 100;
/** Milliseconds before a delivery that failed twice is asked for again; twice as many after each further try. */
export const FIRST_PAUSE = 10 * 60 * 1000;

/** After these the others of a look would fail too. */
const ending: ReadonlySet<ErrorCode> = new Set(["AUTH", "RATE_LIMITED", "UNAVAILABLE", "TIMEOUT"]);

export interface RecoverOptions {
  /** Reads what is missing, and hands each over. @throws ConnectorError, also after some. */
  missed(found: (missed: MissedDelivery) => void): Promise<void>;
  /** Left out: none is asked for. @throws ConnectorError */
  redeliver?(missed: MissedDelivery): Promise<unknown>;
  /** Asked before each write. */
  mayWrite(): boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/** What one look came to. */
export interface Recovered {
  missed: number;
  /** Asked for again. */
  redelivered: number;
  /** Asked for, and refused. */
  refused: number;
  /** The first thing that went wrong. */
  failure?: Failure & { retryAfter?: number };
}

export async function recoverEvents({ missed, redeliver, mayWrite, now }: RecoverOptions): Promise<Recovered> {
  const found = new Map<string, MissedDelivery>();
  const unread = await failureOf(() => missed((one) => void found.set(one.id, one)));
  const all = [...found.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const due = all.filter((one) => dueAt(one) <= now).slice(0, MOST_REDELIVERIES);
  const result: Recovered = { missed: all.length, redelivered: 0, refused: 0, ...(unread ? { failure: unread } : {}) };
  if (!redeliver) return result;
  for (const one of due) {
    if (!mayWrite()) break;
    const failure = await failureOf(() => redeliver(one));
    if (failure) {
      result.refused += 1;
      result.failure ??= failure;
      if (ending.has(failure.code)) break;
    } else {
      result.redelivered += 1;
    }
  }
  return result;
}

/** @returns when a delivery may be asked for again, in milliseconds since 1970. */
export function dueAt({ attempts, triedAt }: Pick<MissedDelivery, "attempts" | "triedAt">): number {
  return Date.parse(triedAt) + (attempts < 2 ? 0 : FIRST_PAUSE * 2 ** (attempts - 2));
}

async function failureOf(
  run: () => Promise<unknown>,
): Promise<{ code: ErrorCode; message: string; retryAfter?: number } | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { code, message, retryAfter } = error;
    return { code, message, ...(retryAfter === undefined ? {} : { retryAfter }) };
  }
}
