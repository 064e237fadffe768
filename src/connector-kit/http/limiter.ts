/**
 * All limits that one credential has at one origin, shared by everything in the process.
 *
 * A request goes when every bucket it counts against has a token, no pause holds it, and a slot is
 * free. It waits outside the slots, so that a method that was told to wait does not hold up others.
 * A 429 pauses only what it is about: the bucket of the first limit that is counted for each of something
 * (a path, a channel), the resource that the answer names, the one limit that applies; only when none of
 * these is known, everything.
 */
import type { Limit } from "../http-contract.ts";
import { parseDuration } from "./duration.ts";
import { type Lane, reserveOf, ServerWindow, TokenBucket } from "./limits.ts";
import { type HeaderReader, readQuotas } from "./rate-headers.ts";
import { Slots } from "./slots.ts";
import type { Clock, RequestSummary } from "./types.ts";

/** A request as the limiter sees it. */
export interface LimitedRequest {
  summary: RequestSummary;
  /** The limit that it names itself. */
  limit: string | undefined;
  lane: Lane;
  /** The longest pause, in milliseconds, that is waited for. */
  maxWait: number;
  signal: AbortSignal | undefined;
  /** The Integration's own ceiling, on top. */
  ceiling: Ceiling | undefined;
}

/** `spec.rateLimit` of an Integration. */
export interface Ceiling {
  bucket: TokenBucket | undefined;
  slots: Slots | undefined;
}

/** The quota is spent for longer than the request may wait. */
export class QuotaSpent extends Error {
  override readonly name = "QuotaSpent";
  /** Milliseconds until it is back. */
  readonly wait: number;
  constructor(wait: number) {
    super("The quota is spent.");
    this.wait = wait;
  }
}

export interface LimiterOptions {
  clock: Clock;
  /** The platform's published limits: which requests count where. */
  limits: readonly Limit[];
  /** Whether the published figures hold here. */
  published: boolean;
  /** Requests at once. */
  concurrency: number;
}

/** What is left of a limit. */
export interface LimitLeft {
  name: string;
  /** Requests in a period, where that is known. */
  limit?: number;
  remaining: number;
  /** When all of it is there again, in milliseconds since 1970. */
  resetAt: number;
}

/** One way of waiting: for tokens, or until a pause or a window is over. */
interface Obstacle {
  wait: number;
  /** The server said so; such a wait may be too long to be waited for. */
  told: boolean;
}

/** Of what most requests count against. */
const none: readonly never[] = [];

/** The most paths and resources whose buckets are kept. */
const MOST = 2000;

export class Limiter {
  readonly #options: LimiterOptions;
  readonly #all: Slots;
  readonly #background: Slots;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #windows = new Map<string, ServerWindow>();
  readonly #pauses = new Map<string, number>();
  readonly #resourcesOf = new Map<string, readonly string[]>();

  constructor(options: LimiterOptions) {
    const { concurrency } = options;
    this.#options = options;
    this.#all = new Slots(concurrency);
    this.#background = new Slots(Math.max(1, concurrency - Math.max(1, reserveOf(concurrency, "background"))));
  }

  /**
   * Sends a request when the limits allow it.
   *
   * @param send sends it, and calls {@link report} before it ends.
   * @throws QuotaSpent when the server's pause outlasts `maxWait`; the signal's reason; what `send` throws.
   */
  async run<T>(request: LimitedRequest, send: () => Promise<T>): Promise<T> {
    for (;;) {
      request.signal?.throwIfAborted();
      const outcome = await this.#inSlot(request, send);
      if ("value" in outcome) return outcome.value;
      const { wait, told } = outcome;
      if (told && wait > request.maxWait) throw new QuotaSpent(wait);
      await this.#options.clock.sleep(wait, request.signal);
    }
  }

  /** Takes over what the headers of an answer tell about quotas. */
  report(request: LimitedRequest, headers: HeaderReader): void {
    const { clock } = this.#options;
    const monotonic = clock.monotonic();
    const now = clock.now();
    const quotas = readQuotas(headers, now);
    if (quotas.length === 0) return;
    const names = quotas.map((quota) => quota.name);
    this.#learn(request.summary.path, names);
    for (const quota of quotas) {
      this.#window(quota.name).report({ ...quota, resetAt: monotonic + quota.resetAt - now });
      for (const bucket of this.#published(request)) {
        if (bucket.capacity === quota.limit) bucket.correct(monotonic, quota.remaining);
      }
    }
  }

  /** The platform wants no more requests of this kind for so many milliseconds. */
  pause(request: LimitedRequest, headers: HeaderReader, milliseconds: number): void {
    const now = this.#options.clock.monotonic();
    const scope = this.#pauseScope(request, headers.get("x-ratelimit-resource"));
    this.#pauses.set(scope, Math.max(this.#pauses.get(scope) ?? 0, now + milliseconds));
    for (const [old, until] of this.#pauses) if (until <= now) this.#pauses.delete(old);
  }

  /**
   * What is left of the limits that were counted against so far: published ones, and what the server told. Of one that
   * is counted for each of something, the fullest.
   */
  left(): readonly LimitLeft[] {
    const { clock, limits } = this.#options;
    const [now, monotonic] = [clock.now(), clock.monotonic()];
    const published = limits.flatMap(({ name }) => {
      const own = [...this.#buckets].filter(([key]) => key === `limit ${name}` || key.startsWith(`limit ${name} `));
      const [least] = own
        .map(([, bucket]) => ({ limit: bucket.capacity, ...bucket.left(monotonic) }))
        .sort((a, b) => a.remaining - b.remaining);
      return least ? [{ name, ...least }] : [];
    });
    const told = [...this.#windows].flatMap(([name, window]) => {
      const left = window.left(monotonic);
      return left ? [{ name, ...left }] : [];
    });
    return [...published, ...told].map(({ name, limit, remaining, fullIn }) => ({
      ...{ name, remaining, resetAt: now + fullIn },
      ...(limit === undefined ? {} : { limit }),
    }));
  }

  /** Sends it where nothing is in its way by the time that it has its slots. */
  async #inSlot<T>(request: LimitedRequest, send: () => Promise<T>): Promise<{ value: T } | Obstacle> {
    const { lane, ceiling } = request;
    const background = lane === "interactive" ? undefined : this.#background;
    await ceiling?.slots?.take();
    await background?.take();
    await this.#all.take();
    try {
      request.signal?.throwIfAborted();
      return this.#obstacle(request) ?? { value: await this.#send(request, send) };
    } finally {
      this.#all.give();
      background?.give();
      ceiling?.slots?.give();
    }
  }

