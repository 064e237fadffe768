/**
 * User groups in whole passes, where other tools went wrong. Public reports: a disabled group that has the
 * handle, github.com/pablovarela/terraform-provider-slack/issues/71 (2021); one person who is gone,
 * github.com/slackapi/python-slack-sdk/issues/1898 (2026); a look-up a person and group,
 * github.com/pablovarela/terraform-provider-slack/issues/204 (2023).
 */
import { describe, expect, test } from "vitest";
import { changesOf, onSlack, slackManifest } from "../../cases/stage.ts";
import type { Slack } from "../../support/slack.ts";

const people = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `p${index}`, email: `p${index}@example.com` }));
const lines = (...groups: string[]) =>
  slackManifest(`    usergroups:\n${groups.map((one) => `      - ${one}\n`).join("")}`);
const paths = (requests: readonly { path: string }[]) => requests.map(({ path }) => path.replace("/api/", ""));

async function disabled(slack: Slack, handle: string, email: string): Promise<void> {
  const { usergroup } = await slack.call("usergroups.create", { name: handle, handle });
  const { id } = usergroup as { id: string };
  await slack.call("usergroups.users.update", { usergroup: id, users: await slack.userId(email) });
  await slack.call("usergroups.disable", { usergroup: id });
}

describe("a disabled group that is declared", () => {
  const declared = lines("{ handle: oncall, users: [p1@example.com] }");

  test("is to be enabled, not made", async () => {
    const stage = await onSlack({ "acme.yaml": declared }, { users: people(2) });
    await disabled(stage.slack, "oncall", "p0@example.com");
    const plan = await stage.plan();
    expect(changesOf(plan)).toEqual(["adopt usergroups/oncall"]);
    const fields = plan.integrations[0]?.changes[0]?.fields.map(({ path }) => path);
    expect(fields).toEqual(["/archived", "/users"]);
  });

  test("is enabled and updated with a bot token alone, and all is quiet then", async () => {
    const stage = await onSlack(
      { "acme.yaml": declared.replace(", userToken: { env: USER_TOKEN }", "") },
      { users: people(2) },
    );
    await disabled(stage.slack, "oncall", "p0@example.com");
    await stage.expectQuiet();
    expect(paths(stage.proxy.writes())).toEqual(["usergroups.enable", "usergroups.users.update"]);
    expect(await stage.slack.group("oncall")).toMatchObject({
      date_delete: 0,
      users: [await stage.slack.userId("p1@example.com")],
    });
  });

  test("that says archived: true is left as it is, with its people read for it", async () => {
    const stage = await onSlack(
      { "acme.yaml": lines("{ handle: oncall, archived: true, users: [p0@example.com] }") },
      { users: people(1) },
    );
    await disabled(stage.slack, "oncall", "p0@example.com");
    await stage.expectQuiet();
    expect(stage.proxy.writes()).toEqual([]);
    expect(paths(stage.proxy.requests)).toContain("usergroups.users.list");
  });

  test("comes back after prune had disabled it", async () => {
    const stage = await onSlack({ "acme.yaml": declared }, { users: people(2) });
    await stage.expectQuiet();
    stage.write("acme.yaml", slackManifest("    usergroups: []\n"));
    expect((await stage.run("apply --auto-approve")).code).toBe(0);
    expect(await stage.slack.group("oncall")).not.toMatchObject({ date_delete: 0 });
    stage.write("acme.yaml", declared);
    stage.proxy.reset();
    await stage.expectQuiet();
    expect(paths(stage.proxy.writes())).not.toContain("usergroups.create");
  });
});

test("a handle that a channel has is refused once, and says what may have it", async () => {
  const stage = await onSlack({ "acme.yaml": lines("{ handle: general }") });
  const { code, stdout } = await stage.run("apply --auto-approve");
  expect(stdout.match(/handle_already_exists/g)).toHaveLength(1);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain("A person, a channel");
  expect(code).toBe(1);
  expect(paths(stage.proxy.writes())).toEqual(["usergroups.create"]);
});

