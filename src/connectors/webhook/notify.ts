/**
 * Notifications as JSON, in the connection's format; where that is `json`, in Standard Webhooks' frame, so that a
 * receiver sees what it is.
 *
 * The body of a delivery is the same each time that it is tried: its time is that of the newest event.
 */
import { type Notification, type Notified, type NotifyRun, type Static, Type } from "../../connector-kit/index.ts";
import { idOf, type WebhookWriter } from "./client.ts";
import { encode } from "./formats.ts";
import { checkHeaders } from "./headers.ts";
import { fitted } from "./notification-size.ts";

const NOTIFICATION = "plumbline.notification";

export const target = Type.Object(
  {
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: "Sent along, over those of the connection.",
        examples: [{ "x-team": "payments" }],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "What is sent along.",
    examples: [{ headers: { "x-team": "payments" } }],
  },
);

/** It is posted, so nothing is edited: `run.previous` says nothing here, and no reference is given. */
export async function notify(
  webhook: WebhookWriter,
  notification: Notification,
  { headers = {} }: Static<typeof target>,
  { key }: NotifyRun,
): Promise<Notified> {
  const { settings, now } = webhook.sender;
  checkHeaders(headers, settings, "The target's headers");
  const { data, truncated } = fitted(notification);
  const format = settings.format === undefined || settings.format === "json" ? "standard" : settings.format;
  const encoded = encode(format, {
    ...{ id: idOf(key), type: NOTIFICATION, source: settings.source ?? "/plumbline", data },
    time: data.events.at(-1)?.time ?? new Date(now()).toISOString(),
  });
  await webhook.deliver(key, { body: encoded.body, headers: { ...headers, ...encoded.headers } });
  return truncated === undefined ? {} : { truncated };
}
