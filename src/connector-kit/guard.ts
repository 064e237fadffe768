/**
 * Runs what is not HTTP, a mail or a file, under the same limits, breaker, time-out and redaction.
 *
 * Nothing is tried again: whether that would do harm is not known here.
 */
import type { Connector } from "./contract.ts";
import { ConnectorError } from "./errors.ts";
import { formatMoment } from "./http/clock.ts";
import { Deadline } from "./http/deadline.ts";
import { type Ceiling, type LimitedRequest, QuotaSpent } from "./http/limiter.ts";
import type { Lane } from "./http/limits.ts";
import { shortened } from "./http/platform-message.ts";
import { redactedError } from "./http/redact.ts";
import { WRITE_TIMEOUT } from "./http/transfer.ts";
import type { Transport } from "./http/transport.ts";
import type { Classified } from "./http-contract.ts";

/** Names the failure that an error stands for; `undefined`: it is not known, and taken as UNAVAILABLE. */
export type ErrorClassifier = (error: unknown) => Classified | undefined;

/** @see OpenContext.guard */
export type Guard = <T>(
  name: string,
  run: (signal: AbortSignal) => Promise<T>,
  classify?: ErrorClassifier,
) => Promise<T>;

export interface GuardOptions {
  transport: Transport;
  connector: Connector;
  /** What stands for the system: limits and breaker belong to it. */
  origin: string;
  /** Stands for the credential. */
  credential: string;
  lane: Lane;
  maxWait: number;
  ceiling: Ceiling | undefined;
  /** Asked right before each run of a writer: whether the right to write holds for so many milliseconds. */
  mayWrite?: (milliseconds: number) => boolean;
  /** Called for each run that starts. */
  onRun: (name: string) => void;
  /** Milliseconds; default 30000. */
  timeout?: number;
}

/** @returns a function that throws nothing but ConnectorErrors. */
export function createGuard(options: GuardOptions): Guard {
  const { transport, connector, origin, lane, maxWait, ceiling } = options;
  const limiter = transport.limiter(`${origin} ${options.credential}`, {
    limits: connector.limits ?? [],
    published: true,
    concurrency: connector.concurrency ?? 4,
  });
  return async (name, run, classify) => {
    const summary = { method: "RUN", host: "", path: name };
    const request: LimitedRequest = { summary, limit: name, lane, maxWait, signal: undefined, ceiling };
    try {
      return await limiter.run(request, () => underBreaker(options, name, run, classify));
    } catch (error) {
      throw error instanceof QuotaSpent ? quotaSpent(options, name, error.wait) : error;
    }
  };
}

async function underBreaker<T>(
  options: GuardOptions,
  name: string,
  run: (signal: AbortSignal) => Promise<T>,
  classify: ErrorClassifier | undefined,
): Promise<T> {
  const { clock } = options.transport;
  if (options.mayWrite?.(WRITE_TIMEOUT) === false) throw leaseLost(options, name);
  const breaker = options.transport.breaker(options.origin);
  const permission = breaker.enter(clock.monotonic());
  if (permission.open) throw resting(options, name, permission);
  const timeout = options.timeout ?? 30_000;
  using limit = new Deadline(timeout, undefined);
  options.onRun(name);
  try {
    const result = await Promise.race([run(limit.signal), expiry(limit.signal)]);
    breaker.succeeded();
    return result;
  } catch (error) {
    const failure = limit.expired ? timedOut(options, name, timeout) : translated(options, name, error, classify);
    if (failure.code === "UNAVAILABLE" || failure.code === "TIMEOUT")
      breaker.failed(clock.monotonic(), failure.message.replace(/\.$/, ""));
    else breaker.succeeded();
    throw failure;
  }
}

/** Rejects when the time is over, also for a run that does not look at its signal. */
function expiry(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function translated(
  { transport, connector }: GuardOptions,
  name: string,
  error: unknown,
  classify: ErrorClassifier | undefined,
): ConnectorError {
  const { redactor } = transport;
  if (error instanceof ConnectorError) return error;
  const known = classify?.(error);
  const own = known?.message ?? (error instanceof Error ? error.message : String(error));
  const message = `${connector.title} failed to ${name}: ${shortened(redactor.redact(own))}`;
  const code = known?.code ?? "UNAVAILABLE";
  return new ConnectorError(code, redactor.redact(message), {
    ...known,
    cause: redactedError(redactor, error),
    outcomeUnknown: (code === "UNAVAILABLE" || code === "TIMEOUT") && known?.rejected !== true,
  });
}

function timedOut({ connector }: GuardOptions, name: string, timeout: number): ConnectorError {
  const message = `${connector.title} failed to ${name}: it took longer than ${timeout / 1000} s.`;
  return new ConnectorError("TIMEOUT", message, { outcomeUnknown: true });
}

function leaseLost({ connector }: GuardOptions, name: string): ConnectorError {
  const message = `${connector.title} was not asked to ${name}: the right to write ran out before.`;
  return new ConnectorError("UNAVAILABLE", message, { heldBack: true });
}

function resting(
  { transport, connector }: GuardOptions,
  name: string,
  { remaining, why }: { remaining: number; why: string },
): ConnectorError {
  const until = new Date(transport.clock.now() + remaining).toISOString().slice(11, 19);
  const message = `${connector.title} was not asked to ${name}: it failed several times in a row and rests until ${until} UTC.${why === "" ? "" : ` The last time: ${why}.`}`;
  return new ConnectorError("UNAVAILABLE", message, { heldBack: true, retryAfter: remaining });
}

function quotaSpent({ transport, connector }: GuardOptions, name: string, wait: number): ConnectorError {
  const now = transport.clock.now();
  const message = `${connector.title} was not asked to ${name}: its quota is spent until ${formatMoment(now + wait, now)}.`;
  return new ConnectorError("RATE_LIMITED", message, { heldBack: true, retryAfter: wait });
}
