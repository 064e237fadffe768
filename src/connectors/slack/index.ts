/** Slack. */
import { defineConnector, Secret, Type } from "../../connector-kit/index.ts";
import { actions } from "./actions.ts";
import { bookmarks } from "./bookmarks.ts";
import { channels } from "./channels.ts";
import { SlackReader, SlackWriter } from "./client.ts";
import { events } from "./events.ts";
import { notify, target } from "./notify.ts";
import { goesSomewhere } from "./parameters.ts";
import { http, limits, readPosts } from "./protocol.ts";
import { usergroups } from "./usergroups.ts";
import { people, users } from "./users.ts";

export default defineConnector({
  platform: "slack",
  title: "Slack",
  connection: Type.Object(
    {
      baseUrl: Type.Optional(
        Type.String({
          pattern: "^https?://",
          description: "Where Slack is, without /api; for proxies and emulators. Left out, https://slack.com.",
          examples: ["https://slack.com"],
        }),
      ),
      defaultChannel: Type.Optional(
        Type.String({
          minLength: 1,
          description: "Where messages go that name no channel.",
          examples: ["#distributed-testing"],
        }),
      ),
    },
    { additionalProperties: false, description: "How to reach Slack.", examples: [{}] },
  ),
  credentials: Type.Object(
    {
      token: Secret({
        description: "A bot token, xoxb-… (OAuth & Permissions, Bot User OAuth Token).",
        examples: [{ env: "SLACK_BOT_TOKEN" }],
      }),
      userToken: Type.Optional(
        Secret({
          description: "A user token, xoxp-…: only it can unarchive channels and set a status.",
          examples: [{ env: "SLACK_USER_TOKEN" }],
        }),
      ),
      signingSecret: Type.Optional(
        Secret({
          description: "The signing secret of the app, for incoming events (Basic Information).",
          examples: [{ env: "SLACK_SIGNING_SECRET" }],
        }),
      ),
      webhookUrl: Type.Optional(
        Secret({
          description: "An incoming webhook's address; it is a secret.",
          examples: [{ env: "SLACK_WEBHOOK_URL" }],
        }),
      ),
    },
    {
      additionalProperties: false,
      description: "References to Slack's secrets.",
      examples: [{ token: { env: "SLACK_BOT_TOKEN" } }],
    },
  ),
  http,
  limits,
  readPosts,
  open: ({ http: { reader, writer }, connection, credentials }) => ({
    reader: new SlackReader(reader),
    writer: new SlackWriter(writer, {
      userToken: credentials.userToken !== undefined,
      ...(typeof connection.defaultChannel === "string" ? { defaultChannel: connection.defaultChannel } : {}),
      ...(credentials.webhookUrl === undefined ? {} : { webhookUrl: credentials.webhookUrl }),
    }),
  }),
  check: (slack) => slack.check(),
  identity: (slack) => slack.workspace(),
  resources: { channels, bookmarks, usergroups },
  lookups: { users, people },
  actions,
  events,
  target,
  targetFits: goesSomewhere,
  notify,
});
