/**
 * What can be done in Slack once.
 *
 * A message has no idempotency key: after a time-out it may be there. Its `metadata` carries the run's key, so
 * that whoever looks can tell a repetition.
 */
import { ConnectorError, defineAction, Type } from "../../connector-kit/index.ts";
import type { SlackWriter } from "./client.ts";

const closed = { additionalProperties: false } as const;

const sendMessage = defineAction({
  description: "Sends a message to a channel or a person.",
  parameters: Type.Object(
    {
      channel: Type.Optional(
        Type.String({
          minLength: 1,
          description: "A channel's name, with or without #, or an id. Left out, connection.defaultChannel.",
          examples: ["#incidents"],
        }),
      ),
      message: Type.String({
        minLength: 1,
        maxLength: 40_000,
        description: "The text; beside blocks, what notifications show.",
        examples: ["Urgent ticket: printer on fire"],
      }),
      blocks: Type.Optional(
        Type.Array(Type.Record(Type.String(), Type.Unknown()), {
          maxItems: 50,
          description: "Block Kit blocks.",
          examples: [[{ type: "section", text: { type: "mrkdwn", text: "*Urgent*" } }]],
        }),
      ),
      thread: Type.Optional(
        Type.String({
          minLength: 1,
          description: "The first message's ts, to answer in its thread.",
          examples: ["1732560000.000100"],
        }),
      ),
    },
    { ...closed, description: "The message.", examples: [{ channel: "#incidents", message: "Hello" }] },
  ),
  result: Type.Object(
    {
      channel: Type.String({ description: "The channel's id.", examples: ["C012AB3CD"] }),
      ts: Type.String({ description: "The message's id in that channel.", examples: ["1732560000.000100"] }),
    },
    { ...closed, description: "Where the message is.", examples: [{ channel: "C012AB3CD", ts: "1732560000.000100" }] },
  ),
  run: async (slack: SlackWriter, { channel, message, blocks, thread }, { key }) => {
    const target = channel ?? slack.defaultChannel;
    if (target === undefined) {
      throw new ConnectorError("VALIDATION", "The message names no channel, and connection.defaultChannel is not set.");
    }
    return slack.postMessage(await slack.channelFor(target), {
      text: message,
      key,
      ...(blocks ? { blocks } : {}),
      ...(thread === undefined ? {} : { thread }),
    });
  },
});

export const actions = { send_message: sendMessage };