  #send<T>(request: LimitedRequest, send: () => Promise<T>): Promise<T> {
    const buckets = this.#bucketsOf(request);
    if (buckets.length > 0) {
      const now = this.#options.clock.monotonic();
      for (const bucket of buckets) bucket.take(now);
    }
    const windows = this.#windowsOf(request);
    return windows.length === 0 ? send() : within(windows, send);
  }

  /** @returns what holds the request up for longest, if anything does. */
  #obstacle(request: LimitedRequest): Obstacle | undefined {
    const now = this.#options.clock.monotonic();
    let told = this.#pauses.size === 0 ? 0 : Math.ceil(this.#pauseOf(request, now));
    for (const window of this.#windowsOf(request)) told = Math.max(told, window.wait(now, request.lane));
    let tokens = 0;
    for (const bucket of this.#bucketsOf(request)) tokens = Math.max(tokens, bucket.wait(now, request.lane));
    const wait = Math.max(told, tokens);
    return wait > 0 ? { wait, told: told >= tokens } : undefined;
  }

  /** @returns milliseconds, 0 when none of the pauses is about such a request. */
  #pauseOf(request: LimitedRequest, now: number): number {
    return Math.max(0, ...this.#scopes(request).map((scope) => (this.#pauses.get(scope) ?? now) - now));
  }

  /** The limits that a request counts against, whether or not their figures hold here. */
  #applying({ summary, limit }: LimitedRequest): readonly Limit[] {
    return this.#options.limits.filter((one) => one.name === limit || (one.applies?.(summary) ?? false));
  }

  #bucketsOf(request: LimitedRequest): readonly TokenBucket[] {
    const ceiling = request.ceiling?.bucket;
    return ceiling ? [...this.#published(request), ceiling] : this.#published(request);
  }

  #published(request: LimitedRequest): readonly TokenBucket[] {
    if (!this.#options.published || this.#options.limits.length === 0) return none;
    return this.#applying(request).map((limit) =>
      remembered(this.#buckets, keyOf(limit, request.summary), () => {
        return new TokenBucket(limit.requests, parseDuration(limit.per), this.#options.clock.monotonic());
      }),
    );
  }

  /** All names under which a pause may hold this request up. */
  #scopes(request: LimitedRequest): readonly string[] {
    const { path } = request.summary;
    const limits = this.#applying(request).map((limit) => keyOf(limit, request.summary));
    return ["all", ...this.#resources(path).map((resource) => `resource ${resource}`), ...limits];
  }

  #pauseScope(request: LimitedRequest, resource: string | null): string {
    const applying = this.#applying(request);
    const counted = applying.find(({ each }) => each !== undefined);
    if (counted) return keyOf(counted, request.summary);
    if (resource !== null) return `resource ${resource}`;
    const [only] = applying;
    return only && applying.length === 1 ? keyOf(only, request.summary) : "all";
  }

  #windowsOf(request: LimitedRequest): readonly ServerWindow[] {
    const resources = this.#resources(request.summary.path);
    return resources.length === 0 ? none : resources.map((resource) => this.#window(resource));
  }

  #window(resource: string): ServerWindow {
    return remembered(this.#windows, resource, () => new ServerWindow());
  }

  /** Which of the server's quotas a path counts against, by what answers of its kind have said. */
  #resources(path: string): readonly string[] {
    if (this.#resourcesOf.size === 0) return none;
    const [near, far] = familiesOf(path);
    return this.#resourcesOf.get(near) ?? this.#resourcesOf.get(far) ?? none;
  }

  #learn(path: string, resources: readonly string[]): void {
    for (const family of familiesOf(path)) {
      if (this.#resourcesOf.size >= MOST) this.#resourcesOf.clear();
      this.#resourcesOf.set(family, resources);
    }
  }
}

/** Counts a request in the windows for as long as it is under way. */
async function within<T>(windows: readonly ServerWindow[], send: () => Promise<T>): Promise<T> {
  for (const window of windows) window.begin();
  try {
    return await send();
  } finally {
    for (const window of windows) window.ended();
  }
}

/** A path is like those that share its first two segments, else its first: `/search/code`, `/search`. */
function familiesOf(path: string): readonly [string, string] {
  const [, first = "", second = ""] = path.split("/", 3);
  return [`${first}/${second}`, first];
}

function keyOf({ name, each }: Limit, summary: RequestSummary): string {
  if (each === undefined) return `limit ${name}`;
  return `limit ${name} ${each === "path" ? summary.path : each.of(summary)}`;
}

function remembered<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known) return known;
  const made = make();
  for (const [oldest] of map) {
    if (map.size < MOST) break;
    map.delete(oldest);
  }
  map.set(key, made);
  return made;
}