test("a group and the channel that it refers to are made in one pass", async () => {
  const manifest = slackManifest(
    "    usergroups: [{ handle: oncall, channels: [ops] }]\n    channels: [{ name: ops }]\n",
  );
  const stage = await onSlack({ "acme.yaml": manifest });
  await stage.expectQuiet();
  const { id } = (await stage.slack.channel("ops")) as { id: string };
  expect(await stage.slack.group("oncall")).toMatchObject({ prefs: { channels: [id] } });
});

test("an empty list of people is a mistake of the manifest, with its line, and nothing is sent", async () => {
  const stage = await onSlack({ "acme.yaml": lines("{ handle: oncall, users: [] }") });
  const { code, stdout, stderr } = await stage.run("apply --auto-approve");
  expect(stdout + stderr).toMatch(/acme\.yaml:11.*users|users.*\n.*acme\.yaml:11/);
  expect(code).not.toBe(0);
  expect(stage.proxy.requests).toEqual([]);
});

describe("one person who is gone", () => {
  const declared = lines(
    "{ handle: a, users: [p0@example.com, gone@example.com] }",
    "{ handle: b, users: [p0@example.com, p1@example.com] }",
    "{ handle: c, users: [gone@example.com] }",
  );

  test.each([0, 30])("holds back the groups that name them and no other, with %i further people", async (more) => {
    const everyone = Array.from({ length: more }, (_, index) => `p${index + 2}@example.com`).join(", ");
    const manifest = more === 0 ? declared : `${declared}      - { handle: d, users: [${everyone}] }\n`;
    const stage = await onSlack({ "acme.yaml": manifest }, { users: people(more + 2) });
    for (const handle of ["a", "c"]) {
      const { usergroup } = await stage.slack.call("usergroups.create", { name: handle, handle });
      const users = await stage.slack.userId("p1@example.com");
      await stage.slack.call("usergroups.users.update", { usergroup: (usergroup as { id: string }).id, users });
    }
    const { code, stdout } = await stage.run("apply --auto-approve");
    expect(code).toBe(1);
    expect(stdout.match(/gone@example\.com/g)?.length).toBeGreaterThanOrEqual(2);
    expect(stdout).toContain("acme.yaml:11");
    expect(stdout).toContain("acme.yaml:13");
    const [first, second] = [await stage.slack.userId("p0@example.com"), await stage.slack.userId("p1@example.com")];
    expect(await stage.slack.group("b")).toMatchObject({ users: [first, second] });
    for (const handle of ["a", "c"]) expect(await stage.slack.group(handle)).toMatchObject({ users: [second] });
    const updates = stage.proxy.writes().filter(({ path }) => path.endsWith("users.update"));
    expect(updates.map(({ body }) => (body as { users: string }).users)).not.toContain("");
    const asked = stage.proxy.requests.filter(
      ({ path, body }) => path.endsWith("lookupByEmail") && (body as { email: string }).email === "gone@example.com",
    );
    expect(asked).toHaveLength(more === 0 ? 1 : 0);
  });
});

describe("a hundred and fifty people in ten groups", () => {
  const groups = Array.from({ length: 10 }, (_, group) => {
    const users = people(150).flatMap(({ email }, index) => ((index + group) % 10 < 4 ? [email] : []));
    return `{ handle: g${group}, users: [${users.join(", ")}] }`;
  });

  test("are looked up with one list, and no channel's members are asked for", async () => {
    const manifest = `${lines(...groups)}    channels: [{ name: general }]\n`;
    const stage = await onSlack({ "acme.yaml": manifest }, { users: people(150) });
    const plan = await stage.plan();
    expect(plan.summary.failed).toBe(0);
    expect(changesOf(plan).filter((change) => change.startsWith("create usergroups/"))).toHaveLength(10);
    const asked = paths(stage.proxy.requests);
    expect(asked.filter((path) => path.startsWith("users."))).toEqual(["users.list"]);
    expect(asked).not.toContain("conversations.members");
  });

  test("cause no look-up where no group states its people", async () => {
    const stage = await onSlack({ "acme.yaml": lines("{ handle: g0 }", "{ handle: g1 }") }, { users: people(150) });
    await stage.plan();
    expect(paths(stage.proxy.requests).filter((path) => path.startsWith("users."))).toEqual([]);
  });
});
