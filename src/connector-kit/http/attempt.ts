/** One attempt at a call: authorised, its redirects followed, its verdict turned into an error. */

import { ConnectorError } from "../errors.ts";
import type { Authorization, HttpProfile } from "../http-contract.ts";
import { placeOf } from "./address.ts";
import { addHeaders, type Call, isRead, isSendable, summaryOf } from "./call.ts";
import { formatMoment } from "./clock.ts";
import type { Authorized, Connection } from "./connection.ts";
import { type Exchanged, exchange } from "./exchange.ts";
import { type AttemptFailed, failed } from "./failure.ts";
import { fingerprint, fingerprintOf } from "./fingerprint.ts";
import { shortened } from "./platform-message.ts";
import { MOST_REDIRECTS, redirectOf } from "./redirect.ts";
import type { Hop } from "./transfer.ts";
import type { HttpAnswer, HttpWriter } from "./types.ts";
import type { Verdict } from "./verdict.ts";

const unauthorized: Authorized = { credential: "none", headers: {} };

/** Header values that are no secrets although an authorisation may hold them. */
const open: ReadonlySet<string> = new Set(["accept", "content-type", "user-agent"]);

/**
 * Sends a call once; twice where a derived authorisation was refused, as it may have been revoked.
 *
 * @param bare sends without authorisation, for deriving one; without it, none is sent.
 * @throws AttemptFailed; the reason of the call's signal.
 */
export async function attempt(connection: Connection, bare: HttpWriter | undefined, call: Call): Promise<HttpAnswer> {
  if (bare === undefined || call.options.authorize === false)
    return conclude(connection, call, await follow(connection, call, unauthorized));
  const key = authorizationKey(connection, call);
  const { authorizations } = connection.transport;
  const authorization = await authorizations.get(key, () => derive(connection, connection.profile, bare, call));
  const first = await follow(connection, call, authorized(connection, call, authorization));
  if (first.verdict?.code !== "AUTH" || authorization.renewAt === undefined) return conclude(connection, call, first);
  authorizations.forget(key, authorization);
  const renewed = await authorizations.get(key, () => derive(connection, connection.profile, bare, call));
  return conclude(connection, call, await follow(connection, call, authorized(connection, call, renewed)));
}

async function follow(
  connection: Connection,
  call: Call,
  { credential, headers: authorization }: Authorized,
): Promise<Exchanged> {
  const { userChosenUrl } = connection.profile;
  let { place } = call;
  for (let redirects = 0; ; redirects += 1) {
    const hop: Hop = { call, place, summary: summaryOf(call, place), authorization, credential };
    const exchanged = await exchange(connection, hop);
    const { status, headers: answered } = exchanged.answer;
    const redirect = userChosenUrl ? undefined : redirectOf(call, place.url, status, answered.get("location"));
    if (!redirect) return exchanged;
    if ("refused" in redirect) throw refusedRedirect(connection, call, redirect.refused, status === 303);
    if (redirects === MOST_REDIRECTS) throw refusedRedirect(connection, call, "it redirects for ever", false);
    place = placeOf(connection.base, redirect.follow);
    if (call.kind === "read" && !isRead(connection, call.method, place, call.graphql)) {
      throw refusedRedirect(connection, call, "it redirects a read to where it could write", false);
    }
  }
}

function conclude(connection: Connection, call: Call, { answer, verdict }: Exchanged): HttpAnswer {
  if (verdict) throw verdictFailure(connection, call, answer, verdict);
  if (answer.status < 400 && answer.status >= 300 && answer.status !== 304) {
    throw failed(connection, "UNSUPPORTED", `${connection.title} answered with status ${answer.status}.`, {
      effect: "none",
      status: answer.status,
    });
  }
  return answer;
}

function verdictFailure(connection: Connection, call: Call, answer: HttpAnswer, verdict: Verdict): AttemptFailed {
  const { code, retryable, retryAfter, platformCode, effect, told } = verdict;
  const { clock, redactor } = connection.transport;
  const verb = code === "UNAVAILABLE" || code === "TIMEOUT" ? "could not" : "refused to";
  const own = shortened(redactor.redact(verdict.message));
  const message = `${connection.title} ${verb} ${call.what}: ${own}`;
  const now = clock.now();
  const back = code === "RATE_LIMITED" && retryAfter !== undefined;
  const end = /[.!?…]$/.test(own) ? "" : ".";
  return failed(
    connection,
    code,
    back ? `${message}${end} The quota is back at ${formatMoment(now + retryAfter, now)}.` : message,
    {
      status: answer.status,
      effect,
      told,
      outcomeUnknown: effect === "possible" && !call.repeatable,
      ...(retryable === undefined ? {} : { retryable }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(platformCode === undefined ? {} : { platformCode }),
    },
  );
}

function refusedRedirect(connection: Connection, call: Call, why: string, acted: boolean): AttemptFailed {
  return failed(connection, "UNSUPPORTED", `${connection.title} could not ${call.what}: ${why}.`, {
    effect: acted ? "possible" : "none",
    outcomeUnknown: acted && !call.repeatable,
    final: true,
  });
}

function authorizationKey({ fingerprint: connection, kept }: Connection, { options: { as = "" } }: Call): string {
  const known = kept.keys.get(as);
  if (known !== undefined) return known;
  const key = fingerprint(connection, as);
  kept.keys.set(as, key);
  return key;
}

async function derive(
  connection: Connection,
  profile: HttpProfile,
  http: HttpWriter,
  { options: { as } }: Call,
): Promise<Authorization> {
  const { transport, options } = connection;
  const { credentials, connection: settings } = options;
  try {
    const now = () => transport.clock.now();
    const authorization = await profile.authorize({ credentials, connection: settings, as, http, now });
    for (const [name, value] of Object.entries(authorization.headers)) {
      if (open.has(name.toLowerCase())) continue;
      transport.redactor.add(value);
      transport.redactor.add(value.replace(/^\S+\s+/, ""));
    }
    return authorization;
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw unusable(connection, error);
  }
}

function unusable(connection: Connection, cause: unknown): ConnectorError {
  const { redactor } = connection.transport;
  const why = shortened(redactor.redact(cause instanceof Error ? cause.message : String(cause)));
  return failed(connection, "AUTH", `The credential for ${connection.title} cannot be used: ${why}`, {
    cause,
    effect: "none",
  }).error;
}

function unsendable(connection: Connection, header: string): AttemptFailed {
  const message = `The credential for ${connection.title} holds a character that the header ${header} cannot carry, such as a line end.`;
  return failed(connection, "AUTH", message, { effect: "none", final: true });
}

/** @throws AttemptFailed for a header that cannot be sent. */
function authorized(connection: Connection, call: Call, authorization: Authorization): Authorized {
  const { authorized: kept } = connection.kept;
  const known = kept.get(authorization);
  if (known) return known;
  const headers: Record<string, string> = {};
  addHeaders(headers, authorization.headers);
  for (const name of Object.keys(authorization.headers)) {
    if (!isSendable(authorization.headers[name] as string)) throw unsendable(connection, name);
  }
  const made = { credential: credentialOf(connection, call, authorization), headers };
  kept.set(authorization, made);
  return made;
}

/** A derived authorisation changes by the hour; what belongs to it belongs to what it came from. */
function credentialOf(connection: Connection, call: Call, { headers, renewAt }: Authorization): string {
  return renewAt === undefined ? fingerprintOf(headers) : authorizationKey(connection, call);
}
