/** Notifications in Slack: where they go, whom they mention, and how they are changed. */
import { describe, expect, test } from "vitest";
import type { Notification, Notified, NotifyRun } from "../../../src/api/notification.ts";
import type { Spec } from "../../../src/connector-kit/index.ts";
import { plainNotification } from "../../support/notifications.ts";
import { failureOf, type Scripted, type Stage } from "../stage.ts";
import { messageIn } from "./message.ts";
import { BOT, slack, slackStaging } from "./workspace.ts";

const { withAnswers } = slackStaging();
const sent = { ok: true, channel: "C012", ts: "1.5" };
const webhookUrl = "https://hooks.slack.com/services/T1/B1/X1";

function notify(
  { session }: Stage,
  given: Partial<Notification>,
  target: Spec = { channel: "C012" },
  run: NotifyRun = { key: "run-1" },
): Promise<Notified> {
  const notification = { ...plainNotification, ...given };
  return session.guardErrors(async () => slack.notify?.(session.writer, notification, target, run) ?? {});
}

test("a notification is quiet, carries the run's key, and is referred to by channel and message", async () => {
  await withAnswers(
    () => ({ body: sent }),
    async (stage) => {
      expect(await notify(stage, {}, { channel: "C012", thread: "1.0" })).toEqual({ reference: "C012:1.5" });
      expect(stage.requests).toMatchObject([
        {
          path: "/api/chat.postMessage",
          body: {
            ...{ channel: "C012", thread_ts: "1.0", text: "🟡 Configuration Changed" },
            ...{ parse: "none", link_names: "false", unfurl_links: "false", unfurl_media: "false" },
            metadata: '{"event_type":"plumbline","event_payload":{"key":"run-1"}}',
          },
        },
      ]);
    },
  );
});

test("one that names no channel goes to the default one", async () => {
  await withAnswers(
    () => ({ body: sent }),
    async (stage) => {
      await notify(stage, {}, {});
      expect(stage.requests).toMatchObject([{ body: { channel: "C077" } }]);
    },
    { connection: { defaultChannel: "C077" } },
  );
  await withAnswers(
    () => ({ body: sent }),
    async (stage) => expect(await failureOf(notify(stage, {}, {}))).toMatchObject({ code: "VALIDATION" }),
  );
});

