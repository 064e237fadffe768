/** What the tests of the Slack connector have in common. */
import { Ajv } from "ajv";
import { expect } from "vitest";
import { compileConnector, type Spec } from "../../../src/connector-kit/index.ts";
import slack from "../../../src/connectors/slack/index.ts";
import { isSlackWrite } from "../../support/slack.ts";
import { kindOf, type Stage, type Staging, staging } from "../stage.ts";

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

/** Runs an action with parameters that its schema takes; what it gives has to fit the schema of its result. */
export function perform(stage: Stage, name: string, parameters: Spec): Promise<unknown> {
  const action = compileConnector(slack).connector.actions?.[name];
  if (!action) throw new Error(`Slack has no action ${name}.`);
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const mistakes = (schema: object, value: unknown) => (ajv.validate(schema, value) ? [] : ajv.errors);
  return stage.session.guardErrors(async () => {
    expect(mistakes(action.parameters, parameters)).toEqual([]);
    const result = await action.run(stage.session.writer, parameters, { key: "run-1" });
    expect(mistakes(action.result, result)).toEqual([]);
    return result;
  });
}

/** The methods of Slack that change something, in the order in which they were called. */
export function methods(stage: Stage): string[] {
  return stage.writes().map(({ path }) => path.replace("/api/", ""));
}
