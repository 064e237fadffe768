/** Deliveries as data of commands; all else they show as the API does. */

import { moment, optionalMoment } from "../api/moments.ts";
import type { Delivery } from "../store/event-types.ts";

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
