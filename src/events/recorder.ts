/** Writes down how attempts ended, whatever it takes, and tells of deliveries that were given up. */
import type { Clock } from "../connector-kit/http/types.ts";
import type { Attempt, AttemptEnd, Delivery, EventStore, NewEvent } from "../store/event-types.ts";
import { StoreError } from "../store/types.ts";
import { deadEvent } from "./dead.ts";
import type { EventLog } from "./log.ts";
import type { OpenEvent } from "./types.ts";

/** Milliseconds after which an end that could not be written is tried again. */
const RECORD_AGAIN = 2000;

export interface RecorderOptions {
  store: Pick<EventStore, "end">;
  clock: Clock;
  log: EventLog;
  /** @returns the event that a delivery follows from; undefined for one that is gone. */
  eventOf(seq: number): Promise<OpenEvent | undefined>;
  /** Puts own events into the inbox. @throws StoreError */
  raise(events: readonly NewEvent[]): Promise<unknown>;
}

export interface Recorder {
  /**
   * Goes on until it is written, as long as the delivery is this worker's: one that is done must not be done again
   * because the disk was full for a minute.
   *
   * @param signal aborted when the delivery is another's. @throws StoreError then.
   */
  record(delivery: Delivery, end: AttemptEnd, signal: AbortSignal): Promise<void>;
}

export function createRecorder({ store, clock, log, eventOf, raise }: RecorderOptions): Recorder {
  /** Before it is recorded as dead, so that a kill in between tells it twice under one id, never not at all. */
  async function raiseDead(delivery: Delivery, how: Attempt): Promise<void> {
    const of = await eventOf(delivery.event);
    const event = of && deadEvent(delivery, of.stored, how, clock.now());
    if (event) await raise([event]);
  }

  return {
    async record(delivery, end, signal) {
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
    },
  };
}
