/** Sending messages. */
import { expect, test } from "vitest";
import { compileConnector } from "../../../src/connector-kit/index.ts";
import slack from "../../../src/connectors/slack/index.ts";
import { startSlack } from "../../support/slack.ts";
import { failureOf, type Stage } from "../stage.ts";
import { slackStaging } from "./workspace.ts";

const { withAnswers, withSystem } = slackStaging();
const send = (stage: Stage, parameters: Record<string, unknown>) =>
  stage.session.guardErrors(async () => {
    const action = compileConnector(slack).connector.actions?.send_message;
    return (await action?.run(stage.session.writer, parameters, { key: "run-1" })) as { channel: string; ts: string };
  });

test.each(["general", "#general"])("a message to %s arrives there, and its answer in the thread", async (channel) => {
  const system = await startSlack();
  await withSystem(system, async (stage) => {
    await system.call("conversations.join", { channel: (await system.channel("general"))?.id as string }, "bot");
    const first = await send(stage, { channel, message: "Urgent <ticket>", blocks: [{ type: "divider" }] });
    await send(stage, { channel: first.channel, message: "on it", thread: first.ts });
    const { messages } = await system.call("conversations.replies", { channel: first.channel, ts: first.ts });
    expect((messages as { text: string }[]).map(({ text }) => text)).toEqual(["Urgent <ticket>", "on it"]);
  });
});

test("a message that names no channel goes to the default one; without that it is refused before it is sent", async () => {
  const answer = () => ({ body: { ok: true, channel: "C1", ts: "1.0", channels: [{ id: "C1", name: "ops" }] } });
  await withAnswers(
    answer,
    async (stage) => {
      expect(await send(stage, { message: "hello" })).toEqual({ channel: "C1", ts: "1.0" });
    },
    { connection: { defaultChannel: "#ops" } },
  );
  await withAnswers(answer, async (stage) => {
    const failure = await failureOf(send(stage, { message: "hello" }));
    expect(failure).toMatchObject({ code: "VALIDATION" });
    expect(String(failure)).toContain("connection.defaultChannel");
    expect(stage.requests).toEqual([]);
  });
});

test("a channel that the token does not see is one clear error, and a lost answer is not sent again", async () => {
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
