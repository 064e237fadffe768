/** Channels in whole passes: what cannot be changed, what is another workspace's, what changes its id. */
import { describe, expect, test } from "vitest";
import { changesOf, onSlack, slackManifest } from "../../cases/stage.ts";
import type { Body } from "../../support/slack/state.ts";

const paths = (requests: readonly { path: string }[]) => requests.map(({ path }) => path.replace("/api/", ""));
const one = (fields: string) => slackManifest(`    channels: [{ name: ops, ${fields} }]\n`);

/** Answers `conversations.list` with this channel. */
function listing(channel: Body) {
  const shown = { name: "ops", is_private: false, is_archived: false, is_member: true, ...channel };
  const body = { ok: true, channels: [{ topic: { value: "" }, purpose: { value: "" }, ...shown }] };
  return ({ path }: { path: string }) =>
    path.endsWith("conversations.list") ? ({ status: 200, body } as const) : ("pass" as const);
}

test.each([
  { declared: true, live: "public" },
  { declared: false, live: "private" },
])(
  "a channel declared with private: $declared that is $live is reported and neither changed nor made anew",
  async (row) => {
    const stage = await onSlack({ "acme.yaml": one(`private: ${row.declared}`) });
    await stage.slack.call("conversations.create", { name: "ops", is_private: String(!row.declared) }, "bot");
    const [change] = changesOf(await stage.plan());
    expect(change).toMatch(/^blocked channels\/ops/);
    await stage.run("apply --auto-approve");
    expect(stage.proxy.writes()).toEqual([]);
  },
);

test("a channel that got another id when it was converted is the same by its name", async () => {
  const stage = await onSlack({ "acme.yaml": one('topic: ""') });
  await stage.expectQuiet();
  stage.proxy.reset();
  stage.proxy.intercept(listing({ id: "C0CONVERTED" }));
  expect((await stage.run("apply --auto-approve")).code).toBe(0);
  expect(stage.proxy.writes()).toEqual([]);
  stage.proxy.intercept(listing({ id: "C0CONVERTED", topic: { value: "other" } }));
  const plan = await stage.plan();
  expect(changesOf(plan)).toEqual(["update channels/ops"]);
  expect(plan.integrations[0]?.changes[0]?.fields.map(({ path }) => path)).toEqual(["/topic"]);
});

describe("a channel that is shared with another workspace", () => {
  test("keeps its people whatever is stated, and its topic is managed all the same", async () => {
    const people = { users: [{ name: "ada", email: "ada@example.com" }] };
    const stage = await onSlack({ "acme.yaml": one("topic: ours, members: [ada@example.com]") }, people);
    const { channel } = await stage.slack.call("conversations.create", { name: "ops" }, "bot");
    stage.proxy.intercept(listing({ id: (channel as { id: string }).id, is_ext_shared: true }));
    await stage.run("apply --auto-approve");
    expect(paths(stage.proxy.writes())).toEqual(["conversations.setTopic"]);
    expect(paths(stage.proxy.requests)).not.toContain("conversations.members");
  });
});

test("a name that an archived channel has brings that one back", async () => {
  const stage = await onSlack({ "acme.yaml": one("topic: again") });
  const { channel } = await stage.slack.call("conversations.create", { name: "ops" });
  const { id } = channel as { id: string };
  await stage.slack.call("conversations.archive", { channel: id });
  await stage.expectQuiet();
  expect(await stage.slack.channel("ops")).toMatchObject({ id, is_archived: false, topic: { value: "again" } });
  expect(paths(stage.proxy.writes())).not.toContain("conversations.create");
});
