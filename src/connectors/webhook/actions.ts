/** What can be sent once. The run's key is the delivery's id, so that a peer knows a repetition. */
import { defineAction, Type } from "../../connector-kit/index.ts";
import { idOf, type WebhookWriter } from "./client.ts";
import { encode } from "./formats.ts";
import { checkHeaders } from "./headers.ts";

const closed = { additionalProperties: false } as const;

const result = Type.Object(
  {
    status: Type.Integer({ description: "The status that the peer answered.", examples: [202] }),
    id: Type.String({ description: "The id that it was sent with.", examples: ["01JDC3Q4"] }),
  },
  {
    ...closed,
    description: "What the peer answered; its body is not read.",
    examples: [{ status: 202, id: "01JDC3Q4" }],
  },
);

const time = Type.Optional(
  Type.String({
    format: "date-time",
    description: "When it happened, RFC 3339; left out, now. Not in the format json.",
    examples: ["2026-11-25T12:00:00Z"],
  }),
);

const headers = Type.Optional(
  Type.Record(Type.String(), Type.String(), {
    description: "Sent along, over those of the connection.",
    examples: [{ "x-environment": "production" }],
  }),
);

export const send = defineAction({
  description: "Sends a body in the connection's format.",
  parameters: Type.Object(
    {
      body: Type.Unknown({ description: "Any JSON.", examples: [{ text: "Build 7 is out" }] }),
      type: Type.Optional(
        Type.String({
          minLength: 1,
          default: "plumbline.message",
          description: "What it tells of, in words with dots. Not in the format json.",
          examples: ["build.finished"],
        }),
      ),
      time,
      headers,
    },
    {
      ...closed,
      description: "The body.",
      examples: [{ body: { text: "Build 7 is out" }, type: "build.finished" }],
    },
  ),
  result,
  idempotent: true,
  run: async (
    webhook: WebhookWriter,
    { body: data, type = "plumbline.message", time: at, headers: added },
    { key },
  ) => {
    const { settings } = webhook.sender;
    const { format = "json", source = "/plumbline" } = settings;
    // In the format json nobody sees the time.
    const time = at ?? (format === "json" ? "" : moment(webhook));
    return deliver(webhook, key, added, encode(format, { id: idOf(key), type, source, time, data }));
  },
});

export const sendCloudEvent = defineAction({
  description: "Sends a CloudEvent: in the binary mode where that is the connection's format, else structured.",
  parameters: Type.Object(
    {
      type: Type.String({ minLength: 1, description: "The event's type.", examples: ["com.example.build.finished"] }),
      source: Type.Optional(
        Type.String({ minLength: 1, description: "Left out, the connection's.", examples: ["/ci/main"] }),
      ),
      subject: Type.Optional(
        Type.String({ minLength: 1, description: "What in the source it is about.", examples: ["builds/7"] }),
      ),
      time,
      data: Type.Optional(Type.Unknown({ description: "Any JSON.", examples: [{ status: "passed" }] })),
      headers,
    },
    {
      ...closed,
      description: "The event; its id is the run's.",
      examples: [{ type: "com.example.build.finished", subject: "builds/7", data: { status: "passed" } }],
    },
  ),
  result,
  idempotent: true,
  run: async (webhook: WebhookWriter, { headers: added, time: at, source, ...event }, { key }) => {
    const { settings } = webhook.sender;
    const format = settings.format === "cloudevents-binary" ? settings.format : "cloudevents-structured";
    const from = source ?? settings.source ?? "/plumbline";
    return deliver(
      webhook,
      key,
      added,
      encode(format, { id: idOf(key), source: from, time: at ?? moment(webhook), ...event }),
    );
  },
});

function deliver(
  webhook: WebhookWriter,
  key: string,
  added: Readonly<Record<string, string>> = {},
  { body, headers: meaning }: ReturnType<typeof encode>,
): Promise<{ status: number; id: string }> {
  checkHeaders(added, webhook.sender.settings, "The parameter headers");
  return webhook.deliver(key, { body, headers: { ...added, ...meaning } });
}

function moment({ sender }: WebhookWriter): string {
  return new Date(sender.now()).toISOString();
}
