/**
 * Keeps a record of what was refused, for the operator.
 *
 * Nobody waits for it: a sender must not learn from the time that an answer takes how far it came, and one that
 * sends rubbish must not cost a sync of the disk each time. So they are written in batches, and of a flood some
 * are only counted.
 */
import type { EventStore, Refusal } from "../store/event-types.ts";
import { type EventLog, messageOf } from "./log.ts";

/** At most so many wait to be written. */
const KEPT = 200;

export interface RefusalRecorder {
  record(refusal: Refusal): void;
  /** Resolves when all that was recorded is written, or was given up. */
  written(): Promise<void>;
}

export function recordRefusals(store: Pick<EventStore, "refuse">, log: EventLog): RefusalRecorder {
  let waiting: Refusal[] = [];
  let left = 0;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      if (left > 0) log.warn({ refused: left }, "More requests were refused at once than are recorded one by one.");
      left = 0;
      await store.refuse(batch).catch((error: unknown) => {
        log.error({ refused: batch.length }, `Refused requests could not be recorded: ${messageOf(error)}`);
      });
    }
    writing = undefined;
  }

  return {
    record(refusal) {
      const { integration, status, reason, remoteAddress, trace } = refusal;
      log.warn({ integration, status, reason, remoteAddress, trace }, refusal.message);
      if (waiting.length < KEPT) waiting.push(refusal);
      else left += 1;
      writing ??= Promise.resolve().then(write);
    },
    written: () => writing ?? Promise.resolve(),
  };
}
