/** One attempt at a call: authorised, its redirects followed, its verdict turned into an error. */

import { ConnectorError } from "../errors.ts";
import type { Authorization, HttpProfile } from "../http-contract.ts";
import { type Call, isRead, isSendable, lowerCased } from "./call.ts";
import { formatMoment } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { type Exchanged, exchange } from "./exchange.ts";
import { type AttemptFailed, failed } from "./failure.ts";
import { fingerprint, fingerprintOf } from "./fingerprint.ts";
import { shortened } from "./platform-message.ts";
import { MOST_REDIRECTS, redirectOf } from "./redirect.ts";
import type { Hop } from "./transfer.ts";
import type { HttpAnswer, HttpWriter } from "./types.ts";
import type { Verdict } from "./verdict.ts";

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
    return conclude(connection, call, await follow(connection, call, undefined));
  const key = authorizationKey(connection, call);
  const authorization = await authorizationFor(connection, bare, call, key);
  const first = await follow(connection, call, authorization);
  if (first.verdict?.code !== "AUTH" || authorization.renewAt === undefined) return conclude(connection, call, first);
  connection.transport.authorizations.forget(key, authorization);
  const renewed = await authorizationFor(connection, bare, call, key);
  return conclude(connection, call, await follow(connection, call, renewed));
}

async function follow(
  connection: Connection,
  call: Call,
  authorization: Authorization | undefined,
): Promise<Exchanged> {
  const credential = credentialOf(connection, call, authorization);
  const headers = lowerCased(authorization?.headers ?? {});
  let url = call.url;
  for (let redirects = 0; ; redirects += 1) {
    const hop: Hop = { call, url, authorization: headers, credential };
    const exchanged = await exchange(connection, hop);
    const { status, headers: answered } = exchanged.answer;
    const { userChosenUrl } = connection.profile;
    const redirect = userChosenUrl ? undefined : redirectOf(call, url, status, answered.get("location"));
    if (!redirect) return exchanged;
    if ("refused" in redirect) throw refusedRedirect(connection, call, redirect.refused, status === 303);
    if (redirects === MOST_REDIRECTS) throw refusedRedirect(connection, call, "it redirects for ever", false);
    if (call.kind === "read" && !isRead(connection, call.method, redirect.follow, call.graphql)) {
      throw refusedRedirect(connection, call, "it redirects a read to where it could write", false);
    }
    url = redirect.follow;
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
  const key = kept.keys.get(as) ?? fingerprint(connection, as);
  kept.keys.set(as, key);
  return key;
}

async function authorizationFor(
  connection: Connection,
  bare: HttpWriter,
  call: Call,
  key: string,
): Promise<Authorization> {
  const { transport, profile } = connection;
  const authorization = await transport.authorizations.get(key, () => derive(connection, profile, bare, call));
  for (const [name, value] of Object.entries(authorization.headers)) {
    if (!isSendable(value)) throw unsendable(connection, name);
  }
  return authorization;
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

/** A derived authorisation changes by the hour; what belongs to it belongs to what it came from. */
function credentialOf(connection: Connection, call: Call, authorization: Authorization | undefined): string {
  if (authorization === undefined) return "none";
  if (authorization.renewAt !== undefined) return authorizationKey(connection, call);
  const { credentials } = connection.kept;
  const credential = credentials.get(authorization) ?? fingerprintOf(authorization.headers);
  credentials.set(authorization, credential);
  return credential;
}
