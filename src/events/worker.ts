/**
 * Carries out deliveries: claims what is due, performs it, and records how it ended.
 *
 * What it holds is a lease that it renews; one that it lost (the process was paused for longer) is stopped, since
 * another worker has it. At least once: after a kill the attempt is made again, under the same delivery id.
 */
import type { Clock } from "../connector-kit/http/types.ts";
import type { Claimed, Delivery, EventStore, Hold, NewEvent } from "../store/event-types.ts";
import { attemptOf, endOf, givenBack, logEnd } from "./attempt-end.ts";
import { type EventLog, messageOf } from "./log.ts";
import type { Origins } from "./origins.ts";
import type { DeliveryCode } from "./reasons.ts";
import { createRecentEvents } from "./recent-events.ts";
import { createRecorder } from "./recorder.ts";
import type { OpenEvent, Performed, Performer } from "./types.ts";

/** Milliseconds for which a delivery is a worker's, unless it renews: how long a kill delays what was under way. */
export const LEASE = 30_000;
/** Milliseconds after which a delivery that waits for its retry no longer holds back later ones of its key. */
export const PASS_AFTER = 5 * 60 * 1000;
/** The part of its room that has to be free before more is claimed, while there is more. */
const LEAST_ROOM = 1 / 8;

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
  /** Puts own events into the inbox. @throws StoreError */
  raise(events: readonly NewEvent[]): Promise<unknown>;
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
  /**
   * Keeps room for deliveries that are about to be written, so that they need not be claimed.
   *
   * @returns undefined when there is none, or when others have waited longer.
   */
  reserve(deliveries: number): Reservation | undefined;
  /** Whether more waits to be claimed than there was room for, or than was free when it was looked for. */
  awaits(): boolean;
  /** Deliveries wait that the last claim did not see. */
  added(): void;
  /** How many it holds. */
  busy(): number;
  /** Keeps events that deliveries are about to follow from. */
  remember(events: readonly OpenEvent[]): void;
  /** Waits for what is under way until `end` is aborted; then has it stopped and gives it back. */
  drain(end: AbortSignal): Promise<void>;
}

/** Room for deliveries. */
export interface Reservation {
  hold: Hold;
  /** Carries out what the worker was given; the rest of the room is free again. */
  use(given: readonly Given[]): void;
}

/** A delivery, and the event that it follows from. */
export interface Given {
  delivery: Delivery;
  event: OpenEvent;
}

interface Running {
  control: AbortController;
  ended: Promise<void>;
  /** What it follows from, once that is known. */
  event: OpenEvent | undefined;
}

export function createWorker(options: WorkerOptions): Worker {
  const { store, clock, log, name } = options;
  const running = new Map<string, Running>();
  const recent = createRecentEvents(store, options.origins);
  const recorder = createRecorder({ ...options, eventOf: recent.eventOf });
  let stopping = false;
  /** Whether the last claim was filled, so that more may wait. */
  let hasMore = false;
  /** Whether deliveries may wait whose time has come. */
  let waits = true;
  /** Places of deliveries that are about to be given or claimed. */
  let reserved = 0;
  const room = () => options.concurrency - running.size - reserved;

  /** Never throws: what is thrown is a mistake in a program, and is tried again. */
  async function perform(delivery: Delivery, one: Running): Promise<Performed> {
    const { signal } = one.control;
    try {
      one.event ??= recent.kept(delivery.event) ?? (await recent.eventOf(delivery.event));
      const { event } = one;
      const performer = options.performers[delivery.kind];
      if (!event) return gone("NoEvent", "The event that it follows from is gone.");
      if (!performer) return gone("NoPerformer", `Nothing carries out a ${delivery.kind}.`);
      return await performer.perform(delivery, {
        event,
        attempt: attemptOf(delivery),
        signal,
        checkpoint: (progress) => checkpoint(delivery, progress, signal),
      });
    } catch (error) {
      return { outcome: "retry", code: internal, message: messageOf(error) };
    }
  }

  async function checkpoint(delivery: Delivery, progress: string, signal: AbortSignal): Promise<void> {
    const held = await store.renew(name, clock.now() + LEASE, new Map([[delivery.id, progress]]), [delivery.id]);
    if (held.length === 0) lose(delivery.id);
    signal.throwIfAborted();
  }

  function lose(id: string): void {
    running.get(id)?.control.abort(new Error("Another worker has this delivery by now."));
  }

  async function attempt(delivery: Delivery, one: Running): Promise<void> {
    const { signal } = one.control;
    const at = clock.now();
    const began = clock.monotonic();
    try {
      const performed = await perform(delivery, one);
      // One that another worker has by now is recorded by that one.
      if (signal.aborted && !stopping) return;
      const isGivenBack = signal.aborted && performed.outcome === "retry";
      const end = isGivenBack
        ? givenBack(delivery.id, name, clock.now())
        : endOf(delivery, performed, { worker: name, at, took: clock.monotonic() - began, random: options.random() });
      await recorder.record(delivery, end, signal);
      // When it is due is to be looked up anew: a claim that was under way meanwhile did not see it.
      if (end.state === "waiting") waits = true;
      logEnd(log, delivery, end, one.event?.stored);
    } catch (error) {
      // It stays this worker's until its lease ends, and is then tried again.
      log.error({ delivery: delivery.id, trace: delivery.trace }, messageOf(error));
    } finally {
      running.delete(delivery.id);
      options.onEnded();
    }
  }

  function ask(limit: number): Promise<Claimed> {
    const now = clock.now();
    waits = false;
    return store.claim({ now, limit, worker: name, until: now + LEASE, passAfter: PASS_AFTER });
  }

  function start(delivery: Delivery, event?: OpenEvent): void {
    const one: Running = { control: new AbortController(), ended: Promise.resolve(), event };
    running.set(delivery.id, one);
    one.ended = attempt(delivery, one);
  }

  return {
    async claim() {
      const free = room();
      if (stopping || free <= 0) return "busy";
      // With many waiting, one claim for each that ends would cost more than the deliveries.
      if (hasMore && free < options.concurrency * LEAST_ROOM) return "busy";
      // The other half is for what comes meanwhile: what found no room would have to be claimed too.
      const limit = Math.ceil(free / 2);
      let claimed: Claimed = { deliveries: [], blocked: true };
      reserved += limit;
      try {
        claimed = await ask(limit);
      } finally {
        // What was claimed begins before anybody else can have the room.
        reserved -= limit;
        if (claimed.blocked) waits = true;
      }
      const { deliveries } = claimed;
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
    reserve(count) {
      const free = room();
      if (stopping || hasMore || count > free) return undefined;
      // Whatever waits gets half of the room as it becomes free.
      if (waits && free - count < options.concurrency / 2) return undefined;
      reserved += count;
      const now = clock.now();
      return {
        hold: { now, worker: name, until: now + LEASE },
        use(given) {
          reserved -= count;
          for (const { delivery, event } of given) start(delivery, event);
        },
      };
    },
    awaits: () => waits,
    added() {
      waits = true;
    },
    busy: () => running.size,
    remember: recent.remember,
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
