/**
 * Carries out deliveries: claims what is due, performs it, and records how it ended.
 *
 * What it holds is a lease that it renews; one that it lost (the process was paused for longer) is stopped, since
 * another worker has it. At least once: after a kill the attempt is made again, under the same delivery id.
 */
import type { Clock } from "../connector-kit/http/types.ts";
import type { Accepted, Attempt, AttemptEnd, Delivery, EventStore, NewEvent } from "../store/event-types.ts";
import { StoreError } from "../store/types.ts";
import { backoff, MAX_ATTEMPTS } from "./backoff.ts";
import { deadEvent } from "./dead.ts";
import { type EventLog, messageOf } from "./log.ts";
import { type Origins, openWith } from "./origins.ts";
import type { DeliveryCode } from "./reasons.ts";
import type { OpenEvent, Performed, Performer } from "./types.ts";

/** Milliseconds for which a delivery is a worker's, unless it renews: how long a kill delays what was under way. */
export const LEASE = 30_000;
/** Milliseconds after which a delivery that waits for its retry no longer holds back later ones of its key. */
export const PASS_AFTER = 5 * 60 * 1000;
/** Milliseconds after which an end that could not be written is tried again. */
const RECORD_AGAIN = 2000;
/** The part of its room that has to be free before more is claimed, while there is more. */
const LEAST_ROOM = 1 / 8;
/** Events that are kept in memory, so that a delivery's need not be read back. */
const RECENT = 2000;

export interface WorkerOptions {
  store: EventStore;
  performers: Readonly<Partial<Record<Delivery["kind"], Performer>>>;
  origins: Origins;
  clock: Clock;
  /** From 0 to below 1. */
  random(): number;
  log: EventLog;
  /** Unique for a process. */
  name: string;
  /** Deliveries at once. */
  concurrency: number;
  /** Told when an attempt has ended. */
  onEnded(): void;
  /** Told of own events that are in the inbox. */
  onRaised(events: readonly NewEvent[], accepted: readonly Accepted[]): void;
}

export interface Worker {
  /**
   * Claims and starts what there is room for.
   *
   * @returns whether it found something; `busy` when there is no room, until something ends. @throws StoreError
   */
  claim(): Promise<"found" | "nothing" | "busy">;
  /** Prolongs what it holds. @throws StoreError */
  renew(): Promise<void>;
  /** How many it holds. */
  busy(): number;
  /** Keeps events that deliveries are about to follow from. */
  remember(events: readonly OpenEvent[]): void;
  /** Waits for what is under way until `end` is aborted; then has it stopped and gives it back. */
  drain(end: AbortSignal): Promise<void>;
}

interface Running {
  control: AbortController;
  ended: Promise<void>;
}

