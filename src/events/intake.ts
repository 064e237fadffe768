/**
 * Takes events into the inbox, with what follows from them where that can be said by then: one transaction holds both,
 * and the worker has the deliveries at once. What cannot be said yet is left to the dispatcher.
 *
 * Order holds, since the store writes what follows from an event only where none is pending that came before it.
 */
import type { Accepted, Ahead, Delivery, EventStore, Hold, NewDelivery, NewEvent } from "../store/event-types.ts";
import type { DecidedAhead, Dispatcher, FreshEvent } from "./dispatcher.ts";
import type { KnownEvent } from "./envelope.ts";
import type { Given, Reservation, Worker } from "./worker.ts";

/**
 * Puts events into the inbox, and sees to it that they are dispatched.
 *
 * @param known of each, what is known of it; it is used up. @returns one answer for each, in order.
 * @throws StoreError; nothing is then stored.
 */
export type TakeIn = (
  events: readonly NewEvent[],
  known?: readonly (KnownEvent | undefined)[],
) => Promise<readonly Accepted[]>;

export interface IntakeOptions {
  store: Pick<EventStore, "accept">;
  dispatcher: Pick<Dispatcher, "ahead" | "followed" | "fresh" | "look" | "knowsPending">;
  worker: Pick<Worker, "reserve" | "remember">;
  /** Whether it is this process that dispatches. */
  dispatches(): boolean;
  /** Told when something is to be dispatched. */
  onPending(): void;
  /** Told when deliveries wait to be claimed. */
  onWaiting(): void;
}

export interface Intake {
  takeIn: TakeIn;
  /** Resolves when all that it was handed is in the inbox, or is known not to be. */
  settled(): Promise<void>;
}

export function createIntake(options: IntakeOptions): Intake {
  const { store, dispatcher, worker } = options;
  let underWay = 0;
  let onSettled: () => void = () => undefined;

  async function takeIn(
    events: readonly NewEvent[],
    known: readonly (KnownEvent | undefined)[] = [],
  ): Promise<readonly Accepted[]> {
    const decided = options.dispatches() ? events.map((event, at) => dispatcher.ahead(event, known[at])) : [];
    let count = 0;
    for (const one of decided) count += one?.following.deliveries.length ?? 0;
    const reserved = count > 0 ? worker.reserve(count) : undefined;
    const given: Given[] = [];
    underWay += 1;
    try {
      const answers = await store.accept(events, aheadOf(decided, reserved));
      const pending: FreshEvent[] = [];
      const isExplained = dispatcher.knowsPending();
      for (const [at, { outcome, seq, followed }] of answers.entries()) {
        if (outcome !== "stored") continue;
        const one = decided[at];
        // Another process has taken one in that came before, and that is to be dispatched first.
        if (one && !followed && !isExplained && pending.length === 0) dispatcher.look();
        if (one && followed) follow(one, seq, followed.given, reserved?.hold, given);
        else
          pending.push({
            stored: { ...(events[at] as NewEvent), seq, state: "pending", repeats: 0 },
            known: restOf(known[at]),
          });
      }
      if (pending.length > 0) {
        dispatcher.fresh(pending);
        options.onPending();
      }
      return answers;
    } finally {
      reserved?.use(given);
      underWay -= 1;
      if (underWay === 0) onSettled();
    }
  }

  /** @param mine gets the deliveries that are the worker's. */
  function follow(one: DecidedAhead, seq: number, ids: readonly string[], hold: Hold | undefined, mine: Given[]): void {
    const { event, following } = one;
    event.stored.seq = seq;
    const { deliveries } = following;
    const atOnce = ids.length === deliveries.length;
    dispatcher.followed(one, atOnce);
    if (!atOnce) {
      worker.remember([event]);
      options.onWaiting();
    }
    if (!hold) return;
    for (const delivery of deliveries) {
      if (ids.includes(delivery.id)) mine.push({ delivery: held(delivery, seq, hold), event });
    }
  }

  return {
    takeIn,
    async settled() {
      if (underWay > 0) await new Promise<void>((resolve) => (onSettled = resolve));
    },
  };
}

/** Of what was used up the data can still be used. */
function restOf(known: KnownEvent | undefined): KnownEvent | undefined {
  return known?.data === undefined ? undefined : { data: known.data };
}

function aheadOf(decided: readonly (DecidedAhead | undefined)[], reserved: Reservation | undefined): Ahead | undefined {
  if (!decided.some((one) => one !== undefined)) return undefined;
  return { following: decided.map((one) => one?.following), ...(reserved ? { hold: reserved.hold } : {}) };
}

/** A delivery as the store gave it to the worker. */
function held(delivery: NewDelivery, event: number, { now, until }: Hold): Delivery {
  return { ...delivery, event, state: "running", notBefore: until, attempts: 1, createdAt: now };
}
