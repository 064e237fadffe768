/**
 * Messages: sending, changing, reacting.
 *
 * A message has no idempotency key: after a time-out it may be there. Its `metadata` carries the run's key, so
 * that whoever looks can tell a repetition. An incoming webhook is bound to one channel, and its answer does
 * not say which message it made.
 */
import { ConnectorError, defineAction, Type } from "../../connector-kit/index.ts";
import { call, explained, succeedsWith } from "./calls.ts";
import type { SlackWriter } from "./client.ts";
import {
  blocks,
  boundToChannel,
  channelId,
  closed,
  emoji,
  goesSomewhere,
  message,
  target,
  targetOf,
  thread,
  timestamp,
} from "./parameters.ts";
import { decodeText } from "./text.ts";

/** A message to be sent. */
export interface Message {
  message: string;
  blocks?: readonly unknown[];
  /** Further arguments of Slack's, such as `unfurl_links`. */
  more?: Readonly<Record<string, string | boolean>>;
  /** The `ts` of the message that it answers. */
  thread?: string;
}

export const sendMessage = defineAction({
  description: "Sends a message to a channel or a person.",
  parameters: Type.Object(
    {
      via: Type.Optional(
        Type.Enum(["api", "webhook"], {
          default: "api",
          description:
            "How it goes: by the Web API, or by the incoming webhook of credentials.webhookUrl, which is bound to one channel.",
          examples: ["webhook"],
        }),
      ),
      channel: Type.Optional(target),
      message,
      blocks: Type.Optional(blocks),
      thread: Type.Optional(thread),
    },
    { ...closed, description: "The message.", examples: [{ channel: "#incidents", message: "Hello" }] },
  ),
  result: Type.Object(
    {
      channel: Type.Optional(channelId),
      ts: Type.Optional(timestamp),
      message: Type.Optional(
        Type.Object(
          { text: Type.String({ description: "As people read it, without escapes.", examples: ["Hello"] }) },
          { ...closed, description: "What Slack made of it.", examples: [{ text: "Hello" }] },
        ),
      ),
    },
    {
      ...closed,
      description: "Where the message is, and its text. Empty for a webhook, which does not tell.",
      examples: [{ channel: "C012AB3CD", ts: "1732560000.000100", message: { text: "Hello" } }],
    },
  ),
  fits: goesSomewhere,
  run: async (slack: SlackWriter, { via, channel, ...content }, { key }) => {
    if (via === "webhook") return postToWebhook(slack, channel, content, key);
    return post(slack, await slack.idFor(targetOf(slack, channel)), content, key);
  },
});

/** Posts by the Web API. @param channel an id. @param key the run's. @returns where the message is. */
export async function post(
  slack: SlackWriter,
  channel: string,
  content: Message,
  key: string,
): Promise<{ channel: string; ts: string; message: { text: string } }> {
  const form = {
    ...content.more,
    channel,
    text: content.message,
    metadata: JSON.stringify(marked(key)),
    ...(content.blocks ? { blocks: JSON.stringify(content.blocks) } : {}),
    ...(content.thread === undefined ? {} : { thread_ts: content.thread }),
  };
  const { body } = await call(slack.http, "chat.postMessage", form, {
    limit: "special",
    subject: channel,
    what: `send a message to ${channel}`,
  });
  const { message } = body as { message?: { text?: unknown } };
  const text = typeof message?.text === "string" ? message.text : content.message;
  return { ...placeOf(body), message: { text: decodeText(text) } };
}

/** Posts by the incoming webhook. @throws ConnectorError VALIDATION where a channel is named, or no webhook is set. */
export async function postToWebhook(
  slack: SlackWriter,
  channel: string | undefined,
  { message: text, blocks: given, thread: parent, more }: Message,
  key: string,
): Promise<Record<string, never>> {
  if (channel !== undefined) {
    throw new ConnectorError("VALIDATION", boundToChannel);
  }
  const { webhookUrl } = slack.settings;
  if (webhookUrl === undefined || !URL.canParse(webhookUrl)) {
    const state = webhookUrl === undefined ? "is not set" : "is no address such as https://hooks.slack.com/services/…";
    throw new ConnectorError("VALIDATION", `The message is to go by webhook, and credentials.webhookUrl ${state}.`);
  }
  const json = {
    ...more,
    text,
    metadata: marked(key),
    ...(given ? { blocks: given } : {}),
    ...(parent === undefined ? {} : { thread_ts: parent }),
  };
  const options = { json, authorize: false, limit: "webhook", what: "send a message by the incoming webhook" } as const;
  await explained(refusedWebhooks, slack.http.post(webhookUrl, options));
  return {};
}

/** What a webhook's refusals mean (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). */
const revoked = "The webhook was revoked, or its app removed: make a new one and set credentials.webhookUrl to it.";
const refusedWebhooks: Readonly<Record<string, string>> = {
  no_service: revoked,
  no_service_id: revoked,
  no_active_hooks: revoked,
  channel_is_archived: "Unarchive the webhook's channel, or make a webhook for another.",
};

/** By which whoever looks at the message can tell a repetition. */
export function marked(key: string): { event_type: string; event_payload: { key: string } } {
  return { event_type: "plumbline", event_payload: { key } };
}

export const updateMessage = defineAction({
  description: "Changes a message that this app sent.",
  idempotent: true,
  parameters: Type.Object(
    { channel: channelId, ts: timestamp, message, blocks: Type.Optional(blocks) },
    {
      ...closed,
      description: "The message and what it becomes; without blocks it has none.",
      examples: [{ channel: "C012AB3CD", ts: "1732560000.000100", message: "Resolved" }],
    },
  ),
  result: Type.Object(
    { channel: channelId, ts: timestamp },
    {
      ...closed,
      description: "Where the message is.",
      examples: [{ channel: "C012AB3CD", ts: "1732560000.000100" }],
    },
  ),
  run: async (slack: SlackWriter, { channel, ts, message: text, blocks: given = [] }) => {
    const options = { limit: "tier3", repeatable: true, what: `change the message ${ts} in ${channel}` };
    const { body } = await call(
      slack.http,
      "chat.update",
      { channel, ts, text, blocks: JSON.stringify(given) },
      options,
    );
    return placeOf(body);
  },
});

export const addReaction = defineAction({
  description: "Adds an emoji reaction to a message.",
  idempotent: true,
  parameters: Type.Object(
    { channel: channelId, ts: timestamp, emoji },
    {
      ...closed,
      description: "The message and the emoji.",
      examples: [{ channel: "C012AB3CD", ts: "1732560000.000100", emoji: "eyes" }],
    },
  ),
  result: Type.Object(
    { channel: channelId, ts: timestamp, emoji },
    {
      ...closed,
      description: "The reaction, which is there now.",
      examples: [{ channel: "C012AB3CD", ts: "1732560000.000100", emoji: "eyes" }],
    },
  ),
  run: async (slack: SlackWriter, { channel, ts, emoji: given }) => {
    const name = given.replace(/^:|:$/g, "");
    const options = { limit: "tier3", repeatable: true, what: `add :${name}: to the message ${ts} in ${channel}` };
    await succeedsWith(
      ["already_reacted"],
      call(slack.http, "reactions.add", { channel, timestamp: ts, name }, options),
    );
    return { channel, ts, emoji: name };
  },
});

/** Where the message is that an answer speaks of. */
export function placeOf(body: unknown): { channel: string; ts: string } {
  const { channel, ts } = body as { channel: string; ts: string };
  return { channel, ts };
}
