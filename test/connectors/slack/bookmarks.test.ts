/** What is peculiar to bookmarks: they belong to a channel, share titles, and are changed from inside only. */
import { describe, expect, test } from "vitest";
import type { ObservedParent } from "../../../src/connector-kit/index.ts";
import { changesOf, onSlack, slackManifest } from "../../cases/stage.ts";
import { type Slack, startSlack } from "../../support/slack.ts";
import { create, failureOf, listOf, type Stage, thingsOf, update } from "../stage.ts";
import { bookmarks, channels, methods, slackStaging } from "./workspace.ts";

const { withAnswers, withSystem } = slackStaging();
const link = "https://wiki.example.com/runbook";
const ops: ObservedParent = { id: "C012", key: ["ops"], spec: { name: "ops" } };
const mark = (title: string, fields: object = {}) => ({
  id: `Bk${title}`,
  title,
  type: "link",
  link,
  emoji: "",
  ...fields,
});

async function parentOf(stage: Stage, name: string): Promise<ObservedParent> {
  const found = (await thingsOf(stage, channels)).find(({ spec }) => spec.name === name);
  if (!found) throw new Error(`There is no channel ${name}.`);
  return { ...found, key: [name] };
}

async function titles(system: Slack, name: string): Promise<string[]> {
  const { id } = (await system.channel(name)) as { id: string };
  const { bookmarks: found } = await system.call("bookmarks.list", { channel_id: id });
  return (found as { title: string }[]).map(({ title }) => title);
}

