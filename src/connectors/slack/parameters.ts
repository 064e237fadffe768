/** What parameters and results of several actions have in common. */
import { ConnectorError, Type } from "../../connector-kit/index.ts";
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

/** The channel that an action names, or the default one. @throws ConnectorError VALIDATION when there is neither. */
export function targetOf({ settings }: SlackWriter, named: string | undefined): string {
  const found = named ?? settings.defaultChannel;
  if (found !== undefined) return found;
  const webhook = settings.webhookUrl === undefined ? "" : " To send by credentials.webhookUrl, state `via: webhook`.";
  const message = `The action names no channel, and connection.defaultChannel is not set.${webhook}`;
  throw new ConnectorError("VALIDATION", message);
}
