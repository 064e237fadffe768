/** The failures of one exchange that no platform put into words. */
import { ConnectorError } from "../errors.ts";
import type { Call } from "./call.ts";
import { formatMoment } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { type AttemptFailed, type FailureOptions, failed } from "./failure.ts";
import { networkFailure } from "./network-errors.ts";
import { shortened } from "./platform-message.ts";

/** A success whose body is not whole: for a read a failed read, for a write an unknown outcome. */
export function brokenAnswer(connection: Connection, call: Call, how: string): AttemptFailed {
  return failed(
    connection,
    "UNAVAILABLE",
    `${could(connection, call)}: its answer is broken, ${how}.`,
    uncertain(call),
  );
}

/** An answer larger than the most that is read: asking again would not help. @param bytes that most. */
export function oversizedAnswer(connection: Connection, call: Call, bytes: number): AttemptFailed {
  const message = `${could(connection, call)}: its answer is larger than ${bytes} bytes.`;
  return failed(connection, "UNSUPPORTED", message, uncertain(call, { final: true }));
}

/** No whole answer came. @param timeout milliseconds that were waited. */
export function timedOut(connection: Connection, call: Call, timeout: number): AttemptFailed {
  const message = `${could(connection, call)}: no whole answer came within ${timeout / 1000} s.`;
  return failed(connection, "TIMEOUT", message, uncertain(call));
}

/** The guard's refusal among an error's causes: fetch wraps what the look-up of a name throws. */
export function refusalIn(error: unknown): ConnectorError | undefined {
  let found: unknown = error;
  for (let depth = 0; depth < 5 && found instanceof Error; depth += 1, found = found.cause) {
    if (found instanceof ConnectorError) return found;
  }
  return undefined;
}

/** An address that a user chose may not be asked; nothing was sent. */
export function guarded(connection: Connection, call: Call, { code, message }: ConnectorError): AttemptFailed {
  return failed(connection, code, `${could(connection, call)}: ${message}`, { effect: "none", final: true });
}

/** The connection failed. What surely never reached the platform had no effect. */
export function unreachable(connection: Connection, call: Call, host: string, cause: unknown): AttemptFailed {
  const { text, sent } = networkFailure(cause);
  const reason = shortened(connection.transport.redactor.redact(text));
  const message = `${could(connection, call)}: ${host} cannot be reached: ${reason.replace(/\.$/, "")}.`;
  return failed(connection, "UNAVAILABLE", message, sent ? uncertain(call, { cause }) : { cause, effect: "none" });
}

/** What a failure of this module says without what it was about, and without its full stop. */
export function reasonOf(connection: Connection, call: Call, { message }: AttemptFailed): string {
  const about = connection.transport.redactor.redact(`${could(connection, call)}: `);
  return (message.startsWith(about) ? message.slice(about.length) : message).replace(/\.$/, "");
}

/** The breaker is open. @param remaining milliseconds until it lets a request through. @param why it opened. */
export function resting(
  connection: Connection,
  call: Call,
  { remaining, why }: { remaining: number; why: string },
): AttemptFailed {
  const until = new Date(connection.transport.clock.now() + remaining).toISOString().slice(11, 19);
  const when = remaining > 0 ? `it is asked again from ${until} UTC on` : "one request is trying it";
  const first = why === "" ? "it failed several times in a row" : `${why}. It failed several times in a row`;
  const message = `${could(connection, call)}: ${first}; ${when}.`;
  return failed(connection, "UNAVAILABLE", message, {
    effect: "none",
    final: true,
    heldBack: true,
    retryAfter: remaining,
  });
}

/** The right to write has run out, or would before an answer has to be there: nothing was sent. */
export function leaseLost(connection: Connection, call: Call): AttemptFailed {
  const message = `${could(connection, call)}: the right to write ran out before it was sent; nothing was sent.`;
  return failed(connection, "UNAVAILABLE", message, { effect: "none", final: true, heldBack: true });
}

/** @param wait milliseconds until the quota is back. */
export function quotaSpent(connection: Connection, call: Call, wait: number): AttemptFailed {
  const now = connection.transport.clock.now();
  const message = `${could(connection, call)}: its quota is spent. It is back at ${formatMoment(now + wait, now)}.`;
  return failed(connection, "RATE_LIMITED", message, { effect: "none", final: true, heldBack: true, retryAfter: wait });
}

function could(connection: Connection, call: Call): string {
  return `${connection.title} could not ${call.what}`;
}

function uncertain(call: Call, options: Omit<FailureOptions, "effect"> = {}): FailureOptions {
  return { ...options, effect: "possible", outcomeUnknown: !call.repeatable };
}
