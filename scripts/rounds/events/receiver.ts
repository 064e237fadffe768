/** Takes the deliveries of a round in, in the order in which they come, and can be down. */
import { json, serve } from "../../../test/support/loopback.ts";

export interface ReceivedDelivery {
  /** The idempotency key. */
  key: string;
  /** The webhook that it follows from. */
  webhook: string;
  subject: string;
}

export async function startEventReceiver() {
  const deliveries: ReceivedDelivery[] = [];
  let isDown = false;
  const { url, close } = await serve(async ({ headers, body }) => {
    if (isDown) return json(503, { message: "down" });
    const { subject, title } = JSON.parse(body.toString("utf8")) as { subject: string; title: string };
    deliveries.push({ key: String(headers["webhook-id"]), webhook: title, subject });
    return json(202, {});
  });
  return {
    url,
    close,
    deliveries,
    /** While it is, it answers 503. */
    down(value: boolean) {
      isDown = value;
    },
  };
}
