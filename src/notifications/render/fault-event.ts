/** The event that tells of a template that failed. */
import { createHash } from "node:crypto";
import { ownEvent } from "../../events/envelope.ts";
import type { NewEvent } from "../../store/event-types.ts";
import type { TemplateFault, Told } from "./types.ts";

export const TEMPLATE_FAILED = "plumbline.notification.template_failed";

/** What is known where it happened. */
export interface FaultMoment {
  namespace: string;
  /** 32 hex digits. */
  trace: string;
}

/**
 * @returns the same event (by its id) for the same fault of the same route, receiver and events; undefined where the
 *   notification was itself about a failed template: a template that cannot tell of its own failure must not lead to
 *   another one.
 */
export function templateFailed(
  fault: TemplateFault,
  told: Told,
  { namespace, trace }: FaultMoment,
): NewEvent | undefined {
  const { events, route, receiver, now } = told;
  if (events.some(({ event }) => event.envelope.type === TEMPLATE_FAILED)) return undefined;
  const seqs = events.map(({ event }) => event.stored.seq);
  const hops = Math.max(0, ...events.map(({ event }) => event.stored.hops)) + 1;
  const data = { severity: "error", ...fault, route, receiver: receiver.integration, events: seqs.slice(-100) };
  const id = createHash("sha256")
    .update(JSON.stringify([route, receiver, fault, seqs]))
    .digest("hex")
    .slice(0, 32);
  return ownEvent({ type: TEMPLATE_FAILED, id, subject: route, data }, { namespace, receivedAt: now, trace, hops });
}
