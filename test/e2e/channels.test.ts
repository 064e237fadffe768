/** What can happen to a Slack channel, from the manifest to the emulated workspace and back to a quiet plan. */
import { expect, test } from "vitest";
import { changesOf, type SlackPlace, slackPlace } from "./place.ts";

async function applied(): Promise<SlackPlace> {
  const place = await slackPlace(["channels.yaml"]);
  await place.apply();
  place.proxy.reset();
  return place;
}

/** What people see of a channel. */
async function shown({ slack }: SlackPlace, name: string) {
  const channel = (await slack.channel(name)) as
    | { topic: { value: string }; purpose: { value: string }; is_archived: boolean }
    | undefined;
  return channel && { topic: channel.topic.value, purpose: channel.purpose.value, archived: channel.is_archived };
}

async function idOf({ slack }: SlackPlace, name: string): Promise<string> {
  return String((await slack.channel(name))?.id);
}

test("a declared channel is created with its topic, purpose and people", async () => {
  const place = await applied();
  expect(await shown(place, "releases")).toEqual({ topic: "What went out", purpose: "Release notes", archived: false });
  const ada = await place.slack.userId("ada@example.com");
  expect(await place.slack.members("design")).toEqual([place.slack.botUserId, ada].sort());
  await place.expectQuiet();
});

test("a changed topic and purpose are updated, and a list of people is written whole", async () => {
  const place = await applied();
  place.edit("channels.yaml", "What went out", "Ships & <quotes>");
  place.edit("channels.yaml", "Release notes", '""');
  place.edit("channels.yaml", "[ada@example.com]", "[grace@example.com]");
  expect(changesOf(await place.plan()).sort()).toEqual([
    "update channels/design /members change",
    "update channels/releases /topic /purpose change",
  ]);
  await place.apply();
  expect(await shown(place, "releases")).toMatchObject({ topic: "Ships &amp; &lt;quotes&gt;", purpose: "" });
  const grace = await place.slack.userId("grace@example.com");
  expect(await place.slack.members("design")).toEqual([place.slack.botUserId, grace].sort());
  await place.expectQuiet();
});

test("a channel that nobody declares any more is archived, and its entry goes", async () => {
  const place = await applied();
  place.edit("channels.yaml", "      - name: incidents\n        topic: Sev 1 and 2\n", "");
  const { stdout } = await place.apply();
  expect(stdout).toMatch(/- channels\/incidents +archive\n/);
  expect(await shown(place, "incidents")).toMatchObject({ archived: true });
  expect(await place.inventory()).toEqual(["default/chat channels/design", "default/chat channels/releases"]);
  await place.expectQuiet();
});

test("a channel that exists under a declared name is adopted, brought to what is stated, and keeps the rest", async () => {
  const channels = [{ name: "incidents", topic: "old", purpose: "kept" }];
  const place = await slackPlace(["channels.yaml"], { channels });
  const id = await idOf(place, "incidents");
  expect(changesOf(await place.plan())).toContain("adopt channels/incidents /topic unknown");
  await place.apply();
  expect(await shown(place, "incidents")).toEqual({ topic: "Sev 1 and 2", purpose: "kept", archived: false });
  expect(await idOf(place, "incidents")).toBe(id);
  await place.expectQuiet();
});

test("an archived channel that exists under a declared name is adopted and unarchived", async () => {
  const place = await slackPlace(["channels.yaml"], { channels: [{ name: "incidents", topic: "old" }] });
  const id = await idOf(place, "incidents");
  await place.slack.call("conversations.archive", { channel: id });
  await place.apply();
  expect(await shown(place, "incidents")).toMatchObject({ topic: "Sev 1 and 2", archived: false });
  expect(await idOf(place, "incidents")).toBe(id);
  await place.expectQuiet();
});

test("a channel that was archived outside is unarchived, and a new topic goes along", async () => {
  const place = await applied();
  await place.slack.call("conversations.archive", { channel: await idOf(place, "incidents") }, "bot");
  place.edit("channels.yaml", "Sev 1 and 2", "Sev 1 to 3");
  const { stdout } = await place.apply();
  expect(stdout).toMatch(/~ channels\/incidents +channels\.yaml:\d+ {2}unarchive/);
  expect(await shown(place, "incidents")).toMatchObject({ topic: "Sev 1 to 3", archived: false });
  await place.expectQuiet();
});

test("unarchiving without a user token fails, naming the credential that it takes, and keeps the entry", async () => {
  const place = await applied();
  place.edit("channels.yaml", "    userToken: { env: SLACK_USER_TOKEN }\n", "");
  const id = await idOf(place, "incidents");
  await place.slack.call("conversations.archive", { channel: id }, "bot");
  const { code, stdout } = await place.run("apply --auto-approve");
  expect(stdout).toContain(
    `× chat  channels/incidents  update failed: PERMISSION: Slack lets no bot unarchive the channel ${id}. Set credentials.userToken`,
  );
  expect(code).toBe(1);
  expect(await place.inventory()).toContain("default/chat channels/incidents");
});

test("a topic and `archived: true` are done in one apply, and `archived: false` with a topic undoes it in one", async () => {
  const place = await applied();
  place.edit("channels.yaml", "topic: Sev 1 and 2", "topic: Closed\n        archived: true");
  await place.apply();
  expect(await shown(place, "incidents")).toMatchObject({ topic: "Closed", archived: true });
  await place.expectQuiet();
  place.edit("channels.yaml", "topic: Closed\n        archived: true", "topic: Open\n        archived: false");
  await place.apply();
  expect(await shown(place, "incidents")).toMatchObject({ topic: "Open", archived: false });
  await place.expectQuiet();
});

test("a channel that is declared archived from the start is made, described and archived in one apply", async () => {
  const place = await slackPlace(["channels.yaml"]);
  place.edit("channels.yaml", "topic: Sev 1 and 2", "topic: Closed\n        archived: true");
  await place.apply();
  expect(await shown(place, "incidents")).toMatchObject({ topic: "Closed", archived: true });
  await place.expectQuiet();
});

test("an archived channel that stays archived takes no new topic: blocked, exit 1, and said why", async () => {
  const place = await applied();
  place.edit("channels.yaml", "topic: Sev 1 and 2", "topic: Sev 1 and 2\n        archived: true");
  await place.apply();
  place.edit("channels.yaml", "topic: Sev 1 and 2", "topic: Other");
  const { code, stdout } = await place.run("apply --auto-approve");
  expect(stdout).toContain("update blocked: Archived");
  expect(stdout).toContain("state `archived: false` to bring it back.");
  expect(code).toBe(1);
  expect(await shown(place, "incidents")).toMatchObject({ topic: "Sev 1 and 2", archived: true });
});

test("an e-mail address that nobody has blocks its own entry with file and line, and no other", async () => {
  const place = await slackPlace(["channels.yaml"]);
  place.edit("channels.yaml", "[ada@example.com]", "[ada@example.com, nobody@example.com]");
  const { code, stdout } = await place.run("apply --auto-approve");
  expect(stdout).toMatch(/channels\/design +create blocked: UnresolvedReference {2}channels\.yaml:19/);
  expect(stdout).toContain('names "nobody@example.com"');
  expect(code).toBe(1);
  expect(await shown(place, "design")).toBeUndefined();
  expect(await place.inventory()).toEqual(["default/chat channels/incidents", "default/chat channels/releases"]);
});
