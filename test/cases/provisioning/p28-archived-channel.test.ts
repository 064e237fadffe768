/** A name that an archived channel holds. Public report: github.com/pablovarela/terraform-provider-slack/issues/112 (2022). */
import { describe, expect, test } from "vitest";
import { changesOf, onSlack, slackManifest } from "../stage.ts";

const channels = `    channels:
      - name: incidents
        topic: Sev 1 and 2
`;
const methods = (requests: readonly { path: string }[]): string[] =>
  requests.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));

async function archived(options: { userToken: boolean; private?: boolean }) {
  const seed = { channels: [{ name: "incidents", private: options.private === true }] };
  const stage = await onSlack({ "acme.yaml": slackManifest(channels, options) }, seed);
  const { id } = (await stage.slack.channel("incidents")) as { id: string };
  expect(await stage.slack.call("conversations.archive", { channel: id })).toMatchObject({ ok: true });
  return stage;
}

describe("an archived channel that is declared", () => {
  test("is to be unarchived, not made", async () => {
    const stage = await archived({ userToken: true });
    const plan = await stage.plan();
    expect(changesOf(plan)).toEqual(["adopt channels/incidents"]);
    expect(plan.integrations[0]?.changes[0]?.fields).toContainEqual(
      expect.objectContaining({ path: "/archived", before: true, after: false }),
    );
  });

  test("is unarchived with the user token, and all is quiet then", async () => {
    const stage = await archived({ userToken: true });
    await stage.expectQuiet();
    expect(methods(stage.proxy.writes())).not.toContain("conversations.create");
    expect(await stage.slack.channel("incidents")).toMatchObject({
      is_archived: false,
      topic: { value: "Sev 1 and 2" },
    });
  });

  test("with a bot token only is one clear message about userToken, and nothing is made", async () => {
    const stage = await archived({ userToken: false });
    const { code, stdout } = await stage.run("apply --auto-approve");
    expect(stdout.match(/credentials\.userToken/g)).toHaveLength(1);
    expect(stdout).toContain("PERMISSION");
    expect(code).toBe(1);
    expect(methods(stage.proxy.requests)).not.toContain("conversations.create");
    expect(methods(stage.proxy.writes())).not.toContain("conversations.setTopic");
    expect(await stage.slack.channel("incidents")).toMatchObject({ is_archived: true });
  });

  test("comes back after prune had archived it", async () => {
    const stage = await onSlack({ "acme.yaml": slackManifest(channels) });
    await stage.expectQuiet();
    stage.write("acme.yaml", slackManifest("    channels: []\n"));
    expect((await stage.run("apply --auto-approve")).code).toBe(0);
    expect(await stage.slack.channel("incidents")).toMatchObject({ is_archived: true });
    stage.write("acme.yaml", slackManifest(channels));
    stage.proxy.reset();
    await stage.expectQuiet();
    expect(methods(stage.proxy.writes())).not.toContain("conversations.create");
  });

  test("that says archived: true is left as it is", async () => {
    const stage = await archived({ userToken: true });
    stage.write("acme.yaml", slackManifest("    channels:\n      - { name: incidents, archived: true }\n"));
    await stage.expectQuiet();
    expect(stage.proxy.writes()).toEqual([]);
  });
});

test("a private channel that the bot cannot see has the name: said once, not tried again", async () => {
  const stage = await onSlack(
    { "acme.yaml": slackManifest(channels) },
    { channels: [{ name: "incidents", private: true }] },
  );
  const { code, stdout } = await stage.run("apply --auto-approve");
  expect(stdout.match(/name_taken/g)).toHaveLength(1);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain("invite the app into it, or choose another name");
  expect(code).toBe(1);
  expect(methods(stage.proxy.writes())).toEqual(["conversations.create"]);
});
