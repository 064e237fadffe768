/**
 * Takes events into the inbox, with what follows from them where that can be said by then: one transaction holds both,
 * and the worker has the deliveries at once. What cannot be said yet is left to the dispatcher.
 *
 * Order holds, since the store writes what follows from an event only where none is pending that came before it.
 */
import type { Clock } from "../connector-kit/http/types.ts";
import type { Accepted, Ahead, Delivery, EventStore, Hold, NewDelivery, NewEvent } from "../store/event-types.ts";
import type { DecidedAhead, Dispatcher, FreshEvent } from "./dispatcher.ts";
import type { Given, Reservation, Worker } from "./worker.ts";

/**
 * Puts events into the inbox, and sees to it that they are dispatched.
 *
 * @param data of each, where it was read already; then it is not read again. @returns one answer for each, in order.
 * @throws StoreError; nothing is then stored.
 */
export type TakeIn = (events: readonly NewEvent[], data?: readonly unknown[]) => Promise<readonly Accepted[]>;

export interface IntakeOptions {
  store: Pick<EventStore, "accept">;
  dispatcher: Pick<Dispatcher, "ahead" | "followed" | "fresh">;
  worker: Pick<Worker, "reserve" | "remember" | "added">;
  clock: Pick<Clock, "now">;
  /** Whether it is this process that dispatches. */
  dispatches(): boolean;
  /** Told when something is to be dispatched. */
  onPending(): void;
  /** Told when deliveries wait to be claimed. */
  onWaiting(): void;
}

export interface Intake {
  takeIn: TakeIn;
  /** Resolves when what it was handed so far is in the inbox, or is known not to be. */
  settled(): Promise<void>;
}

export function createIntake(options: IntakeOptions): Intake {
  const { store, dispatcher, worker } = options;
  const underWay = new Set<Promise<unknown>>();

  async function take(events: readonly NewEvent[], data: readonly unknown[]): Promise<readonly Accepted[]> {
    const decided = options.dispatches() ? events.map((event, at) => dispatcher.ahead(event, data[at])) : [];
    const count = decided.reduce((sum, one) => sum + (one?.following.deliveries.length ?? 0), 0);
    const reserved = count > 0 ? worker.reserve(count) : undefined;
    const given: Given[] = [];
    try {
      const answers = await store.accept(events, aheadOf(decided, reserved));
      const pending = answers.flatMap((answer, at): FreshEvent[] => {
        const [one, event] = [decided[at], events[at] as NewEvent];
        if (answer.outcome !== "stored") return [];
        if (one && answer.followed) {
          given.push(...followed(one, answer.seq, answer.followed.given, reserved?.hold));
          return [];
        }
        return [{ stored: { ...event, seq: answer.seq, state: "pending", repeats: 0 }, data: data[at] }];
      });
      if (pending.length > 0) {
        dispatcher.fresh(pending);
        options.onPending();
      }
      return answers;
    } finally {
      reserved?.use(given);
    }
  }

  /** @returns the deliveries that are the worker's. */
  function followed(one: DecidedAhead, seq: number, given: readonly string[], hold: Hold | undefined): Given[] {
    const { event, following } = one;
    event.stored.seq = seq;
    dispatcher.followed(one);
    const { deliveries } = following;
    if (given.length < deliveries.length) {
      worker.remember([event]);
      worker.added();
      options.onWaiting();
    }
    if (!hold || given.length === 0) return [];
    const mine = deliveries.filter(({ id }) => given.includes(id));
    return mine.map((delivery) => ({ delivery: held(delivery, seq, hold), event }));
  }

  return {
    takeIn(events, data = []) {
      const taking = take(events, data).finally(() => underWay.delete(taking));
      underWay.add(taking);
      return taking;
    },
    async settled() {
      await Promise.allSettled(underWay);
    },
  };
}

function aheadOf(decided: readonly (DecidedAhead | undefined)[], reserved: Reservation | undefined): Ahead | undefined {
  if (!decided.some((one) => one !== undefined)) return undefined;
  return { following: decided.map((one) => one?.following), ...(reserved ? { hold: reserved.hold } : {}) };
}

/** A delivery as the store gave it to the worker. */
function held(delivery: NewDelivery, event: number, { now, until }: Hold): Delivery {
  return { ...delivery, event, state: "running", notBefore: until, attempts: 1, createdAt: now };
}
