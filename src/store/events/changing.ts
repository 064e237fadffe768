/** Changes by what they are. */
import type { Accepted, EventStore } from "../event-types.ts";

/** @param change writes changes. @returns what writes those of one sort. */
export function changing(change: EventStore["change"]): Pick<EventStore, "accept" | "end"> {
  return {
    async accept(events, ahead) {
      if (events.length === 0) return [];
      const hold = ahead?.hold;
      const changes = events.map((event, at) => ({ intake: { event, following: ahead?.following[at], hold } }));
      return (await change(changes)) as readonly Accepted[];
    },
    async end(ends) {
      if (ends.length > 0) await change(ends.map((one) => ({ end: one })));
    },
  };
}
