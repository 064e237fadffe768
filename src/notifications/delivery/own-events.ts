/** The event that tells of a template which could not be used. */
import { ownEvent } from "../../events/envelope.ts";
import type { Delivery, NewEvent, StoredEvent } from "../../store/event-types.ts";
import type { NoticeInput } from "./outputs.ts";
import type { RenderFault } from "./renderer.ts";

export const TEMPLATE_FAILED = "plumbline.template.failed";

/**
 * @param about the event that the notification followed from. @param now milliseconds since 1970.
 * @returns undefined where that was itself about a template: one wrong template must not tell of itself for ever.
 */
export function templateFailed(
  { id, namespace, trace }: Delivery,
  { route, receiver }: NoticeInput,
  about: StoredEvent,
  { template, part, path, message }: RenderFault,
  now: number,
): NewEvent | undefined {
  if (about.type === TEMPLATE_FAILED) return undefined;
  return ownEvent(
    {
      type: TEMPLATE_FAILED,
      id: `${id}:template`,
      subject: route,
      data: {
        ...{ delivery: id, route, receiver: receiver.integration, severity: "warning", template, part, message },
        ...(path === undefined ? {} : { path }),
      },
    },
    { namespace, receivedAt: now, trace, hops: about.hops + 1 },
  );
}
