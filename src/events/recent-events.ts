/** Events that were dispatched lately, so that those which deliveries follow from need not be read back. */
import type { EventStore } from "../store/event-types.ts";
import { type Origins, openWith } from "./origins.ts";
import type { OpenEvent } from "./types.ts";

/** So many are kept in memory. */
const RECENT = 2000;

export interface RecentEvents {
  /** Keeps events that deliveries are about to follow from. */
  remember(events: readonly OpenEvent[]): void;
  /** @returns undefined for one that is gone. @throws StoreError */
  eventOf(seq: number): Promise<OpenEvent | undefined>;
}

export function createRecentEvents(store: Pick<EventStore, "event">, origins: Origins): RecentEvents {
  const recent = new Map<number, OpenEvent>();
  return {
    remember(events) {
      for (const event of events) recent.set(event.stored.seq, event);
      for (const seq of recent.keys()) {
        if (recent.size <= RECENT) break;
        recent.delete(seq);
      }
    },
    async eventOf(seq) {
      const known = recent.get(seq);
      if (known) return known;
      const stored = await store.event(seq);
      return stored && openWith(origins, stored);
    },
  };
}
