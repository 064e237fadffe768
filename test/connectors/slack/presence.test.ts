/** Status and presence. */
import { expect, test } from "vitest";
import { startSlack } from "../../support/slack.ts";
import { failureOf } from "../stage.ts";
import { BOT, methods, perform, slackStaging, USER, whoami } from "./workspace.ts";

const { withAnswers, withSystem } = slackStaging();
const both = { credentials: { token: BOT, userToken: USER } };
const people = { users: [{ name: "ada", email: "ada@example.com" }] };

test("a status is set with the user token, its end rounded up to seconds, and cleared by an empty text", async () => {
  const system = await startSlack();
  await withSystem(
    system,
    async (stage) => {
      const status = { text: "On call", emoji: ":pager:", expiresAt: "2026-11-26T08:00:00.400Z" };
      const shown = { ...status, expiresAt: "2026-11-26T08:00:01.000Z" };
      expect(await perform(stage, "set_status", status)).toEqual(shown);
      const { user } = await system.call("users.info", { user: "U000000001" });
      const until = Date.parse(shown.expiresAt) / 1000;
      expect(user).toMatchObject({
        profile: { status_text: "On call", status_emoji: ":pager:", status_expiration: until },
      });
      expect(await perform(stage, "set_status", { text: "" })).toEqual({ text: "", emoji: "" });
    },
    both,
  );
});

test("another person's status is set by their e-mail address; one that nobody has is refused", async () => {
  const system = await startSlack(people);
  await withSystem(
    system,
    async (stage) => {
      await perform(stage, "set_status", { text: "Away", user: "ada@example.com" });
      const { user } = await system.call("users.info", { user: await system.userId("ada@example.com") });
      expect(user).toMatchObject({ profile: { status_text: "Away" } });
      const failure = await failureOf(perform(stage, "set_status", { text: "x", user: "gone@example.com" }));
      expect(failure).toMatchObject({ code: "NOT_FOUND" });
      expect(methods(stage)).toEqual(["users.profile.set"]);
    },
    both,
  );
});

test("a status without a user token is refused before it is sent, naming the setting and the scope", async () => {
  const system = await startSlack();
  await withSystem(system, async (stage) => {
    const failure = await failureOf(perform(stage, "set_status", { text: "x" }));
    expect(failure).toMatchObject({ code: "PERMISSION", retryable: false });
    expect(String(failure)).toMatch(/credentials\.userToken.*users\.profile:write/);
    expect(methods(stage)).toEqual([]);
  });
});

test("presence is set for the person of the user token", async () => {
  const system = await startSlack();
  await withSystem(
    system,
    async (stage) => {
      expect(await perform(stage, "set_presence", { presence: "away" })).toEqual({ presence: "away" });
      expect(await system.call("users.getPresence")).toMatchObject({ presence: "away" });
      await perform(stage, "set_presence", { presence: "auto" });
      expect(await system.call("users.getPresence")).toMatchObject({ manual_away: false });
    },
    both,
  );
});

test("presence without a user token is set with the main one", async () => {
  await withAnswers(
    () => ({ body: whoami }),
    async (stage) => {
      await perform(stage, "set_presence", { presence: "away" });
      expect(stage.requests).toMatchObject([
        { headers: { authorization: `Bearer ${BOT}` }, body: { presence: "away" } },
      ]);
    },
  );
});
