/** What Slack's list of channels shows, page by page, and what it takes a request a channel to know. */
import { describe, expect, test } from "vitest";
import { onSlack, slackManifest } from "../../cases/stage.ts";
import { type Slack, startSlack } from "../../support/slack.ts";
import { type Asked, detailsOf, failureOf, type Scripted, thingsOf } from "../stage.ts";
import { channels, rawChannel, slackStaging, whoami } from "./workspace.ts";

const { withAnswers, withSystem } = slackStaging();
const page = (list: readonly unknown[], cursor = ""): Scripted => ({
  body: { ok: true, channels: list, response_metadata: { next_cursor: cursor } },
});
const field = ({ body }: { body: unknown }, name: string): string | undefined =>
  (body as Record<string, string> | undefined)?.[name];

describe("the list of channels", () => {
  /** Gives private channels only where `types` asks for them; its second page is empty. */
  const workspace = (request: Asked): Scripted => {
    const hidden = field(request, "types")?.split(",").includes("private_channel") === true;
    const cursor = field(request, "cursor");
    if (cursor === undefined) return page([rawChannel("general")], "two");
    if (cursor === "two") return page([], "three");
    return page(hidden ? [rawChannel("ops", { is_private: true })] : []);
  };

  test("goes on after an empty page, and each page repeats what was asked for", async () => {
    await withAnswers(workspace, async (stage) => {
      const found = await thingsOf(stage, channels);
      expect(found.map(({ spec }) => [spec.name, spec.private])).toEqual([
        ["general", false],
        ["ops", true],
      ]);
      const forms = stage.requests.map(({ body }) => body as Record<string, string>);
      expect(forms.map(({ cursor }) => cursor)).toEqual([undefined, "two", "three"]);
      for (const form of forms) {
        expect(form).toMatchObject({
          types: "public_channel,private_channel",
          exclude_archived: "false",
          limit: "200",
        });
      }
    });
  });

  test("is a failed read when a cursor comes again", async () => {
    await withAnswers(
      () => page([rawChannel("general")], "again"),
      async (stage) => {
        expect(await failureOf(thingsOf(stage, channels))).toMatchObject({
          name: "ConnectorError",
          code: "UNAVAILABLE",
        });
        expect(stage.requests.length).toBeLessThan(4);
      },
    );
  });

  test("is a failed read when a page holds no channels", async () => {
    await withAnswers(
      () => ({ body: { ok: true } }),
      async (stage) => {
        expect(await failureOf(thingsOf(stage, channels))).toMatchObject({ name: "ConnectorError" });
      },
    );
  });

  test("shows topic and purpose as they were written, also where they hold escapes", async () => {
    const topic = "a &amp; b &lt;c&gt; & <d>, see https://acme.example/?a=1&b=2";
    const system = await startSlack({ channels: [{ name: "docs", topic, purpose: "<3 & more" }] });
    await withSystem(system, async (stage) => {
      const found = (await thingsOf(stage, channels)).find(({ spec }) => spec.name === "docs");
      expect(found?.spec).toMatchObject({ topic, purpose: "<3 & more" });
      const shown = (await system.channel("docs")) as { topic: { value: string } };
      expect(shown.topic.value).toContain("a &amp;amp; b");
    });
  });

  test("shows archived channels too, and asks for no members", async () => {
    const system = await startSlack({ channels: [{ name: "old" }] });
    const { id } = (await system.channel("old")) as { id: string };
    await system.call("conversations.archive", { channel: id });
    await withSystem(system, async (stage) => {
      const found = (await thingsOf(stage, channels)).find(({ spec }) => spec.name === "old");
      expect(found?.spec.archived).toBe(true);
      expect(found?.spec).not.toHaveProperty("members");
      expect(stage.sent()).toEqual(["POST /api/conversations.list"]);
    });
  });
});

