/**
 * Notifications in Slack: a message, changed in place where the receiver says so.
 *
 * A message has no idempotency key, and to look for it takes scopes (`channels:history`) that many apps lack. So a post
 * whose answer was lost is not repeated within its call; the delivery is tried again, and history marks it. Both carry
 * the run's key in their metadata. A change is repeatable. `parse` is stated, since changing a message reads names and addresses otherwise than sending one does.
 */
import {
  ConnectorError,
  type Notification,
  type Notified,
  type NotifyRun,
  type Static,
  Type,
} from "../../connector-kit/index.ts";
import { call } from "./calls.ts";
import type { SlackWriter } from "./client.ts";
import { mentionsOf } from "./mentions.ts";
import { marked, post, postToWebhook } from "./messages.ts";
import { type Rendered, render } from "./notification-blocks.ts";
import { closed, targetOf, thread } from "./parameters.ts";

export const target = Type.Object(
  {
    via: Type.Optional(
      Type.Enum(["api", "webhook"], {
        default: "api",
        description:
          "How it goes: by the Web API, or by the incoming webhook of credentials.webhookUrl, whose channel cannot be chosen.",
        examples: ["webhook"],
      }),
    ),
    channel: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "A channel's name, with or without #, or an id; a person's id is a direct message. Left out, connection.defaultChannel.",
        examples: ["#incidents"],
      }),
    ),
    thread: Type.Optional(thread),
  },
  { ...closed, description: "Where in Slack.", examples: [{ channel: "#incidents" }] },
);

const quiet = { parse: "none", link_names: false, unfurl_links: false, unfurl_media: false } as const;

/** @throws ConnectorError NOT_FOUND when the message of `run.previous` is gone or can no longer be changed. */
export async function notify(
  slack: SlackWriter,
  notification: Notification,
  { via, channel, thread: parent }: Static<typeof target>,
  { key, previous }: NotifyRun,
): Promise<Notified> {
  const rendered = render(notification, await mentionsOf(slack, notification.mentions));
  const truncated = rendered.truncated === undefined ? {} : { truncated: rendered.truncated };
  if (previous !== undefined && via !== "webhook") {
    return { reference: await change(slack, previous, rendered, key), ...truncated };
  }
  const message = {
    message: rendered.text,
    blocks: rendered.blocks,
    more: quiet,
    ...(parent === undefined ? {} : { thread: parent }),
  };
  if (via === "webhook") {
    await postToWebhook(slack, channel, message, key);
    return truncated;
  }
  const place = await post(slack, await slack.idFor(targetOf(slack, channel)), message, key);
  return { reference: `${place.channel}:${place.ts}`, ...truncated };
}

/** What says that a message cannot be changed and a new one can be sent. */
const unchangeable = ["edit_window_closed", "cant_update_message", "channel_not_found"];

async function change(slack: SlackWriter, previous: string, { text, blocks }: Rendered, key: string): Promise<string> {
  const [, channel, ts] = /^([CGD][A-Z0-9]+):(\d+\.\d+)$/.exec(previous) ?? [];
  if (channel === undefined || ts === undefined) throw gone("The earlier notification was no message of Slack's.");
  const form = {
    ...{ channel, ts, text, parse: quiet.parse, link_names: quiet.link_names },
    blocks: JSON.stringify(blocks),
    metadata: JSON.stringify(marked(key)),
  };
  const options = { limit: "tier3", repeatable: true, what: `change the message ${ts} in ${channel}` };
  try {
    await call(slack.http, "chat.update", form, options);
  } catch (error) {
    if (!(error instanceof ConnectorError) || !unchangeable.includes(error.platformCode ?? "")) throw error;
    throw gone(error.message, error);
  }
  return previous;
}

function gone(message: string, cause?: unknown): ConnectorError {
  return new ConnectorError("NOT_FOUND", message, cause === undefined ? {} : { cause });
}
