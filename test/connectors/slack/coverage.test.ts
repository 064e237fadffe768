/**
 * Which operations of Slack's description the connector has, and why it has no others. What each test file uses
 * is printed at its end; this table says of the rest that it is left out on purpose.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contractSpecs, loadSpec } from "../../support/openapi.ts";

const unused: Readonly<Record<string, string>> = {
  "admin.conversations.convertToPrivate": "only an organisation's admin may; `private` cannot be changed",
  "chat.delete": "no action deletes messages",
  "chat.getPermalink": "no action answers with a link to a message",
  "chat.postEphemeral": "it answers interactions, which nobody sends yet",
  "conversations.leave": "the app stays in the channels that it manages",
  "files.info": "only the message of a shared file would be read there",
  "oauth.v2.access": "tokens that rotate are not taken",
  "pins.add": "a pin is a message's, and no message is declared",
  "pins.list": "a pin is a message's, and no message is declared",
  "pins.remove": "a pin is a message's, and no message is declared",
  "team.info": "auth.test names the workspace",
  "users.info": "the list and the look-up by address tell all that is needed",
  "users.profile.get": "no action reads a status",
  "views.open": "it answers interactions, which nobody sends yet",
};

/** Operations whose address is not a method's name. */
const addresses: Readonly<Record<string, string>> = { incomingWebhook: "webhookUrl", uploadFileBytes: "upload_url" };

const folder = join(import.meta.dirname, "../../../src/connectors/slack");
const source = readdirSync(folder)
  .map((file) => readFileSync(join(folder, file), "utf8"))
  .join("\n");
const isCalled = (operation: string) =>
  source.includes(addresses[operation] ?? `"${operation}"`) ||
  (/^usergroups\.(?:enable|disable)$/.test(operation) && source.includes("`usergroups.$" + "{what}`"));
const specs = contractSpecs(process.env, () => undefined);

describe.skipIf(specs === undefined)("of the described operations", () => {
  const operations = specs === undefined ? [] : loadSpec(specs, "slack").coverage.missing();

  test("those that are not called have a reason, and no others do", () => {
    expect(operations.length).toBeGreaterThan(40);
    expect(operations.filter((operation) => !isCalled(operation))).toEqual(Object.keys(unused).sort());
    const called = operations.filter(isCalled).length;
    const reasons = Object.entries(unused).map(([operation, reason]) => `  ${operation}: ${reason}`);
    console.info(`slack: ${called} of ${operations.length} operations are called; not called:\n${reasons.join("\n")}`);
  });
});
