/** Sending messages, by the Web API and by a webhook; changing them, and reacting. */
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../../src/connector-kit/index.ts";
import { type Slack, startSlack } from "../../support/slack.ts";
import { failureOf, type Scripted, type Stage } from "../stage.ts";
import { BOT, perform, slackStaging } from "./workspace.ts";

const { withAnswers, withSystem } = slackStaging();

interface SentMessage {
  channel: string;
  ts: string;
  message: { text: string };
}

const sendWhole = (stage: Stage, parameters: Record<string, unknown>) =>
  perform(stage, "send_message", parameters) as Promise<SentMessage>;

/** @returns where the message is. */
async function send(stage: Stage, parameters: Record<string, unknown>): Promise<Pick<SentMessage, "channel" | "ts">> {
  const { channel, ts } = await sendWhole(stage, parameters);
  return { channel, ts };
}

/** Joins `general`, since the bot of the stand-in is in no seeded channel. @returns its id. */
async function joined(system: Slack): Promise<string> {
  const id = (await system.channel("general"))?.id as string;
  await system.call("conversations.join", { channel: id }, "bot");
  return id;
}

async function thread(system: Slack, channel: string, ts: string): Promise<{ text: string; blocks?: unknown }[]> {
  return (await system.call("conversations.replies", { channel, ts })).messages as { text: string }[];
}

describe("a message by the Web API", () => {
  test.each([
    ["{{issue.number}} {{#each this}}x{{/each}}", "{{issue.number}} {{#each this}}x{{/each}}"],
    ["Urgent &lt;ticket&gt; &amp;amp;", "Urgent <ticket> &amp;"],
  ])("%j answers what people read: %j", async (message, read) => {
    const system = await startSlack();
    await withSystem(system, async (stage) => {
      await joined(system);
      expect((await sendWhole(stage, { channel: "general", message })).message).toEqual({ text: read });
    });
  });

  test.each(["general", "#general"])("to %s arrives there, and its answer in the thread", async (channel) => {
    const system = await startSlack();
    await withSystem(system, async (stage) => {
      await joined(system);
      const first = await send(stage, { channel, message: "Urgent <ticket>", blocks: [{ type: "divider" }] });
      await send(stage, { channel: first.channel, message: "on it", thread: first.ts });
      const messages = await thread(system, first.channel, first.ts);
      expect(messages.map(({ text }) => text)).toEqual(["Urgent <ticket>", "on it"]);
    });
  });

  test("carries the run's key, and its blocks as JSON beside the text", async () => {
    await withAnswers(
      () => ({ body: { ok: true, channel: "C012", ts: "1.0" } }),
      async (stage) => {
        await send(stage, { channel: "C012", message: "hi", blocks: [{ type: "divider" }] });
        expect(stage.requests[0]?.body).toEqual({
          channel: "C012",
          text: "hi",
          blocks: '[{"type":"divider"}]',
          metadata: '{"event_type":"plumbline","event_payload":{"key":"run-1"}}',
        });
      },
    );
  });

  test("that names no channel goes to the default one; without that it is refused before it is sent", async () => {
    const answer = () => ({ body: { ok: true, channel: "C012", ts: "1.0", channels: [{ id: "C012", name: "ops" }] } });
    await withAnswers(
      answer,
      async (stage) => expect(await send(stage, { message: "hello" })).toEqual({ channel: "C012", ts: "1.0" }),
      { connection: { defaultChannel: "#ops" } },
    );
    await withAnswers(answer, async (stage) => {
      const failure = await failureOf(send(stage, { message: "hello" }));
      expect(failure).toMatchObject({ code: "VALIDATION" });
      expect(String(failure)).toContain("connection.defaultChannel");
      expect(String(failure)).not.toContain("via: webhook");
      expect(stage.requests).toEqual([]);
    });
  });

  test("to a person's id goes there as it is, as a direct message", async () => {
    await withAnswers(
      () => ({ body: { ok: true, channel: "D077", ts: "1.0" } }),
      async (stage) => {
        expect(await send(stage, { channel: "U012", message: "hi" })).toEqual({ channel: "D077", ts: "1.0" });
        expect(stage.requests).toMatchObject([{ body: { channel: "U012" } }]);
      },
    );
  });

  test("to a channel that the token does not see is one clear error, and a lost answer is not sent again", async () => {
    await withAnswers(
      () => ({ body: { ok: true, channels: [] } }),
      async (stage) => {
        expect(await failureOf(send(stage, { channel: "gone", message: "x" }))).toMatchObject({ code: "NOT_FOUND" });
      },
    );
    await withAnswers(
      () => ({ status: 500, body: "" }),
      async (stage) => {
        const failure = await failureOf(send(stage, { channel: "C012AB", message: "x" }));
        expect(failure).toMatchObject({ code: "UNAVAILABLE", outcomeUnknown: true });
        expect(stage.sent()).toEqual(["POST /api/chat.postMessage"]);
      },
    );
  });
});

