/** The built-in platforms behind the facade, against their emulators. */
import { expect, onTestFinished, test } from "vitest";
import { builtinSystems, createTransport, type ExternalSystem } from "../../../src/index.ts";
import { startGitHub } from "../../support/github.ts";
import { jumpingClock } from "../../support/sessions.ts";
import { startSlack } from "../../support/slack.ts";
import { dataOf } from "./systems.ts";

async function system(type: string, config: Readonly<Record<string, unknown>>): Promise<ExternalSystem> {
  const clock = jumpingClock(Date.now());
  const factory = builtinSystems({ clock, transport: () => createTransport({ clock, random: () => 0.5 }) });
  const made = await factory.create(type, config);
  onTestFinished(async () => {
    await made.close();
  });
  return made;
}

test("every built-in platform is available", () => {
  expect(builtinSystems().available()).toEqual(expect.arrayContaining(["github", "slack", "webhook"]));
});

test("a GitHub label is made, read, changed, found and removed", async () => {
  const github = await startGitHub({ repositories: [{ name: "billing" }, { name: "web" }], defaultLabels: false });
  onTestFinished(() => github.close());
  const acme = await system("github", { server_url: github.url, organization: github.org, token: github.token });
  const made = dataOf(await acme.createItem("label", { parent: "billing", name: "Bug", color: "D73A4A" }));
  expect(made).toMatchObject({ itemType: "repositories.labels", key: "billing/Bug", parent: "billing" });
  expect((await github.labels("billing")).Bug?.color).toBe("d73a4a");
  expect(dataOf(await acme.getItem("label", "billing/bug"))).toEqual({
    ...made,
    fields: { name: "Bug", color: "d73a4a", description: "" },
  });
  expect(dataOf(await acme.updateItem("label", made.id, { description: "Broken", color: "d73a4A" }))).toBe(true);
  expect((await github.labels("billing")).Bug?.description).toBe("Broken");
  const found = dataOf(await acme.query("label", { name: { contains: "u" } }));
  expect(found.map(({ key }) => key)).toEqual(["billing/Bug"]);
  expect(await acme.createItem("label", { parent: "billing", name: "bug" })).toMatchObject({ errorCode: "CONFLICT" });
  expect(dataOf(await acme.deleteItem("label", "billing/bug"))).toBe(true);
  expect(await github.labels("billing")).toEqual({});
});

test("a GitHub repository goes away as its kind says, by archiving", async () => {
  const github = await startGitHub({ repositories: [{ name: "billing" }] });
  onTestFinished(() => github.close());
  const acme = await system("github", { server_url: github.url, organization: github.org, token: github.token });
  dataOf(await acme.deleteItem("repository", "billing"));
  expect((await github.repository("billing"))?.archived).toBe(true);
});

test("GitHub without an organisation fails at initialize, and a token that may only read at the write", async () => {
  const github = await startGitHub({ repositories: [{ name: "billing" }] });
  onTestFinished(() => github.close());
  const nobody = await system("github", { server_url: github.url, token: github.token });
  expect(await nobody.initialize()).toMatchObject({
    data: false,
    errorMessage: expect.stringContaining("connection.organization"),
  });
  const reader = await system("github", { server_url: github.url, organization: "acme", token: github.readOnlyToken });
  const refused = await reader.createItem("label", { parent: "billing", name: "bug" });
  expect(refused).toMatchObject({ errorCode: "PERMISSION", metadata: { status: 403, retryable: false } });
  expect(JSON.stringify(refused)).not.toContain(github.readOnlyToken);
});

test("a Slack channel is made whole, read, changed, found and archived", async () => {
  const slack = await startSlack({ users: [{ name: "ada", email: "ada@example.com" }] });
  onTestFinished(() => slack.close());
  const acme = await system("slack", { connection: { baseUrl: slack.url }, credentials: { token: slack.token } });
  const ada = await slack.userId("ada@example.com");
  const data = { name: "incidents", topic: "Sev 1 & 2", members: ["ada@example.com"] };
  const made = dataOf(await acme.createItem("channels", data));
  expect(made).toMatchObject({
    itemType: "channels",
    key: "incidents",
    fields: { topic: "Sev 1 & 2", members: [ada] },
  });
  expect(await slack.members("incidents")).toContain(ada);
  const read = dataOf(await acme.getItem("channels", made.id));
  expect(read.fields).toMatchObject({ name: "incidents", topic: "Sev 1 & 2", members: [ada], archived: false });
  expect(dataOf(await acme.updateItem("channels", "incidents", { topic: "Sev 1", members: [] }))).toBe(true);
  expect(await slack.members("incidents")).not.toContain(ada);
  expect(dataOf(await acme.query("channels", { topic: "Sev 1" })).map(({ id }) => id)).toEqual([made.id]);
  expect(dataOf(await acme.deleteItem("channels", "incidents"))).toBe(true);
  expect((await slack.channel("incidents"))?.is_archived).toBe(true);
});

test("Slack's system information names the workspace's address and the bot, never the token", async () => {
  const slack = await startSlack();
  onTestFinished(() => slack.close());
  const info = dataOf(await (await system("slack", { base_url: slack.url, token: slack.token })).systemInfo());
  expect(info).toMatchObject({
    systemType: "slack",
    connected: true,
    baseUrl: slack.url,
    account: { id: slack.botUserId },
  });
  expect(info.capabilities.itemTypes).toEqual(expect.arrayContaining(["channel", "channels"]));
  expect(JSON.stringify(info)).not.toContain(slack.token);
  const wrong = await (await system("slack", { base_url: slack.url, token: "xoxb-wrong-wrong-wrong" })).connect();
  expect(wrong).toMatchObject({ success: false, data: false, errorCode: "AUTH" });
});
