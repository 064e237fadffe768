/**
 * The events that deliveries follow from. Those that were dispatched lately are kept; others are read, all that are
 * asked for in one turn of the event loop at once.
 */
import type { EventStore, StoredEvent } from "../store/event-types.ts";
import { type Origins, openWith } from "./origins.ts";
import type { OpenEvent } from "./types.ts";

/** So many are kept in memory. */
const RECENT = 1000;

export interface RecentEvents {
  /** Keeps events that deliveries are about to follow from. */
  remember(events: readonly OpenEvent[]): void;
  /** @returns one that is kept, without waiting. */
  kept(seq: number): OpenEvent | undefined;
  /** @returns undefined for one that is gone. @throws StoreError */
  eventOf(seq: number): Promise<OpenEvent | undefined>;
}

export function createRecentEvents(store: Pick<EventStore, "eventsBySeq">, origins: Origins): RecentEvents {
  const recent = new Map<number, OpenEvent>();
  const read = readTogether(store);
  return {
    remember(events) {
      for (const event of events) recent.set(event.stored.seq, event);
      for (const seq of recent.keys()) {
        if (recent.size <= RECENT) break;
        recent.delete(seq);
      }
    },
    kept: (seq) => recent.get(seq),
    async eventOf(seq) {
      const known = recent.get(seq);
      if (known) return known;
      const stored = await read(seq);
      return stored && openWith(origins, stored);
    },
  };
}

type Found = ReadonlyMap<number, StoredEvent>;

/** @returns reads one; those of one turn share a query. */
function readTogether(store: Pick<EventStore, "eventsBySeq">): (seq: number) => Promise<StoredEvent | undefined> {
  let asked: Set<number> | undefined;
  let answer: Promise<Found> | undefined;
  const ask = async (): Promise<Found> => {
    await undefined; // the others of this turn come in
    const seqs = [...(asked ?? [])];
    asked = undefined;
    answer = undefined;
    return new Map((await store.eventsBySeq(seqs)).map((event) => [event.seq, event]));
  };
  return async (seq) => {
    asked ??= new Set();
    asked.add(seq);
    answer ??= ask();
    return (await answer).get(seq);
  };
}