describe("a message by an incoming webhook", () => {
  const path = "/services/T0123/B0123/abcdefghijklmnop0123";
  const webhookUrl = `https://hooks.slack.com${path}`;
  const credentials = { credentials: { token: BOT, webhookUrl } };

  test("arrives in the webhook's channel, in a thread where one is named", async () => {
    const system = await startSlack();
    const channel = await joined(system);
    const given = { credentials: { token: BOT, webhookUrl: system.webhookUrl } };
    await withSystem(
      system,
      async (stage) => {
        const parent = await send(stage, { channel, message: "parent" });
        expect(await perform(stage, "send_message", { via: "webhook", message: "by hook", thread: parent.ts })).toEqual(
          {},
        );
        expect((await thread(system, channel, parent.ts)).map(({ text }) => text)).toEqual(["parent", "by hook"]);
      },
      given,
    );
  });

  test("goes to its address as JSON with the run's key and without a token", async () => {
    await withAnswers(
      () => ({ body: "ok" }),
      async (stage) => {
        await perform(stage, "send_message", { via: "webhook", message: "hi", blocks: [{ type: "divider" }] });
        const [request] = stage.requests;
        expect(stage.sent()).toEqual([`POST ${path}`]);
        expect(request?.headers).not.toHaveProperty("authorization");
        expect(request?.body).toEqual({
          text: "hi",
          blocks: [{ type: "divider" }],
          metadata: { event_type: "plumbline", event_payload: { key: "run-1" } },
        });
      },
      credentials,
    );
  });

  test("that comes too soon after another is sent again when its answer says", async () => {
    const answers: Scripted[] = [
      { status: 429, headers: { "retry-after": "1" }, body: "rate_limited" },
      { body: "ok" },
    ];
    await withAnswers(
      () => answers.shift() as Scripted,
      async (stage) => {
        await perform(stage, "send_message", { via: "webhook", message: "x" });
        expect(stage.requests).toHaveLength(2);
        expect(stage.clock.monotonic()).toBeGreaterThanOrEqual(1000);
      },
      credentials,
    );
  });

  test.each<{ answer: Scripted; code: ErrorCode; says: RegExp; word?: string }>([
    { answer: { status: 404, body: "no_service" }, code: "NOT_FOUND", says: /revoked.*new one/, word: "no_service" },
    {
      answer: { status: 410, body: "channel_is_archived" },
      code: "CONFLICT",
      says: /Unarchive/,
      word: "channel_is_archived",
    },
    {
      answer: { status: 403, body: "action_prohibited" },
      code: "PERMISSION",
      says: /action_prohibited/,
      word: "action_prohibited",
    },
    {
      answer: { status: 403, body: "posting_to_general_channel_denied" },
      code: "PERMISSION",
      says: /posting_to_general/,
      word: "posting_to_general_channel_denied",
    },
    { answer: { status: 404, body: "channel_not_found" }, code: "NOT_FOUND", says: /channel_not_found/ },
    { answer: { status: 400, body: "invalid_payload" }, code: "VALIDATION", says: /invalid_payload/ },
    { answer: { status: 400, body: "no_text" }, code: "VALIDATION", says: /no_text/ },
    { answer: { status: 400, body: "too_many_attachments" }, code: "VALIDATION", says: /too_many_attachments/ },
    { answer: { status: 500, body: "rollup_error" }, code: "UNAVAILABLE", says: /rollup_error/, word: "rollup_error" },
  ])("that is answered with $answer.body is $code, sent once, and its address is not shown", async (row) => {
    await withAnswers(
      () => row.answer,
      async (stage) => {
        const failure = await failureOf(perform(stage, "send_message", { via: "webhook", message: "x" }));
        expect(failure).toMatchObject({ name: "ConnectorError", code: row.code });
        expect(String(failure)).toMatch(row.says);
        if (row.word) expect(failure).toMatchObject({ platformCode: row.word });
        expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain("abcdefghijklmnop0123");
        expect(stage.requests).toHaveLength(1);
      },
      credentials,
    );
  });

  test.each<{ what: string; parameters: object; credentials: Record<string, string>; says: string }>([
    { what: "names a channel", parameters: { channel: "#ops" }, credentials: { webhookUrl }, says: "leave `channel`" },
    { what: "has no address", parameters: {}, credentials: {}, says: "credentials.webhookUrl is not set" },
    { what: "has a broken address", parameters: {}, credentials: { webhookUrl: "hooks/xyz" }, says: "is no address" },
  ])("that $what is refused before it is sent", async ({ parameters, credentials: more, says }) => {
    await withAnswers(
      () => ({ body: "ok" }),
      async (stage) => {
        const failure = await failureOf(
          perform(stage, "send_message", { via: "webhook", message: "x", ...parameters }),
        );
        expect(failure).toMatchObject({ code: "VALIDATION" });
        expect(String(failure)).toContain(says);
        expect(stage.requests).toEqual([]);
      },
      { credentials: { token: BOT, ...more } },
    );
  });

  test("is what the error for a message without a channel suggests, where there is a webhook", async () => {
    await withAnswers(
      () => ({ body: "ok" }),
      async (stage) => {
        expect(String(await failureOf(send(stage, { message: "x" })))).toContain("via: webhook");
        expect(stage.requests).toEqual([]);
      },
      credentials,
    );
  });
});

