/** Events and deliveries as data: moments as RFC 3339, bodies only where they are asked for. */
import type { Attempt, Delivery, StoredEvent } from "../store/event-types.ts";
import { moment, optionalMoment } from "./moments.ts";

/** @param bodies whether the event's data goes along, as the text that came. */
export function eventData({ receivedAt, attributes, data, signedHash: _, ...event }: StoredEvent, bodies: boolean) {
  return { ...event, receivedAt: moment(receivedAt), ...(bodies ? { attributes, data } : {}) };
}

/** Without what it was given and what it did, which hold messages. */
export function deliveryData(delivery: Delivery) {
  const { id, kind, namespace, target, event, state, attempts, code, message, trace } = delivery;
  return {
    id,
    kind,
    namespace,
    target,
    event,
    state,
    attempts,
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    trace,
    notBefore: moment(delivery.notBefore),
    createdAt: moment(delivery.createdAt),
    ...optionalMoment("finishedAt", delivery.finishedAt),
  };
}

export function attemptData({ at, ...attempt }: Attempt) {
  return { ...attempt, at: moment(at) };
}
