/** What parameters and results of several actions have in common. */
import { ConnectorError, type Declared, type Misfit, type Spec, Type } from "../../connector-kit/index.ts";
import type { SlackWriter } from "./client.ts";

export const closed = { additionalProperties: false } as const;

export const target = Type.String({
  minLength: 1,
  description:
    "A channel's name, with or without #, or an id; a person's id is a direct message. Left out, connection.defaultChannel.",
  examples: ["#incidents"],
});

export const channel = Type.String({
  minLength: 1,
  description: "A channel's name, with or without #, or its id.",
  examples: ["#incidents"],
});

export const channelId = Type.String({
  pattern: "^[CGD][A-Z0-9]{2,}$",
  description: "The channel's id, as sending a message answers it.",
  examples: ["C012AB3CD"],
});

export const timestamp = Type.String({
  pattern: "^\\d+\\.\\d+$",
  description: "The message's id in its channel, its ts. Quote it: to YAML it is a number.",
  examples: ["1732560000.000100"],
});

export const thread = Type.String({
  minLength: 1,
  description: "The ts of a thread's first message, never of a reply, to answer in its thread.",
  examples: ["1732560000.000100"],
});

export const message = Type.String({
  minLength: 1,
  maxLength: 40_000,
  "x-plumbline-escape": "mrkdwn",
  description: "The text, in Slack's mrkdwn; beside blocks, what notifications show.",
  examples: ["Urgent ticket: printer on fire"],
});

export const blocks = Type.Array(Type.Record(Type.String(), Type.Unknown()), {
  maxItems: 50,
  "x-plumbline-escape": "mrkdwn",
  description: "Block Kit blocks.",
  examples: [[{ type: "section", text: { type: "mrkdwn", text: "*Urgent*" } }]],
});

export const emoji = Type.String({
  pattern: "^:?[^:\\s]+(::skin-tone-[2-6])?:?$",
  description: "An emoji's name, with or without colons.",
  examples: ["eyes"],
});

export const person = Type.String({
  minLength: 1,
  description: "An e-mail address or a user id.",
  examples: ["ada@example.com"],
});

/**
 * Whether a message has somewhere to go, as far as manifests say.
 *
 * @param stated a target's or an action's; of a rule a text may be a template, of which nothing is known.
 */
export function goesSomewhere({ via, channel }: Spec, { connection, credentials }: Declared): Misfit | undefined {
  if (via === "webhook") {
    if (channel !== undefined) return { field: "channel", message: boundToChannel };
    if (credentials.includes("webhookUrl")) return undefined;
    return { field: "via", message: "It is to go by webhook, and credentials.webhookUrl is not stated." };
  }
  const isKnown = via === undefined || via === "api";
  if (!isKnown || channel !== undefined || connection.defaultChannel !== undefined) return undefined;
  const byWebhook = credentials.includes("webhookUrl") ? ", or `via: webhook`" : "";
  return {
    field: "channel",
    message: "It names no channel, and connection.defaultChannel is not stated.",
    remedy: `Add channel here, or defaultChannel to the connection${byWebhook}.`,
  };
}

export const boundToChannel =
  "A message by an incoming webhook goes to the webhook's own channel: leave `channel` out.";

/** The channel that an action names, or the default one. @throws ConnectorError VALIDATION when there is neither. */
export function targetOf({ settings }: SlackWriter, named: string | undefined): string {
  const found = named ?? settings.defaultChannel;
  if (found !== undefined) return found;
  const webhook = settings.webhookUrl === undefined ? "" : " To send by credentials.webhookUrl, state `via: webhook`.";
  const message = `The action names no channel, and connection.defaultChannel is not set.${webhook}`;
  throw new ConnectorError("VALIDATION", message);
}
