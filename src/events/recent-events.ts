/**
 * The events that deliveries follow from. Those that were dispatched lately are kept; others are read, all that are
 * asked for in one turn of the event loop at once.
 */
import type { EventStore, StoredEvent } from "../store/event-types.ts";
import { type Origins, openWith } from "./origins.ts";
import type { OpenEvent } from "./types.ts";

/** So many are kept in memory: what waits while more comes in than goes out. */
const MOST = 4000;
/** Characters of all that are kept, as they came: one may be as large as a thousand others. */
const MOST_TEXT = 8 * 1024 * 1024;

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
  /** Their numbers in the order in which they came; those before `oldest` are gone. */
  const order: number[] = [];
  let oldest = 0;
  let text = 0;
  const read = readTogether(store);
  const forgetOldest = (): void => {
    const seq = order[oldest] as number;
    text -= lengthOf(recent.get(seq));
    recent.delete(seq);
    oldest += 1;
  };
  return {
    remember(events) {
      for (const event of events) {
        const { seq } = event.stored;
        text += lengthOf(event) - lengthOf(recent.get(seq));
        if (!recent.has(seq)) order.push(seq);
        recent.set(seq, event);
      }
      while (recent.size > MOST || text > MOST_TEXT) forgetOldest();
      if (oldest > MOST) {
        order.splice(0, oldest);
        oldest = 0;
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

function lengthOf(event: OpenEvent | undefined): number {
  return event ? event.stored.data.length + event.stored.attributes.length : 0;
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