describe("a message that was sent", () => {
  test("is changed, and loses its blocks when the change has none", async () => {
    const system = await startSlack();
    await withSystem(system, async (stage) => {
      const channel = await joined(system);
      const place = await send(stage, { channel, message: "open", blocks: [{ type: "divider" }] });
      expect(await perform(stage, "update_message", { ...place, message: "closed" })).toEqual(place);
      expect(stage.writes().at(-1)?.body).toEqual({ ...place, text: "closed", blocks: "[]" }); // left out, they might stay
      const [now] = await thread(system, channel, place.ts);
      expect(now).toMatchObject({ text: "closed" });
      expect(now?.blocks ?? []).toEqual([]);
    });
  });

  test("that somebody else sent, or that is gone, is a clear refusal", async () => {
    const system = await startSlack();
    await withSystem(system, async (stage) => {
      const channel = await joined(system);
      const { ts } = await system.call("chat.postMessage", { channel, text: "mine" });
      const change = (of: unknown) => failureOf(perform(stage, "update_message", { channel, ts: of, message: "x" }));
      expect(await change(ts)).toMatchObject({ code: "PERMISSION", platformCode: "cant_update_message" });
      expect(await change("1.1")).toMatchObject({ code: "NOT_FOUND", platformCode: "message_not_found" });
    });
  });

  test.each(["eyes", ":eyes:"])("gets the reaction %s once, however often it is added", async (emoji) => {
    const system = await startSlack();
    await withSystem(system, async (stage) => {
      const channel = await joined(system);
      const place = await send(stage, { channel, message: "look" });
      for (let count = 0; count < 2; count += 1) {
        expect(await perform(stage, "add_reaction", { ...place, emoji })).toEqual({ ...place, emoji: "eyes" });
      }
      const { message } = await system.call("reactions.get", { channel, timestamp: place.ts });
      expect(message).toMatchObject({ reactions: [{ name: "eyes", count: 1, users: [system.botUserId] }] });
    });
  });
});
