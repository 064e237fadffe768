/** One request and its answer: limits, ETag, transfer, verdict. No redirects, no retries. */
import { freshAnswer, headerReader, revivedAnswer, storageKey, storeAnswer } from "./answer.ts";
import type { Connection } from "./connection.ts";
import { quotaSpent } from "./exchange-failures.ts";
import { fingerprint } from "./fingerprint.ts";
import { type LimitedRequest, type Limiter, QuotaSpent } from "./limiter.ts";
import { type Hop, transfer } from "./transfer.ts";
import type { HttpAnswer } from "./types.ts";
import { judge, type Verdict } from "./verdict.ts";

export interface Exchanged {
  answer: HttpAnswer;
  verdict: Verdict | undefined;
}

/** @throws AttemptFailed, or the reason of the caller's signal. */
export async function exchange(connection: Connection, hop: Hop): Promise<Exchanged> {
  const limiter = limiterOf(connection, hop);
  const limited = limitedRequest(connection, hop);
  try {
    return await limiter.run(limited, () => revalidated(connection, hop, limiter, limited));
  } catch (error) {
    throw error instanceof QuotaSpent ? quotaSpent(connection, hop.call, error.wait) : error;
  }
}

function limiterOf(connection: Connection, hop: Hop): Limiter {
  const { limiters } = connection.kept;
  const key = `${hop.place.origin} ${hop.credential}`;
  const known = limiters.get(key);
  if (known) return known;
  const limiter = newLimiter(connection, hop);
  limiters.set(key, limiter);
  return limiter;
}

function newLimiter(connection: Connection, { place: { origin, host }, credential }: Hop): Limiter {
  const { connector } = connection.options;
  // Of one platform's: another's requests without a credential to the same host count otherwise.
  return connection.transport.limiter(fingerprint(connector.platform, origin, credential), {
    limits: connector.limits ?? [],
    published: connection.publicHosts.includes(host),
    concurrency: connector.concurrency ?? 4,
  });
}

function limitedRequest(connection: Connection, { call, summary }: Hop): LimitedRequest {
  return {
    summary,
    limit: call.options.limit,
    lane: connection.options.lane,
    maxWait: connection.maxWait,
    signal: call.options.signal,
    ceiling: connection.ceiling,
  };
}

/** Asks whether a stored answer still holds, and judges what comes back. */
async function revalidated(
  connection: Connection,
  hop: Hop,
  limiter: Limiter,
  limited: LimitedRequest,
): Promise<Exchanged> {
  const { etags, counters, clock } = connection.transport;
  const key = storageKey(hop);
  const stored = key === undefined ? undefined : etags.get(key);
  const sentAt = clock.monotonic();
  const raw = await transfer(connection, hop, stored ? { "if-none-match": stored.etag } : {});
  const told = headerReader(raw.headers);
  limiter.report(limited, told);
  connection.transport.onAnswer(told);
  connection.options.onAnswer?.({ took: clock.monotonic() - sentAt, limiter });
  const holds = stored !== undefined && raw.status === 304;
  const answer = holds ? revivedAnswer(hop, stored, raw) : freshAnswer(connection, hop, raw);
  const verdict = judge(connection, hop.call, answer);
  if (holds) counters.notModified += 1;
  else if (key !== undefined && verdict === undefined) storeAnswer(connection, key, raw);
  if (verdict?.code === "RATE_LIMITED" && verdict.retryAfter !== undefined) {
    limiter.pause(limited, answer.headers, verdict.retryAfter);
  }
  return { answer, verdict };
}
