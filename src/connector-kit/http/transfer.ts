/** The bytes of one request and its answer, under the breaker and a time-out. */
import type { Place } from "./address.ts";
import { TooLarge } from "./body.ts";
import { addHeaders, type Call } from "./call.ts";
import type { Outgoing } from "./collect.ts";
import type { Connection } from "./connection.ts";
import { Deadline, type Ending } from "./deadline.ts";
import {
  guarded,
  leaseLost,
  oversizedAnswer,
  reasonOf,
  refusalIn,
  resting,
  timedOut,
  unreachable,
} from "./exchange-failures.ts";
import { AttemptFailed } from "./failure.ts";
import type { RequestSummary } from "./types.ts";

/** One address of a call, with the headers that authorise it. */
export interface Hop {
  call: Call;
  place: Place;
  summary: RequestSummary;
  authorization: Readonly<Record<string, string>>;
  /** Stands for the credential: limits and stored answers belong to it. */
  credential: string;
}

/** An answer, read whole, not yet understood. */
export interface Raw {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  bytes: Buffer;
}

const READ_TIMEOUT = 30_000;
/** Shorter than a lease lasts, so that no write outlives the right to send it. */
export const WRITE_TIMEOUT = 9_000;
const MOST_BYTES = 32 * 1024 * 1024;
/** What is read of a body that nobody looks at, in bytes: a short one leaves the connection usable. */
const DROPPED_BYTES = 64 * 1024;

/**
 * Sends a request unless the breaker is open or the right to write has run out, and tells the breaker how it went.
 *
 * @param conditions headers that make the request conditional.
 * @throws AttemptFailed; the reason of the caller's signal.
 */
export async function transfer(connection: Connection, hop: Hop, conditions: Record<string, string>): Promise<Raw> {
  const { clock } = connection.transport;
  if (!mayLeave(connection, hop.call)) throw leaseLost(connection, hop.call);
  const breaker = connection.transport.breaker(hop.place.origin);
  const permission = breaker.enter(clock.monotonic());
  if (permission.open) throw resting(connection, hop.call, permission);
  try {
    const raw = await bounded(connection, hop, conditions);
    // 501 tells of a missing feature, and nothing of the system's health.
    const isUnwell = raw.status >= 500 && raw.status !== 501;
    if (isUnwell) breaker.failed(clock.monotonic(), `it answered with the status ${raw.status}`);
    else breaker.succeeded();
    return raw;
  } catch (error) {
    if (error instanceof TooLarge) breaker.succeeded();
    else if (hop.call.options.signal?.aborted || isFinal(error)) breaker.cancelled();
    else breaker.failed(clock.monotonic(), error instanceof AttemptFailed ? reasonOf(connection, hop.call, error) : "");
    throw error instanceof TooLarge ? oversizedAnswer(connection, hop.call, mostBytes(hop.call)) : error;
  }
}

/**
 * No lease outlasts a time-out that is longer than its own: such writes (an upload, a slow receiver) are asked for the
 * usual one. They are a rule's or a notification's, which are done again under their key, never a create of a pass.
 */
function mayLeave({ options: { mayWrite } }: Connection, call: Call): boolean {
  if (call.kind === "read" || !mayWrite) return true;
  return mayWrite(Math.min(call.options.timeout ?? WRITE_TIMEOUT, WRITE_TIMEOUT));
}

/** What was never sent tells nothing of the system. */
function isFinal(error: unknown): boolean {
  return error instanceof AttemptFailed && error.final;
}

async function bounded(connection: Connection, hop: Hop, conditions: Record<string, string>): Promise<Raw> {
  const { call, place } = hop;
  const timeout = call.options.timeout ?? (call.kind === "read" ? READ_TIMEOUT : WRITE_TIMEOUT);
  const limit = new Deadline(timeout, call.options.signal);
  try {
    return await sent(connection, hop, conditions, limit);
  } catch (error) {
    call.options.signal?.throwIfAborted();
    if (limit.expired) throw timedOut(connection, call, timeout);
    const refused = refusalIn(error);
    if (refused) throw guarded(connection, call, refused);
    throw error instanceof TooLarge ? error : unreachable(connection, call, place.host, error);
  } finally {
    limit[Symbol.dispose]();
  }
}

function sent(
  connection: Connection,
  { call, place, summary, authorization }: Hop,
  conditions: Record<string, string>,
  signal: Ending,
): Promise<Raw> {
  const { transport, options, profile } = connection;
  transport.counters.requests += 1;
  options.onRequest?.({ method: call.method, path: summary.path, kind: call.kind });
  const headers = { ...call.headers };
  addHeaders(headers, call.options.eachAttempt?.());
  Object.assign(headers, authorization, conditions);
  const { method, body } = call;
  const drop = call.options.ignoreAnswer === true;
  const outgoing: Outgoing = { method, headers, body, most: drop ? DROPPED_BYTES : mostBytes(call), drop, signal };
  return profile.userChosenUrl ? transport.guardedFetch(place.url, outgoing) : transport.fetch(place.url, outgoing);
}

function mostBytes({ options }: Call): number {
  return options.maxBytes ?? MOST_BYTES;
}
