/** The generic webhook: sends to and receives from any program that speaks HTTP. */
import { defineConnector, type OpenContext } from "../../connector-kit/index.ts";
import { send, sendCloudEvent } from "./actions.ts";
import { type Sender, WebhookReader, WebhookWriter } from "./client.ts";
import { events } from "./events.ts";
import { checkHeaders } from "./headers.ts";
import { notify, target } from "./notify.ts";
import { http } from "./protocol.ts";
import { Credentials, checkSecrets } from "./secrets.ts";
import { Settings } from "./settings.ts";
import { checkScheme } from "./signing.ts";

export default defineConnector({
  platform: "webhook",
  title: "Webhook",
  connection: Settings,
  credentials: Credentials,
  http,
  // Programs of one's own, which are told what happens elsewhere as it happens; `rateLimit` spares one that takes less.
  concurrency: 64,
  open: ({ http: { reader, writer }, ...context }) => {
    const sender = senderOf(context);
    return { reader: new WebhookReader(reader, sender), writer: new WebhookWriter(writer, sender) };
  },
  check: (webhook) => webhook.check(),
  actions: { send, send_cloudevent: sendCloudEvent },
  events,
  target,
  notify,
});

/** @throws ConnectorError VALIDATION for settings and secrets that cannot be right, before anything is sent. */
function senderOf({ connection, credentials, now }: Pick<OpenContext, "connection" | "credentials" | "now">): Sender {
  const settings = connection as Settings;
  checkSecrets(settings, credentials);
  if (settings.auth === "hmac") checkScheme(settings, "auth");
  if (settings.receive === "hmac") checkScheme(settings, "receive");
  checkHeaders(settings.headers ?? {}, settings, "connection.headers");
  return { settings, host: settings.url && new URL(settings.url).host, credentials, now };
}