test("by a webhook it is posted there and refers to nothing; a channel cannot be chosen", async () => {
  const credentials = { token: BOT, webhookUrl };
  await withAnswers(
    () => ({ body: "ok" }),
    async (stage) => {
      expect(await notify(stage, {}, { via: "webhook" }, { key: "run-1", previous: "C012:1.5" })).toEqual({});
      expect(await failureOf(notify(stage, {}, { via: "webhook", channel: "C1" }))).toMatchObject({
        code: "VALIDATION",
        message: expect.stringContaining("leave `channel` out"),
      });
      expect(stage.requests.map(({ path }) => path)).toEqual(["/services/T1/B1/X1"]);
      expect(messageIn(stage.requests[0] as (typeof stage.requests)[0]).blocks[0]?.type).toBe("header");
    },
    { credentials, undescribed: /^\/services\// },
  );
});

describe("mentions", () => {
  const people: Readonly<Record<string, Scripted>> = {
    "/api/users.lookupByEmail": { body: { ok: true, user: { id: "U0ADA" } } },
    "/api/usergroups.list": { body: { ok: true, usergroups: [{ id: "S0DEV", handle: "devops" }] } },
    "/api/conversations.list": {
      body: { ok: true, channels: [{ id: "C0OPS", name: "ops" }], response_metadata: { next_cursor: "" } },
    },
  };
  const answers = (over: typeof people) => (asked: { path: string }) =>
    over[asked.path] ?? people[asked.path] ?? { body: sent };

  test.each([
    { name: "@channel", text: "<!channel>" },
    { name: "@here", text: "<!here>" },
    { name: "U012AB", text: "<@U012AB>" },
    { name: "S012AB", text: "<!subteam^S012AB>" },
    { name: "C012AB", text: "<#C012AB>" },
    { name: "ada@example.com", text: "<@U0ADA>" },
    { name: "@DevOps", text: "<!subteam^S0DEV>" },
    { name: "#ops", text: "<#C0OPS>" },
  ])("$name of the route is $text", async ({ name, text }) => {
    await withAnswers(answers({}), async (stage) => {
      expect(await notify(stage, { mentions: [name] })).toEqual({ reference: "C012:1.5" });
      const message = messageIn(stage.requests.at(-1) as (typeof stage.requests)[0]);
      expect(message.blocks[1]).toMatchObject({ text: { type: "mrkdwn", text } });
      expect(message.text).toContain(text);
    });
  });

  test.each([
    { name: "@<!channel>", over: {} },
    {
      name: "eve@example.com",
      over: { "/api/users.lookupByEmail": { body: { ok: false, error: "users_not_found" } } },
    },
    { name: "@devops", over: { "/api/usergroups.list": { body: { ok: false, error: "paid_teams_only" } } } },
    { name: "@devops", over: { "/api/usergroups.list": { body: { ok: false, error: "missing_scope" } } } },
    { name: "#gone", over: {} },
  ])("$name that Slack does not show is written out, and said", async ({ name, over }) => {
    await withAnswers(answers(over), async (stage) => {
      expect((await notify(stage, { mentions: [name] })).truncated).toContain(`the mention ${name}`);
      const { text } = messageIn(stage.requests.at(-1) as (typeof stage.requests)[0]);
      expect(text).toBe(`🟡 Configuration Changed ${name.replace("<", "&lt;").replace(">", "&gt;")}`);
    });
  });

  test("that cannot be looked up for now hold the notification back, before anything is sent", async () => {
    const down = { "/api/usergroups.list": { body: { ok: false, error: "internal_error" } } };
    await withAnswers(answers(down), async (stage) => {
      expect(await failureOf(notify(stage, { mentions: ["@devops"] }))).toMatchObject({ code: "UNAVAILABLE" });
      expect(stage.sent()).not.toContain("POST /api/chat.postMessage");
    });
  });
});

describe("an earlier notification", () => {
  test.each(["message_not_found", "edit_window_closed", "cant_update_message", "channel_not_found"])(
    "that answers %s is gone, so that it is sent anew",
    async (error) => {
      await withAnswers(
        () => ({ body: { ok: false, error } }),
        async (stage) => {
          const failure = await failureOf(notify(stage, {}, {}, { key: "run-2", previous: "C012:1.5" }));
          expect(failure).toMatchObject({ code: "NOT_FOUND" });
          expect(stage.sent()).toEqual(["POST /api/chat.update"]);
        },
      );
    },
  );

  test("that cannot be changed for now stays the one", async () => {
    await withAnswers(
      () => ({ body: { ok: false, error: "internal_error" } }),
      async (stage) => {
        const failure = await failureOf(notify(stage, {}, {}, { key: "run-2", previous: "C012:1.5" }));
        expect(failure).toMatchObject({ code: "UNAVAILABLE" });
      },
    );
  });
});

test("after a lost answer a post is not repeated within its call and may be there, an edit is repeated and is the same", async () => {
  await withAnswers(
    () => ({ body: { ok: false, error: "internal_error" } }),
    async (stage) => {
      const posted = await failureOf(notify(stage, {}));
      expect(posted).toMatchObject({ code: "UNAVAILABLE", retryable: true, outcomeUnknown: true });
      expect(stage.requests).toHaveLength(1);
      const edited = await failureOf(notify(stage, {}, undefined, { key: "run-1", previous: "C012:1.5" }));
      expect(edited).toMatchObject({ code: "UNAVAILABLE", retryable: true, outcomeUnknown: false });
      const edits = stage.requests.slice(1);
      expect(edits.length).toBeGreaterThan(1);
      expect(new Set(edits.map((request) => JSON.stringify(request.body))).size).toBe(1);
    },
  );
});
