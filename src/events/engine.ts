/**
 * Runs the queue: dispatches, works, renews and prunes, each in a loop of its own that sleeps until there is
 * something to do.
 *
 * A wake is a hint; looking again by itself is what nothing can get lost by. A store that fails is asked again after
 * a while: events stay where they are.
 */
import type { Clock } from "../connector-kit/http/types.ts";
import type { Delivery, DispatchRight, EventStore } from "../store/event-types.ts";
import { createDispatcher } from "./dispatcher.ts";
import { createIntake, type TakeIn } from "./intake.ts";
import { type EventLog, messageOf } from "./log.ts";
import type { Origins } from "./origins.ts";
import { pruneAll, RETENTION, type RetentionPolicy } from "./retention.ts";
import type { Follower, Miss, Notifier, Performer } from "./types.ts";
import { createSleep } from "./wait.ts";
import { createWorker, LEASE } from "./worker.ts";

/** Milliseconds between two looks when nothing wakes: what another process added on SQLite is found by looking. */
export const POLL = 1000;
/** Milliseconds after which a store that failed is asked again. */
const AFTER_ERROR = 5000;
const PRUNE_EVERY = 60 * 60 * 1000;
const RENEW_EVERY = LEASE / 3;
/** Deliveries at once where it is not said: each waits most of its time for its receiver and for the disk. */
const CONCURRENCY = 256;

export interface EngineOptions {
  store: EventStore;
  followers: readonly Follower[];
  notifier?: Notifier;
  performers: Readonly<Partial<Record<Delivery["kind"], Performer>>>;
  origins: Origins;
  clock: Clock;
  /** From 0 to below 1. */
  random(): number;
  log: EventLog;
  /** Unique for a process. */
  worker: string;
  concurrency?: number;
  retention?: RetentionPolicy;
  /** Told once it is written what followed. @param rule `namespace/name`. */
  onMiss?(miss: Miss, rule: string): void;
}

export interface EventEngine {
  /** Starts the loops. */
  start(): void;
  /** What is taken in before the start, or while another process dispatches, is dispatched later. */
  takeIn: TakeIn;
  /**
   * Claims nothing more, lets what is under way end for as long as that, then stops it and gives it back.
   *
   * @param milliseconds how long to wait. @returns when nothing is held any more.
   */
  stop(milliseconds: number): Promise<void>;
}

export function createEngine(options: EngineOptions): EventEngine {
  const { store, clock, log } = options;
  const ending = new AbortController();
  const ended = new AbortController();
  const dispatching = createSleep(clock);
  const working = createSleep(clock);
  const dispatcher = createDispatcher({ ...options, onWritten: wakeWorker });
  const worker = createWorker({
    ...options,
    name: options.worker,
    concurrency: options.concurrency ?? CONCURRENCY,
    onEnded: () => {
      if (worker.awaits()) working.wake();
    },
    raise: (events) => intake.takeIn(events),
  });
  const intake = createIntake({
    ...{ store, dispatcher, worker },
    dispatches: () => !ending.signal.aborted && right?.held() === true,
    onPending: () => dispatching.wake(),
    onWaiting: wakeWorker,
  });
  let right: DispatchRight | undefined;
  let loops: Promise<unknown> = Promise.resolve();
  let renewal: Promise<void> = Promise.resolve();
  let stopListening: () => void = () => undefined;

  /** Runs something again and again. @param step gives the milliseconds to sleep. */
  async function loop(
    what: string,
    sleep: (milliseconds: number) => Promise<void>,
    step: () => Promise<number>,
    end: AbortSignal = ending.signal,
  ): Promise<void> {
    while (!end.aborted) {
      const pause = await step().catch((error: unknown) => {
        log.error({ loop: what }, messageOf(error));
        return AFTER_ERROR;
      });
      if (pause > 0 && !end.aborted) await sleep(pause);
    }
  }

  async function dispatchStep(): Promise<number> {
    if (!right?.held()) {
      dispatcher.look();
      options.notifier?.forget();
      right = await store.dispatcher();
    }
    if (!right) return POLL;
    const dispatched = await dispatcher.round();
    worker.remember(dispatched);
    if (dispatched.length > 0 && dispatcher.hasMore()) return 0;
    const due = options.notifier?.nextDue();
    return due === undefined ? POLL : Math.max(1, Math.min(POLL, due - clock.now()));
  }

  async function workStep(): Promise<number> {
    const claimed = await worker.claim();
    if (claimed !== "nothing") return claimed === "found" ? 0 : POLL;
    const now = clock.now();
    const due = await store.nextDue(now);
    return due === undefined ? POLL : Math.max(1, Math.min(POLL, due - now));
  }

  const pausing = (end: AbortSignal) => (milliseconds: number) => clock.sleep(milliseconds, end).catch(() => undefined);

  function wakeWorker(): void {
    worker.added();
    working.wake();
  }

  /** Goes on until nothing is held, also while the program ends. */
  function renewing(): Promise<void> {
    const step = async () => {
      await worker.renew();
      return RENEW_EVERY;
    };
    return loop("renew", pausing(ended.signal), step, ended.signal);
  }

  return {
    start() {
      stopListening = store.onWake(() => {
        dispatcher.look();
        dispatching.wake();
        wakeWorker();
      });
      loops = Promise.all([
        loop("dispatch", dispatching.sleep, dispatchStep),
        loop("work", working.sleep, workStep),
        loop("retention", pausing(ending.signal), async () => {
          const gone = await pruneAll(store, options.retention ?? RETENTION, clock.now(), ending.signal);
          if (gone > 0) log.info({ gone }, "Finished events and deliveries went.");
          return PRUNE_EVERY;
        }),
      ]);
      renewal = renewing();
    },
    takeIn: intake.takeIn,
    async stop(milliseconds) {
      ending.abort();
      stopListening();
      dispatching.wake();
      working.wake();
      await loops;
      await intake.settled();
      const patience = new AbortController();
      const done = new AbortController();
      clock.sleep(milliseconds, done.signal).then(
        () => patience.abort(),
        () => undefined,
      );
      await worker.drain(patience.signal);
      done.abort();
      ended.abort();
      await renewal;
      await right?.release();
    },
  };
}
