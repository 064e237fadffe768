/** Channels as actions make, archive and fill them. */
import { describe, expect, test } from "vitest";
import { type SlackSeed, startSlack } from "../../support/slack.ts";
import { failureOf } from "../stage.ts";
import { methods, perform, slackStaging } from "./workspace.ts";

const { withAnswers, withSystem } = slackStaging();
const people: SlackSeed = {
  users: [
    { name: "ada", email: "ada@example.com" },
    { name: "bob", email: "bob@example.com" },
  ],
};

describe("create_channel", () => {
  test("makes the channel with its texts and people; a second time it finds it and makes nothing", async () => {
    const system = await startSlack(people);
    await withSystem(system, async (stage) => {
      const wanted = { name: "inc-42", topic: "Printer", purpose: "on fire", members: ["ada@example.com"] };
      const made = await perform(stage, "create_channel", wanted);
      const { id } = (await system.channel("inc-42")) as { id: string };
      expect(made).toEqual({ channel: id, name: "inc-42", created: true });
      expect(await perform(stage, "create_channel", wanted)).toEqual({ channel: id, name: "inc-42", created: false });
      expect(await system.channel("inc-42")).toMatchObject({
        is_private: false,
        topic: { value: "Printer" },
        purpose: { value: "on fire" },
      });
      const ada = await system.userId("ada@example.com");
      expect(await system.members("inc-42")).toEqual([system.botUserId, ada].sort());
    });
  });

  test("takes a live public channel that somebody else made, and joins it", async () => {
    const system = await startSlack({ channels: [{ name: "ops", topic: "old" }] });
    await withSystem(system, async (stage) => {
      expect(await perform(stage, "create_channel", { name: "ops", topic: "new" })).toMatchObject({ created: false });
      expect(methods(stage)).toEqual(["conversations.create", "conversations.join", "conversations.setTopic"]);
      expect(await system.channel("ops")).toMatchObject({ topic: { value: "new" } });
    });
  });

  test("leaves an archived channel, and one that is more open than asked for, and says why", async () => {
    const system = await startSlack({ channels: [{ name: "old" }, { name: "open", topic: "t" }] });
    const { id } = (await system.channel("old")) as { id: string };
    await system.call("conversations.archive", { channel: id });
    await withSystem(system, async (stage) => {
      const archived = await failureOf(perform(stage, "create_channel", { name: "old", topic: "x" }));
      expect(archived).toMatchObject({ code: "CONFLICT", platformCode: "name_taken", retryable: false });
      expect(String(archived)).toMatch(/"old".*is archived\. Unarchive it/);
      const open = await failureOf(perform(stage, "create_channel", { name: "open", private: true, topic: "x" }));
      expect(String(open)).toMatch(/"open".*is public/);
      expect(methods(stage)).toEqual(["conversations.create", "conversations.create"]);
      expect(await system.channel("open")).toMatchObject({ topic: { value: "t" } });
    });
  });

  test("a name that a hidden private channel has is one clear refusal, without a loop", async () => {
    const system = await startSlack();
    await system.call("conversations.create", { name: "hidden", is_private: "true" });
    await withSystem(system, async (stage) => {
      const failure = await failureOf(perform(stage, "create_channel", { name: "hidden" }));
      expect(failure).toMatchObject({ code: "CONFLICT", platformCode: "name_taken" });
      expect(String(failure)).toMatch(/cannot see/);
      expect(methods(stage)).toEqual(["conversations.create"]);
    });
  });

  test("makes nothing when somebody who is to be invited is unknown", async () => {
    const system = await startSlack(people);
    await withSystem(system, async (stage) => {
      const wanted = { name: "inc-42", members: ["ada@example.com", "gone@example.com"] };
      const failure = await failureOf(perform(stage, "create_channel", wanted));
      expect(failure).toMatchObject({ code: "NOT_FOUND" });
      expect(String(failure)).toContain("gone@example.com");
      expect(methods(stage)).toEqual([]);
    });
  });
});

describe("archive_channel", () => {
  test("archives a public channel that the bot is not in; a second time it writes nothing", async () => {
    const system = await startSlack({ channels: [{ name: "inc-42" }] });
    await withSystem(system, async (stage) => {
      const { id } = (await system.channel("inc-42")) as { id: string };
      expect(await perform(stage, "archive_channel", { channel: "#inc-42" })).toEqual({ channel: id });
      expect(await system.channel("inc-42")).toMatchObject({ is_archived: true });
      expect(await perform(stage, "archive_channel", { channel: id })).toEqual({ channel: id });
      expect(methods(stage)).toEqual(["conversations.join", "conversations.archive"]);
    });
  });

  test.each(["cant_archive_general", "method_not_supported_for_channel_type"])(
    "fails for good at %s",
    async (error) => {
      await withAnswers(
        ({ path }) => ({
          body: path.endsWith(".info")
            ? { ok: true, channel: { id: "C012", name: "general", is_member: true } }
            : { ok: false, error },
        }),
        async (stage) => {
          const failure = await failureOf(perform(stage, "archive_channel", { channel: "C012" }));
          expect(failure).toMatchObject({ retryable: false, platformCode: error });
          expect(methods(stage)).toEqual(["conversations.archive"]);
        },
      );
    },
  );
});

describe("invite_user", () => {
  test.each(["email", "id"])("brings a person in by %s, and one who is in already stays", async (by) => {
    const system = await startSlack(people);
    await system.call("conversations.create", { name: "ops" }, "bot");
    const ada = await system.userId("ada@example.com");
    await withSystem(system, async (stage) => {
      const { id } = (await system.channel("ops")) as { id: string };
      const user = by === "id" ? ada : "ada@example.com";
      for (let count = 0; count < 2; count += 1) {
        expect(await perform(stage, "invite_user", { channel: "ops", user })).toEqual({ channel: id, user: ada });
      }
      expect(await system.members("ops")).toEqual([system.botUserId, ada].sort());
    });
  });

  test("an address that nobody has is NOT_FOUND, and nobody is invited", async () => {
    const system = await startSlack(people);
    await withSystem(system, async (stage) => {
      const failure = await failureOf(perform(stage, "invite_user", { channel: "general", user: "gone@example.com" }));
      expect(failure).toMatchObject({ code: "NOT_FOUND" });
      expect(methods(stage)).toEqual([]);
    });
  });
});
