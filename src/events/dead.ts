/** The event that tells of a delivery which was given up. */
import type { Attempt, Delivery, NewEvent, StoredEvent } from "../store/event-types.ts";
import { ownEvent } from "./envelope.ts";

export const DEAD_TYPE = "plumbline.delivery.dead";

/**
 * @param event what the delivery followed from. @param now milliseconds since 1970.
 * @returns undefined where the delivery was itself about a dead one: a notice that cannot be delivered must not
 *   lead to another.
 */
export function deadEvent(delivery: Delivery, event: StoredEvent, how: Attempt, now: number): NewEvent | undefined {
  if (event.type === DEAD_TYPE) return undefined;
  const { id, kind, namespace, target, attempts, trace } = delivery;
  const { code, message, step } = how;
  const { source, type, subject } = event;
  return ownEvent(
    {
      type: DEAD_TYPE,
      id: `${id}:${attempts}`,
      subject: `${namespace}/${target}`,
      data: {
        ...{ delivery: id, kind, target, attempts, severity: "error", code, message, step },
        event: { seq: event.seq, source, id: event.id, type, subject },
      },
    },
    { namespace, receivedAt: now, trace, hops: event.hops + 1 },
  );
}
