/** What the tests of the Slack connector have in common. */
import type { Spec } from "../../../src/connector-kit/index.ts";
import slack from "../../../src/connectors/slack/index.ts";
import { isSlackWrite } from "../../support/slack.ts";
import { kindOf, performed, type Stage, type Staging, staging } from "../stage.ts";

export const BOT = "xoxb-000000000000-botbotbotbotbotbotbotbot";
export const USER = "xoxp-000000000000-useruseruseruseruseruser";

export { slack };
export const channels = kindOf(slack, "channels");
export const bookmarks = kindOf(slack, "bookmarks");
export const usergroups = kindOf(slack, "usergroups");

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

/** Does what an action of Slack does, as a rule would. */
export function perform(stage: Stage, name: string, parameters: Spec): Promise<unknown> {
  return performed(slack, stage, name, parameters);
}

/** The methods of Slack that change something, in the order in which they were called. */
export function methods(stage: Stage): string[] {
  return stage.writes().map(({ path }) => path.replace("/api/", ""));
}