describe("the list", () => {
  test("holds links only, with an empty emoji where there is none", async () => {
    const all = [
      mark("a", { emoji: null }),
      mark("b", { emoji: ":book:" }),
      { ...mark("f"), type: "file", link: null },
    ];
    await withAnswers(
      () => ({ body: { ok: true, bookmarks: all } }),
      async (stage) => {
        expect((await thingsOf(stage, bookmarks, [ops])).map(({ spec }) => spec)).toEqual([
          { title: "a", link, emoji: "" },
          { title: "b", link, emoji: ":book:" },
        ]);
      },
    );
  });

  test("of a channel that cannot be read fails alone, with what to do", async () => {
    await withAnswers(
      ({ body }) => ({
        body:
          (body as { channel_id: string }).channel_id === "C012"
            ? { ok: false, error: "not_in_channel" }
            : { ok: true, bookmarks: [mark("a")] },
      }),
      async (stage) => {
        const [failed, read] = await listOf(stage, bookmarks, [ops, { ...ops, id: "C2", key: ["other"] }]);
        expect(failed).toMatchObject({ parent: { id: "C012" }, error: { code: "PERMISSION" } });
        expect(String((failed as { error: Error }).error)).toMatch(/#ops.*Invite the app into the channel/);
        expect(read).toMatchObject({ spec: { title: "a" } });
      },
    );
  });

  test("that lacks its list is a failed read and not an empty one", async () => {
    await withAnswers(
      () => ({ body: { ok: true } }),
      async (stage) => {
        expect(await listOf(stage, bookmarks, [ops])).toMatchObject([{ error: { code: "UNAVAILABLE" } }]);
      },
    );
  });
});

describe("a change", () => {
  test("in a public channel that the bot is not in joins once, however many there are", async () => {
    const system = await startSlack({ channels: [{ name: "ops" }] });
    await withSystem(system, async (stage) => {
      const parent = await parentOf(stage, "ops");
      await Promise.all(["a", "b", "c"].map((title) => create(stage, bookmarks, { title, link }, parent)));
      expect(methods(stage).filter((method) => method === "conversations.join")).toHaveLength(1);
      expect((await titles(system, "ops")).sort()).toEqual(["a", "b", "c"]);
    });
  });

  test("sends the bookmark whole, so that what is not stated stays", async () => {
    const system = await startSlack();
    await system.call("conversations.create", { name: "ops" }, "bot");
    await withSystem(system, async (stage) => {
      const parent = await parentOf(stage, "ops");
      await create(stage, bookmarks, { title: "Runbook", link, emoji: ":book:" }, parent);
      const [made] = await thingsOf(stage, bookmarks, [parent]);
      await update(stage, bookmarks, made as NonNullable<typeof made>, { title: "Runbooks" });
      expect(stage.writes().at(-1)?.body).toMatchObject({ title: "Runbooks", link, emoji: ":book:" });
      const [now] = await thingsOf(stage, bookmarks, [parent]);
      expect(now).toMatchObject({ id: made?.id, spec: { title: "Runbooks", link, emoji: ":book:" } });
    });
  });

  test("that would be the hundred and first says how many there may be", async () => {
    await withAnswers(
      () => ({ body: { ok: false, error: "too_many_bookmarks" } }),
      async (stage) => {
        const failure = await failureOf(create(stage, bookmarks, { title: "a", link }, ops));
        expect(String(failure)).toMatch(/at most 100/);
      },
    );
  });
});

describe("declared bookmarks", () => {
  const declared = (name: string, more = "") =>
    slackManifest(
      `    channels:\n      - name: ${name}\n        bookmarks: [{ title: "R&D", link: "${link}" }${more}]\n`,
    );

  test("come with a new channel, are repaired, and go when they are not declared any more", async () => {
    const stage = await onSlack({ "acme.yaml": declared("ops", `, { title: Old, link: "${link}" }`) });
    await stage.expectQuiet();
    const { id } = (await stage.slack.channel("ops")) as { id: string };
    const [first] = (await stage.slack.call("bookmarks.list", { channel_id: id })).bookmarks as { id: string }[];
    const edit = { channel_id: id, bookmark_id: first?.id as string, link: "https://elsewhere.example.com" };
    await stage.slack.call("bookmarks.edit", edit, "bot");
    stage.write("acme.yaml", declared("ops"));
    expect(changesOf(await stage.plan()).sort()).toEqual([
      "delete channels.bookmarks/ops/Old",
      "update channels.bookmarks/ops/R&D",
    ]);
    await stage.expectQuiet();
    expect(await titles(stage.slack, "ops")).toEqual(["R&D"]);
  });

  test("are found again when Slack gives them back escaped", async () => {
    const stage = await onSlack({ "acme.yaml": declared("ops") }, { channels: [{ name: "ops" }] });
    const escaped = [mark("R&amp;D", { link: link.replace("&", "&amp;") })];
    stage.proxy.intercept(({ path }) =>
      path.endsWith("bookmarks.list") ? { status: 200, body: { ok: true, bookmarks: escaped } } : "pass",
    );
    await stage.expectQuiet();
    expect(stage.proxy.writes()).toEqual([]);
  });

  test("that share a title are reported, and neither is touched", async () => {
    const stage = await onSlack({ "acme.yaml": declared("ops") });
    const { channel } = await stage.slack.call("conversations.create", { name: "ops" }, "bot");
    const twin = {
      channel_id: (channel as { id: string }).id,
      title: "R&D",
      type: "link",
      link: "https://x.example.com",
    };
    for (let count = 0; count < 2; count += 1) await stage.slack.call("bookmarks.add", twin, "bot");
    const plan = await stage.plan();
    expect(changesOf(plan)).toContain("blocked channels.bookmarks/ops/R&D");
    await stage.run("apply --auto-approve");
    expect(stage.proxy.writes()).toEqual([]);
  });

  test("are read for the channels that state them and for no others", async () => {
    const others = "      - { name: one }\n      - { name: two }\n";
    const stage = await onSlack(
      { "acme.yaml": `${declared("ops")}${others}` },
      { channels: ["ops", "one", "two"].map((name) => ({ name })) },
    );
    await stage.plan();
    expect(stage.proxy.requests.filter(({ path }) => path.endsWith("bookmarks.list"))).toHaveLength(1);
  });
});
