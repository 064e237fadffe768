/** CloudEvents of other programs, read and stored. */
import { CloudEventError, type ReadEvent } from "../../events/cloudevents.ts";
import { acceptPosted, PostRefused, readPosted } from "../../events/post.ts";
import { HttpError } from "../../server/http-error.ts";
import type { PostedEventsPart } from "../../server/parts.ts";
import type { Accepted, EventStore, NewEvent } from "../../store/event-types.ts";

export function postedEventsPart(
  store: Pick<EventStore, "accept">,
  now: () => number,
  onAccepted: (events: readonly NewEvent[], accepted: readonly Accepted[]) => void,
): PostedEventsPart {
  /** The texts of `data`, beside the events that were read of them. */
  const texts = new WeakMap<object, ReadEvent>();
  return {
    async read(request) {
      const events = reading(() => readPosted(request));
      for (const event of events) texts.set(event, event);
      return events;
    },
    async accept(events, { namespace, trace }) {
      const read = events.map(
        (event) => texts.get(event) ?? { ...event, dataText: JSON.stringify(event.data ?? null) },
      );
      const accepted = await acceptPosted(store, read, { namespace, trace, receivedAt: now() }, onAccepted);
      return accepted.map((one, at) => ({ ...one, id: read[at]?.id ?? "" }));
    },
  };
}

function reading<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof CloudEventError) {
      const code = cause.status === 415 ? "UnsupportedMediaType" : "BadRequest";
      throw new HttpError(cause.status, code, cause.message, { cause });
    }
    if (!(cause instanceof PostRefused)) throw cause;
    const codes = { 403: "ReservedSource", 413: "TooLarge", 415: "UnsupportedMediaType" } as const;
    throw new HttpError(cause.status, codes[cause.status], cause.message, { cause });
  }
}
