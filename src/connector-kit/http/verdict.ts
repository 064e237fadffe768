/**
 * Judges an answer: fine, or which failure.
 *
 * The connector's own `classify` comes first, since many platforms say what went wrong in the body;
 * then GraphQL's errors; then the status. Nothing here looks into messages.
 */

import { type ErrorCode, statusCode } from "../errors.ts";
import type { Classified } from "../http-contract.ts";
import type { Call } from "./call.ts";
import type { Connection } from "./connection.ts";
import { graphqlFailure } from "./graphql.ts";
import { platformMessage } from "./platform-message.ts";
import { type HeaderReader, readQuotas, readRetryAfter } from "./rate-headers.ts";
import type { HttpAnswer } from "./types.ts";

/** A failure, with the wait that the platform asked for. */
export interface Verdict extends Classified {
  /** The answer's headers said how long to wait. */
  told: boolean;
  effect: "none" | "possible";
}

/** Statuses by which a server says that it did not act, although trying again may help. */
const untouched: ReadonlySet<number> = new Set([408, 425, 429]);

/** @returns `undefined` when the answer is one that the connector wants. */
export function judge(connection: Connection, call: Call, answer: HttpAnswer): Verdict | undefined {
  const classified = classify(connection, call, answer);
  if (!classified) return undefined;
  if (answer.status >= 400 && call.options.expect?.includes(answer.status) && classified.code !== "RATE_LIMITED") {
    return undefined;
  }
  const wait = toldWait(connection, classified.code, answer.headers);
  const retryAfter = wait ?? classified.retryAfter;
  const uncertain = classified.code === "UNAVAILABLE" || classified.code === "TIMEOUT";
  return {
    ...classified,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    told: wait !== undefined,
    effect: uncertain && classified.rejected !== true && !untouched.has(answer.status) ? "possible" : "none",
  };
}

function classify(connection: Connection, call: Call, answer: HttpAnswer): Classified | undefined {
  const own = connection.profile.classify?.(answer);
  if (own === "ok") return undefined;
  if (own) return own;
  if (answer.status < 300 && call.graphql !== undefined) return graphqlFailure(answer.body);
  return answer.status < 400 ? undefined : byStatus(connection, answer);
}

function byStatus(connection: Connection, { status, headers, body }: HttpAnswer): Classified {
  const message = platformMessage(body, connection.transport.redactor.redact) || `HTTP ${status}`;
  const limited = status === 403 && isLimited(headers, connection.transport.clock.now());
  return { code: limited ? "RATE_LIMITED" : statusCode(status), message };
}

/** A 403 that says when to come back is about quotas and not about permissions. */
function isLimited(headers: HeaderReader, now: number): boolean {
  return readRetryAfter(headers, now) !== undefined || readQuotas(headers, now).some((quota) => quota.remaining === 0);
}

function toldWait({ transport }: Connection, code: ErrorCode, headers: HeaderReader): number | undefined {
  const now = transport.clock.now();
  const retryAfter = readRetryAfter(headers, now);
  if (retryAfter !== undefined || code !== "RATE_LIMITED") return retryAfter;
  const spent = readQuotas(headers, now).filter((quota) => quota.remaining === 0);
  return spent.length === 0 ? undefined : Math.max(0, ...spent.map((quota) => quota.resetAt - now));
}
