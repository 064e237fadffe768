/**
 * How a person is shown: status and presence.
 *
 * Slack refuses bot tokens for a status; another person's takes an admin's token and a paid plan
 * (docs.slack.dev/reference/methods/users.profile.set).
 */
import { defineAction, Type } from "../../connector-kit/index.ts";
import { call } from "./calls.ts";
import type { SlackWriter } from "./client.ts";
import { closed, person } from "./parameters.ts";
import { personFor } from "./users.ts";

const text = Type.String({
  maxLength: 100,
  description: "What the status says; empty takes it away.",
  examples: ["On call"],
});

const emoji = Type.String({
  pattern: "^(:[^:\\s]+:)?$",
  description: "The emoji beside it, with colons. Left out, Slack's own choice.",
  examples: [":pager:"],
});

const expiresAt = Type.String({
  format: "date-time",
  description: "When Slack takes it away. Left out, never.",
  examples: ["2026-11-26T08:00:00Z"],
});

export const setStatus = defineAction({
  description: "Sets a person's status. It takes a user token.",
  idempotent: true,
  parameters: Type.Object(
    {
      text,
      emoji: Type.Optional(emoji),
      expiresAt: Type.Optional(expiresAt),
      user: Type.Optional({
        ...person,
        description: "Whose status, by e-mail address or user id. Left out, of the person whose token it is.",
      }),
    },
    { ...closed, description: "The status.", examples: [{ text: "On call", emoji: ":pager:" }] },
  ),
  result: Type.Object(
    { text, emoji, expiresAt: Type.Optional(expiresAt) },
    { ...closed, description: "The status as Slack shows it.", examples: [{ text: "On call", emoji: ":pager:" }] },
  ),
  run: async (slack: SlackWriter, status) => {
    const as = await slack.asPerson("set a status", "users.profile:write");
    const user = status.user === undefined ? {} : { user: await personFor(slack, status.user) };
    const profile = {
      status_text: status.text,
      status_emoji: status.emoji ?? "",
      status_expiration: status.expiresAt === undefined ? 0 : Math.ceil(Date.parse(status.expiresAt) / 1000),
    };
    const options = { ...as, limit: "tier3", repeatable: true, what: "set the status" };
    const form = { profile: JSON.stringify(profile), ...user };
    const { body } = await call(slack.http, "users.profile.set", form, options);
    return statusOf((body as { profile: Partial<typeof profile> }).profile);
  },
});

/** @param profile with times in seconds since 1970; 0 is never. */
function statusOf(profile: { status_text?: string; status_emoji?: string; status_expiration?: number }) {
  const { status_text: shown = "", status_emoji: sign = "", status_expiration: until = 0 } = profile;
  return {
    text: shown,
    emoji: sign,
    ...(until > 0 ? { expiresAt: new Date(until * 1000).toISOString() } : {}),
  };
}

const presence = Type.Enum(["auto", "away"], {
  description: "`away`, or `auto`: as Slack sees the person at work.",
  examples: ["away"],
});

export const setPresence = defineAction({
  description: "Sets the presence of the person whose user token it is, or without one of the app itself.",
  idempotent: true,
  parameters: Type.Object({ presence }, { ...closed, description: "The presence.", examples: [{ presence: "away" }] }),
  result: Type.Object(
    { presence },
    { ...closed, description: "The presence that was set.", examples: [{ presence: "away" }] },
  ),
  run: async (slack: SlackWriter, { presence: wanted }) => {
    const as = slack.settings.userToken ? { as: "userToken" } : {};
    const options = { ...as, limit: "tier2", repeatable: true, what: "set the presence" };
    await call(slack.http, "users.setPresence", { presence: wanted }, options);
    return { presence: wanted };
  },
});
