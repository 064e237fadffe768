/** What the tests of the Slack connector have in common. */
import slack from "../../../src/connectors/slack/index.ts";
import { isSlackWrite } from "../../support/slack.ts";
import { kindOf, type Staging, staging } from "../stage.ts";

export const BOT = "xoxb-000000000000-botbotbotbotbotbotbotbot";
export const USER = "xoxp-000000000000-useruseruseruseruseruser";

export { slack };
export const channels = kindOf(slack, "channels");

/** To be called once in a test file. */
export function slackStaging(): Staging {
  return staging({
    connector: slack,
    spec: "slack",
    connection: {},
    credentials: { token: BOT },
    isWrite: isSlackWrite,
  });
}

/** A channel as `conversations.list` shows it. */
export function rawChannel(name: string, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const texts = { topic: { value: "" }, purpose: { value: "" } };
  const flags = { is_private: false, is_archived: false, is_member: true, is_ext_shared: false };
  return { id: `C${name.toUpperCase()}`, name, ...flags, ...texts, ...fields };
}

/** Whose token it is, as `auth.test` tells. */
export const whoami = { ok: true, team_id: "T1", team: "Acme", user_id: "UBOT", user: "plumbline", bot_id: "B1" };
