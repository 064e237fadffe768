/**
 * Decides when each Integration is reconciled: at the start, when its manifest changes, at its interval, sooner after
 * a failure that may be over, when somebody asks, and after what it depends on.
 *
 * One Integration is never reconciled twice at once, nor two of the same system; others run side by side up to a
 * bound. What a pass does is the runner's affair.
 */
import type { Integration } from "../api/index.ts";
import type { Clock } from "../connector-kit/http/types.ts";
import { type EventLog, messageOf } from "../events/log.ts";
import { createSleep } from "../events/wait.ts";
import type { Manifest } from "../manifests/types.ts";
import { specDigest } from "../reconcile/digest.ts";
import { ownerOf } from "../reconcile/pass.ts";
import type { PassEnd } from "../reconcile/pass-end.ts";
import { nextInterval, nextTry } from "./backoff.ts";
import { type Item, sharesSystem, unreadyDependency } from "./item.ts";

/** Passes at once where it is not said. Each waits for its system nearly all the time. */
const CONCURRENCY = 8;
/** Milliseconds that the loop sleeps at most. */
const LONGEST_SLEEP = 60 * 60 * 1000;
/** `spec.interval` where it is not stated, as its schema documents. */
const DEFAULT_INTERVAL = "10m";

/** What a pass leaves for the scheduler. */
export interface Ran {
  end: PassEnd;
  /** Which system it was, where that became known. */
  system?: string;
}

export interface SchedulerOptions {
  clock: Clock;
  /** From 0 to below 1. */
  random(): number;
  log: EventLog;
  /** Milliseconds of a duration such as `30s`. */
  milliseconds(duration: string): number;
  /** Runs one pass. What it throws counts as a failure that may be over. */
  run(owner: string, signal: AbortSignal): Promise<Ran>;
  /** Told once each time that one begins to wait for another. */
  onWaiting?(manifest: Manifest<Integration>, dependency: string): Promise<void>;
  /** Passes at once. */
  concurrency?: number;
  /** Each by itself: neither what it depends on nor whose system it is matters. */
  independent?: true;
}

export interface Scheduler {
  /** What is to be reconciled from now on. What is not named any more is left alone. */
  update(integrations: readonly Manifest<Integration>[]): void;
  /** Asks for a pass at once. @returns false when there is no such Integration. */
  reconcile(owner: string): boolean;
  /** How many have not been reconciled since the start. */
  unseen(): number;
  start(): void;
  /** Starts nothing more; writes under way end, and nothing follows them. @returns when all passes have ended. */
  stop(): Promise<void>;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  return new Loop(options);
}

class Loop implements Scheduler {
  readonly #options: SchedulerOptions;
  readonly #items = new Map<string, Item>();
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #sleep: ReturnType<typeof createSleep>;
  readonly #unseen = new Set<string>();
  #loop: Promise<void> = Promise.resolve();

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#sleep = createSleep(options.clock);
  }

  update(integrations: readonly Manifest<Integration>[]): void {
    const owners = new Set(integrations.map(({ object }) => ownerOf(object)));
    for (const owner of this.#items.keys()) if (!owners.has(owner)) this.#drop(owner);
    for (const manifest of integrations) this.#take(manifest);
    this.#sleep.wake();
  }

  reconcile(owner: string): boolean {
    const item = this.#items.get(owner);
    if (!item) return false;
    if (item.running) item.askedAgain = true;
    else item.due = this.#now();
    this.#sleep.wake();
    return true;
  }

  unseen(): number {
    return this.#unseen.size;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#sleep.wake();
    await this.#loop;
    await Promise.all(this.#running);
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #drop(owner: string): void {
    this.#items.delete(owner);
    this.#unseen.delete(owner);
  }

  #take(manifest: Manifest<Integration>): void {
    const owner = ownerOf(manifest.object);
    const { spec, metadata } = manifest.object;
    const digest = specDigest([spec, metadata]);
    const known = this.#items.get(owner);
    if (known?.digest === digest) {
      known.manifest = manifest;
      return;
    }
    if (!known) this.#unseen.add(owner);
    const fresh = { owner, running: false, askedAgain: false, ...known };
    this.#items.set(owner, { ...fresh, manifest, digest, due: this.#now(), failures: 0 });
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#startDue();
      await this.#sleep.sleep(this.#untilNext());
    }
  }

  /** Starts what is due and may run, the longest due first. */
  #startDue(): void {
    const now = this.#now();
    const due = [...this.#items.values()].filter((item) => !item.running && item.due <= now);
    for (const item of due.sort((a, b) => a.due - b.due)) {
      const running = [...this.#items.values()].filter((one) => one.running);
      if (running.length >= (this.#options.concurrency ?? CONCURRENCY)) return;
      if (!this.#options.independent && (running.some((other) => sharesSystem(item, other)) || this.#waits(item))) {
        continue;
      }
      this.#begin(item);
    }
  }

  #waits(item: Item): boolean {
    const dependency = unreadyDependency(item, this.#items);
    if (dependency === item.waitingFor) return dependency !== undefined;
    if (dependency === undefined) {
      delete item.waitingFor;
      return false;
    }
    item.waitingFor = dependency;
    this.#track(this.#options.onWaiting?.(item.manifest, dependency) ?? Promise.resolve(), item.owner);
    return true;
  }

  #begin(item: Item): void {
    item.running = true;
    const { digest } = item;
    this.#track(this.#pass(item.owner, digest), item.owner);
  }

  #track(work: Promise<void>, owner: string): void {
    const tracked = work.catch((error: unknown) => this.#options.log.error({ integration: owner }, messageOf(error)));
    this.#running.add(tracked);
    void tracked.finally(() => this.#running.delete(tracked));
  }

  async #pass(owner: string, digest: string): Promise<void> {
    const ran = await this.#options.run(owner, this.#stopping.signal).catch((error: unknown): Ran => {
      this.#options.log.error({ integration: owner }, messageOf(error));
      return { end: { end: "again", reason: "Internal", message: messageOf(error) } };
    });
    this.#unseen.delete(owner);
    // The item may be another object by now: the manifest changed, or went.
    const item = this.#items.get(owner);
    if (item) this.#ended(item, digest, ran);
    this.#sleep.wake();
  }

  #ended(item: Item, digest: string, { end, system }: Ran): void {
    item.running = false;
    if (system !== undefined) item.system = system;
    if (end.end === "done") item.readyDigest = digest;
    else delete item.readyDigest;
    const again = item.askedAgain || item.digest !== digest;
    item.askedAgain = false;
    item.failures = end.end === "again" ? item.failures + 1 : 0;
    item.due = this.#now() + (again ? 0 : this.#wait(item, end));
  }

  #wait({ manifest, failures }: Item, end: PassEnd): number {
    const { milliseconds, random } = this.#options;
    const interval = milliseconds(manifest.object.spec.interval ?? DEFAULT_INTERVAL);
    return end.end === "again"
      ? nextTry(failures, interval, random(), end.retryAfter)
      : nextInterval(interval, random());
  }

  /** Until something is due; what waits for another pass to end is woken by that. */
  #untilNext(): number {
    const now = this.#now();
    const waits = [...this.#items.values()].flatMap((item) =>
      item.running || item.due <= now ? [] : [item.due - now],
    );
    return Math.min(LONGEST_SLEEP, ...waits);
  }
}