describe("members", () => {
  const people = ["ada", "bob", "cy"].map((name) => ({ name, email: `${name}@example.com` }));

  test("are read only where they are stated, to the last page, without our own account", async () => {
    const system = await startSlack({ users: people, channels: [{ name: "one" }, { name: "two" }], pageLimit: 1 });
    const { id } = (await system.channel("one")) as { id: string };
    await system.call("conversations.invite", { channel: id, users: system.botUserId });
    const everybody = await system.members("one");
    await withSystem(system, async (stage) => {
      const one = (await thingsOf(stage, channels)).filter(({ spec }) => spec.name === "one");
      expect(await detailsOf(stage, channels, one, ["topic"])).toEqual([]);
      const [detail] = await detailsOf(stage, channels, one, ["members"]);
      expect(((detail?.spec.members ?? []) as string[]).toSorted()).toEqual(
        everybody.filter((user) => user !== system.botUserId),
      );
      const asked = stage.requests.filter(({ path }) => path.endsWith("conversations.members"));
      expect(new Set(asked.map((request) => field(request, "channel")))).toEqual(new Set([id]));
      expect(asked).toHaveLength(everybody.length);
    });
  });

  test.each([
    { what: "the app's id", own: (slack: Slack) => slack.botUserId, as: "bot" as const },
    { what: "the address of the person whose token it is", own: () => "admin@emulate.dev", as: "user" as const },
  ])("that name $what are those without it: nothing is written for it, and all is quiet", async ({ own, as }) => {
    const stage = await onSlack({}, { users: people });
    const manifest = slackManifest(
      `    channels: [{ name: ops, members: [ada@example.com, "${own(stage.slack)}"] }]\n`,
      { userToken: false },
    ).replace("env: TOKEN", as === "user" ? "env: USER_TOKEN" : "env: TOKEN");
    stage.write("acme.yaml", manifest);
    await stage.expectQuiet();
    const ada = await stage.slack.userId("ada@example.com");
    const invited = stage.proxy.writes().filter(({ path }) => path.endsWith(".invite"));
    expect(invited.map(({ body }) => (body as { users: string }).users)).toEqual([ada]);
    expect(await stage.slack.members("ops")).toContain(ada);
  });

  test("of a channel in which the app is, and that do not name it, do not take it out", async () => {
    const stage = await onSlack(
      { "acme.yaml": slackManifest("    channels: [{ name: ops, members: [ada@example.com] }]\n") },
      { users: people },
    );
    const { channel } = await stage.slack.call("conversations.create", { name: "ops" }, "bot");
    const { id } = channel as { id: string };
    const ada = await stage.slack.userId("ada@example.com");
    await stage.slack.call("conversations.invite", { channel: id, users: ada }, "bot");
    await stage.expectQuiet();
    expect(stage.proxy.writes()).toEqual([]);
    expect(await stage.slack.members("ops")).toEqual([stage.slack.botUserId, ada].sort());
  });

  test("of a channel shared with another workspace stay unknown", async () => {
    const answers: Record<string, Scripted> = {
      "/api/conversations.list": page([rawChannel("ours"), rawChannel("shared", { is_ext_shared: true })]),
      "/api/auth.test": { body: whoami },
      "/api/conversations.members": { body: { ok: true, members: ["U1", "UBOT"] } },
    };
    await withAnswers(
      ({ path }) => answers[path] ?? { status: 404 },
      async (stage) => {
        const found = await thingsOf(stage, channels);
        const details = await detailsOf(stage, channels, found, ["members"]);
        expect(details.map(({ id, spec }) => [id, spec.members])).toEqual([["COURS", ["U1"]]]);
        expect(stage.sent().filter((line) => line.endsWith("conversations.members"))).toHaveLength(1);
      },
    );
  });

  test("of many channels take one look at whose token it is", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const answers: Record<string, Scripted> = {
      "/api/conversations.list": page(names.map((name) => rawChannel(name))),
      "/api/auth.test": { body: whoami },
      "/api/conversations.members": { body: { ok: true, members: [] } },
    };
    await withAnswers(
      ({ path }) => answers[path] ?? { status: 404 },
      async (stage) => {
        const found = await thingsOf(stage, channels);
        expect(await detailsOf(stage, channels, found, ["members"])).toHaveLength(20);
        await stage.session.check();
        await stage.session.identity();
        expect(stage.sent().filter((line) => line.endsWith("auth.test"))).toHaveLength(1);
      },
    );
  });
});
