/**
 * What all connections of one process share: the way out, time, chance, limiters, breakers, stored
 * answers, derived authorisations and the redactor.
 *
 * Limits, breakers and ETags belong to a system and a credential, not to one pass over a manifest,
 * so they have to outlive the sessions that use them.
 */
import type { Dispatcher } from "undici";
import { type AuthorizationCache, createAuthorizationCache } from "./authorization.ts";
import { Breaker } from "./breaker.ts";
import { systemClock } from "./clock.ts";
import { createDispatch, type Fetch, proxiesOf, type Send } from "./dispatch.ts";
import { EtagCache, type EtagCacheOptions } from "./etags.ts";
import { fingerprint } from "./fingerprint.ts";
import { type Ceiling, Limiter, type LimiterOptions } from "./limiter.ts";
import { TokenBucket } from "./limits.ts";
import type { HostTrust } from "./public-address.ts";
import type { HeaderReader } from "./rate-headers.ts";
import { createRedactor, type Redactor } from "./redact.ts";
import { Slots } from "./slots.ts";
import type { Clock } from "./types.ts";

export interface TransportOptions {
  /** Where the proxy variables are looked up; default: nowhere. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Stands in for undici's `request`. */
  fetch?: Fetch;
  /** Told of the headers of each answer. */
  onAnswer?(headers: HeaderReader): void;
  /** Stands in for the agent; {@link Transport.close} leaves it open. */
  dispatcher?: Dispatcher;
  clock?: Clock;
  /** A number from 0 up to, not including, 1. */
  random?: () => number;
  etags?: EtagCacheOptions;
  /** Default `plumbline`. */
  userAgent?: string;
  /** What the operator's `allow.hosts` says of addresses that users choose; default: nothing is named. */
  trust?: HostTrust;
}

/** What the process has sent so far. */
export interface Counters {
  requests: number;
  /** Requests that were sent again. */
  retries: number;
  /** Answers that a 304 saved. */
  notModified: number;
}

/** The Integration's own ceiling, `spec.rateLimit`. */
export interface RateLimit {
  requestsPerSecond?: number;
  concurrency?: number;
}

export interface Transport {
  readonly fetch: Send;
  /** For addresses that users choose. */
  readonly guardedFetch: Send;
  onAnswer(headers: HeaderReader): void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly redactor: Redactor;
  readonly etags: EtagCache;
  readonly authorizations: AuthorizationCache;
  readonly counters: Counters;
  readonly userAgent: string;
  /** @param origin an origin, or what stands for one where a connector speaks no HTTP. */
  breaker(origin: string): Breaker;
  /** The limiter of a credential at an origin; made by whoever asks first. */
  limiter(scope: string, options: Omit<LimiterOptions, "clock">): Limiter;
  /** The ceiling of an Integration, by a text that stands for it. */
  ceiling(owner: string, rateLimit: RateLimit | undefined): Ceiling | undefined;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** @returns a transport; a process needs one. */
export function createTransport(options: TransportOptions = {}): Transport {
  const clock = options.clock ?? systemClock();
  const env = options.env ?? {};
  const redactor = createRedactor();
  const { fetch, dispatcher, trust = () => "unbound" } = options;
  const dispatch = createDispatch({ env, fetch, dispatcher, trust });
  const breakers = new Map<string, Breaker>();
  const limiters = new Map<string, Limiter>();
  const ceilings = new Map<string, Ceiling>();
  hideProxyPasswords(redactor, env);
  return {
    fetch: dispatch.fetch,
    guardedFetch: dispatch.guardedFetch,
    onAnswer: (headers) => options.onAnswer?.(headers),
    clock,
    random: options.random ?? Math.random,
    redactor,
    etags: new EtagCache(options.etags),
    authorizations: createAuthorizationCache(clock),
    counters: { requests: 0, retries: 0, notModified: 0 },
    userAgent: options.userAgent ?? "plumbline",
    breaker: (origin) => madeOnce(breakers, origin, () => new Breaker()),
    limiter: (scope, settings) => madeOnce(limiters, scope, () => new Limiter({ ...settings, clock })),
    ceiling(owner, rateLimit) {
      if (rateLimit?.requestsPerSecond === undefined && rateLimit?.concurrency === undefined) return undefined;
      const { requestsPerSecond = 0, concurrency = 0 } = rateLimit;
      const key = fingerprint(owner, String(requestsPerSecond), String(concurrency));
      return madeOnce(ceilings, key, () => ({
        bucket: requestsPerSecond > 0 ? new TokenBucket(requestsPerSecond, 1000, clock.monotonic()) : undefined,
        slots: concurrency > 0 ? new Slots(concurrency) : undefined,
      }));
    },
    close: dispatch.close,
  };
}

function madeOnce<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function hideProxyPasswords(redactor: Redactor, env: NonNullable<TransportOptions["env"]>): void {
  const { http, https } = proxiesOf(env);
  for (const address of [http, https]) {
    if (!URL.canParse(address)) continue;
    const { password } = new URL(address);
    if (password !== "") redactor.add(decodeURIComponent(password));
  }
}