export function createWorker(options: WorkerOptions): Worker {
  const { store, clock, log, name } = options;
  const running = new Map<string, Running>();
  const recent = new Map<number, OpenEvent>();
  let stopping = false;
  /** Whether the last claim was filled, so that more may wait. */
  let hasMore = false;

  async function eventOf(seq: number): Promise<OpenEvent | undefined> {
    const known = recent.get(seq);
    if (known) return known;
    const stored = await store.event(seq);
    return stored && openWith(options.origins, stored);
  }

  async function perform(delivery: Delivery, signal: AbortSignal): Promise<Performed> {
    const event = await eventOf(delivery.event);
    const performer = options.performers[delivery.kind];
    if (!event) return gone("NoEvent", "The event that it follows from is gone.");
    if (!performer) return gone("NoPerformer", `Nothing carries out a ${delivery.kind}.`);
    return performer.perform(delivery, {
      event,
      attempt: attemptOf(delivery),
      signal,
      async checkpoint(progress) {
        const held = await store.renew(name, clock.now() + LEASE, new Map([[delivery.id, progress]]), [delivery.id]);
        if (held.length === 0) lose(delivery.id);
        signal.throwIfAborted();
      },
    });
  }

  function lose(id: string): void {
    running.get(id)?.control.abort(new Error("Another worker has this delivery by now."));
  }

  async function attempt(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const at = clock.now();
    const began = clock.monotonic();
    const performed = await perform(delivery, signal).catch(
      (error: unknown): Performed => ({ outcome: "retry", code: internal, message: messageOf(error) }),
    );
    // One that another worker has by now is recorded by that one.
    if (signal.aborted && !stopping) return;
    const isGivenBack = signal.aborted && performed.outcome === "retry";
    const end = isGivenBack
      ? givenBack(delivery.id, name, clock.now())
      : endOf(delivery, performed, { worker: name, at, took: clock.monotonic() - began, random: options.random() });
    await record(delivery, end, signal);
    const { id, kind, namespace, target, trace } = delivery;
    const { outcome, code, message } = end.attempt;
    const fields = {
      delivery: id,
      kind,
      target: `${namespace}/${target}`,
      outcome,
      code,
      attempt: delivery.attempts,
      trace,
    };
    if (end.state === "dead") log.error(fields, message ?? "given up");
    else if (end.state === "waiting") log.warn({ ...fields, notBefore: end.notBefore }, message ?? "tried again later");
    else log.info(fields, "delivered");
  }

  /**
   * Goes on until it is written, as long as the delivery is this worker's: one that is done must not be done again
   * because the disk was full for a minute.
   */
  async function record(delivery: Delivery, end: AttemptEnd, signal: AbortSignal): Promise<void> {
    for (let told = false; ; told = true) {
      try {
        if (end.state === "dead") await raiseDead(delivery, end.attempt);
        await store.end([end]);
        return;
      } catch (error) {
        if (!(error instanceof StoreError) || signal.aborted) throw error;
        if (!told) log.error({ delivery: end.id, trace: delivery.trace }, `not recorded yet: ${error.message}`);
        await clock.sleep(RECORD_AGAIN, signal).catch(() => undefined);
      }
    }
  }

  /** Before it is recorded as dead, so that a kill in between tells it twice under one id, never not at all. */
  async function raiseDead(delivery: Delivery, how: Attempt): Promise<void> {
    const of = await eventOf(delivery.event);
    const event = of && deadEvent(delivery, of.stored, how, clock.now());
    if (event) options.onRaised([event], await store.accept([event]));
  }

  function start(delivery: Delivery): void {
    const control = new AbortController();
    const ended = attempt(delivery, control.signal)
      // It stays this worker's until its lease ends, and is then tried again.
      .catch((error: unknown) => log.error({ delivery: delivery.id, trace: delivery.trace }, messageOf(error)))
      .finally(() => {
        running.delete(delivery.id);
        options.onEnded();
      });
    running.set(delivery.id, { control, ended });
  }

  return {
    async claim() {
      const limit = options.concurrency - running.size;
      if (stopping || limit <= 0) return "busy";
      // With many waiting, one claim for each that ends would cost more than the deliveries.
      if (hasMore && limit < options.concurrency * LEAST_ROOM) return "busy";
      const now = clock.now();
      const deliveries = await store.claim({ now, limit, worker: name, until: now + LEASE, passAfter: PASS_AFTER });
      // One whose lease ran out while nothing could be written is still under way here.
      for (const delivery of deliveries) if (!running.has(delivery.id)) start(delivery);
      hasMore = deliveries.length >= limit;
      return deliveries.length > 0 ? "found" : "nothing";
    },
    async renew() {
      const ids = [...running.keys()];
      if (ids.length === 0) return;
      const held = new Set(await store.renew(name, clock.now() + LEASE, new Map(), ids));
      for (const id of ids) if (!held.has(id)) lose(id);
    },
    busy: () => running.size,
    remember(events) {
      for (const event of events) recent.set(event.stored.seq, event);
      for (const seq of recent.keys()) {
        if (recent.size <= RECENT) break;
        recent.delete(seq);
      }
    },
    async drain(end) {
      stopping = true;
      const all = () => Promise.all([...running.values()].map(({ ended }) => ended));
      const stop = () => {
        for (const { control } of running.values()) control.abort(new Error("The program ends."));
      };
      if (end.aborted) stop();
      else end.addEventListener("abort", stop, { once: true });
      await all();
      end.removeEventListener("abort", stop);
    },
  };
}

const gone = (code: DeliveryCode, message: string): Performed => ({ outcome: "dead", code, message });
const internal: DeliveryCode = "Internal";

/** From 1, anew after it was brought back from the dead letters. */
const attemptOf = ({ attempts, attemptsBefore = 0 }: Delivery) => attempts - attemptsBefore;

interface How {
  worker: string;
  at: number;
  took: number;
  random: number;
}

/** What is recorded of an attempt; pure. */
export function endOf(delivery: Delivery, performed: Performed, { worker, at, took, random }: How): AttemptEnd {
  const base = { id: delivery.id, worker };
  if (performed.outcome === "done") {
    const { progress } = performed;
    const kept = progress === undefined ? {} : { progress };
    return { ...base, state: "done", attempt: { at, took, outcome: "done" }, ...kept };
  }
  const { code, message } = performed;
  const step = "step" in performed && performed.step !== undefined ? { step: performed.step } : {};
  const attempt = { at, took, code, message, ...step };
  if (performed.outcome !== "retry") {
    return { ...base, state: performed.outcome, attempt: { ...attempt, outcome: performed.outcome } };
  }
  const number = attemptOf(delivery);
  if (number >= (performed.maxAttempts ?? MAX_ATTEMPTS)) {
    return { ...base, state: "dead", attempt: { ...attempt, outcome: "dead" } };
  }
  const notBefore = at + took + backoff(number, random, performed.retryAfter);
  const outcome = performed.unknown ? "unknown" : "retry";
  return { ...base, state: "waiting", notBefore, attempt: { ...attempt, outcome } };
}

function givenBack(id: string, worker: string, now: number): AttemptEnd {
  const attempt = { at: now, took: 0, outcome: "lost", message: "The program ended before it." } as const;
  return { id, worker, state: "waiting", notBefore: now, attempt };
}
