import { fetch } from "undici";
import { afterEach, expect, test } from "vitest";
import { type Slack, type SlackSeed, startSlack } from "./slack.ts";

const open: Slack[] = [];
afterEach(async () => {
  for (const slack of open.splice(0)) await slack.close();
});

const people = ["ada", "bob", "cyd"].map((name) => ({ name, email: `${name}@example.com` }));

async function start(seed: SlackSeed = {}): Promise<Slack> {
  const slack = await startSlack({ users: people, ...seed });
  open.push(slack);
  return slack;
}

async function create(slack: Slack, name: string, more: Record<string, string> = {}): Promise<string> {
  const { channel } = await slack.call("conversations.create", { name, ...more }, "bot");
  return (channel as { id: string }).id;
}

test("the token leads to its account and workspace, its scopes come in a header, and no quota does", async () => {
  const slack = await start();
  const answer = await fetch(`${slack.url}/api/auth.test`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.token}` },
  });
  expect(await answer.json()).toMatchObject({
    ok: true,
    team_id: slack.teamId,
    user_id: slack.botUserId,
    bot_id: "B0BOT00001",
  });
  expect(answer.headers.get("x-oauth-scopes")).toContain("channels:manage");
  expect(answer.headers.get("x-ratelimit-remaining")).toBeNull();
  const wrong = await fetch(`${slack.url}/api/auth.test`, {
    method: "POST",
    headers: { authorization: "Bearer xoxb-wrong" },
  });
  expect(await wrong.json()).toEqual({ ok: false, error: "invalid_auth" });
});

test("texts come back escaped, with addresses in angle brackets", async () => {
  const slack = await start();
  const channel = await create(slack, "incidents");
  await slack.call("conversations.setTopic", { channel, topic: "a & b <c> https://x.example/?a=1&b=2." }, "bot");
  const expected = { topic: { value: "a &amp; b &lt;c&gt; <https://x.example/?a=1&amp;b=2>." } };
  expect(await slack.channel("incidents")).toMatchObject(expected);
});

test("a name is refused, not mended, and an archived channel keeps its own", async () => {
  const slack = await start();
  for (const name of ["Big", "two words", "dot.ted"]) {
    expect(await slack.call("conversations.create", { name }, "bot")).toMatchObject({ error: "invalid_name_specials" });
  }
  const channel = await create(slack, "old");
  await slack.call("conversations.archive", { channel }, "bot");
  expect(await slack.call("conversations.create", { name: "old" }, "bot")).toMatchObject({ error: "name_taken" });
});

test("a bot cannot unarchive; a user can, and then the bot is out", async () => {
  const slack = await start();
  const channel = await create(slack, "old");
  await slack.call("conversations.archive", { channel }, "bot");
  expect(await slack.call("conversations.unarchive", { channel }, "bot")).toMatchObject({
    error: "not_allowed_token_type",
  });
  expect(await slack.call("conversations.unarchive", { channel }, "user")).toMatchObject({ ok: true });
  expect(await slack.channel("old")).toMatchObject({ is_archived: false });
  expect(await slack.members("old")).not.toContain(slack.botUserId);
});

test("a private channel that the bot is not in is not listed, not found, and has its name", async () => {
  const slack = await start({ channels: [{ name: "board", private: true }] });
  const { id } = (await slack.channel("board")) as { id: string };
  const { channels } = await slack.call("conversations.list", { types: "public_channel,private_channel" }, "bot");
  expect((channels as { name: string }[]).map(({ name }) => name).sort()).toEqual(["general", "random"]);
  expect(await slack.call("conversations.info", { channel: id }, "bot")).toMatchObject({ error: "channel_not_found" });
  expect(await slack.call("conversations.members", { channel: id }, "bot")).toMatchObject({
    error: "channel_not_found",
  });
  expect(await slack.call("conversations.create", { name: "board" }, "bot")).toMatchObject({ error: "name_taken" });
});

test("a public channel that the bot is not in is read, and not written", async () => {
  const slack = await start();
  const { id } = (await slack.channel("random")) as { id: string };
  expect(await slack.call("conversations.info", { channel: id }, "bot")).toMatchObject({ ok: true });
  expect(await slack.call("conversations.setTopic", { channel: id, topic: "x" }, "bot")).toMatchObject({
    error: "not_in_channel",
  });
  await slack.call("conversations.join", { channel: id }, "bot");
  expect(await slack.call("conversations.setTopic", { channel: id, topic: "x" }, "bot")).toMatchObject({ ok: true });
});

test("channels and members come in pages, to the last one", async () => {
  const slack = await start({ pageLimit: 2, channels: [{ name: "one" }, { name: "two" }] });
  const first = await slack.call("conversations.list", { limit: "200" }, "bot");
  expect(first.channels).toHaveLength(2);
  expect(first.response_metadata).toMatchObject({ next_cursor: expect.stringMatching(/./) });
  expect(await slack.members("one")).toHaveLength(4); // three people and the admin
});

test("an invitation of several fails whole without force, and partly with it", async () => {
  const slack = await start();
  const channel = await create(slack, "incidents");
  const ada = await slack.userId("ada@example.com");
  const users = `${ada},U0NOBODY`;
  expect(await slack.call("conversations.invite", { channel, users }, "bot")).toMatchObject({
    ok: false,
    error: "user_not_found",
  });
  expect(await slack.members("incidents")).toEqual([slack.botUserId]);
  const forced = await slack.call("conversations.invite", { channel, users, force: "true" }, "bot");
  expect(forced).toMatchObject({ ok: true, errors: [{ user: "U0NOBODY", error: "user_not_found" }] });
  expect(await slack.members("incidents")).toEqual([slack.botUserId, ada].sort());
});

test("a user group is disabled, not deleted, and keeps its handle", async () => {
  const slack = await start();
  const created = await slack.call("usergroups.create", { name: "On call", handle: "oncall" }, "bot");
  const { id: usergroup } = created.usergroup as { id: string };
  const ada = await slack.userId("ada@example.com");
  await slack.call("usergroups.users.update", { usergroup, users: ada }, "bot");
  await slack.call("usergroups.disable", { usergroup }, "bot");
  expect(await slack.call("usergroups.list", {}, "bot")).toMatchObject({ usergroups: [] });
  expect(await slack.call("usergroups.create", { name: "Other", handle: "oncall" }, "bot")).toMatchObject({
    error: "handle_already_exists",
  });
  expect(await slack.group("oncall")).toMatchObject({ users: [ada], date_delete: expect.any(Number) });
  await slack.call("usergroups.enable", { usergroup }, "bot");
  expect(await slack.group("oncall")).toMatchObject({ date_delete: 0 });
});

test("a user group's list takes no bots, is never empty, and its handle is nobody else's name", async () => {
  const slack = await start();
  const created = await slack.call("usergroups.create", { name: "On call", handle: "oncall" }, "bot");
  const { id: usergroup } = created.usergroup as { id: string };
  const set = (users: string) => slack.call("usergroups.users.update", { usergroup, users }, "bot");
  expect(await set("")).toMatchObject({ error: "no_users_provided" });
  expect(await set(slack.botUserId)).toMatchObject({ error: "invalid_users" });
  for (const handle of ["ada", "general"]) {
    expect(await slack.call("usergroups.create", { name: handle, handle }, "bot")).toMatchObject({
      error: "handle_already_exists",
    });
  }
});

test("methods that read take GET and a form, and look at no JSON", async () => {
  const slack = await start({ channels: [{ name: "one" }] });
  const headers = { authorization: `Bearer ${slack.token}` };
  const query = await fetch(`${slack.url}/api/conversations.list?limit=1`, { headers });
  expect(((await query.json()) as { channels: unknown[] }).channels).toHaveLength(1);
  const sent = { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: '{"limit":1}' };
  expect(
    ((await (await fetch(`${slack.url}/api/conversations.list`, sent)).json()) as { channels: unknown[] }).channels,
  ).toHaveLength(3);
});

test("a call without its scope names what is needed", async () => {
  const slack = await start({ scopes: ["channels:read"] });
  expect(await slack.call("conversations.create", { name: "x" }, "bot")).toMatchObject({
    error: "missing_scope",
    provided: "channels:read",
  });
  expect(await slack.call("usergroups.list", {}, "bot")).toMatchObject({
    error: "missing_scope",
    needed: "usergroups:read",
  });
});
