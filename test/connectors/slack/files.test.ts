/** Uploading files in three steps. */
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { type Slack, startSlack } from "../../support/slack.ts";
import { type Asked, failureOf, type Scripted } from "../stage.ts";
import { perform, slackStaging } from "./workspace.ts";

const { withAnswers, withSystem } = slackStaging();

async function filesIn(system: Slack, name: string) {
  const channel = (await system.channel(name))?.id as string;
  const { messages } = await system.call("conversations.history", { channel });
  return (messages as { text: string; thread_ts?: string; files?: { name: string; title: string; size: number }[] }[])
    .filter(({ files }) => files !== undefined)
    .map(({ text, thread_ts: thread, files }) => ({ text, thread, files }));
}

const address = "https://files.slack.com/upload/v1/ABC123secret";

/** The three steps, answered; `broken` answers one of them otherwise. */
function steps(broken: Readonly<Record<string, Scripted>> = {}) {
  return ({ path }: Asked): Scripted => {
    const step = path.slice(path.lastIndexOf(".") + 1);
    if (path.startsWith("/upload/")) return broken.upload ?? { body: "OK - 5" };
    if (broken[step]) return broken[step] as Scripted;
    if (step === "info") return { body: { ok: true, channel: { id: "C012", name: "ops", is_member: true } } };
    if (step === "open") return { body: { ok: true, channel: { id: "D077" } } };
    if (step === "getUploadURLExternal") return { body: { ok: true, file_id: "F1", upload_url: address } };
    return { body: { ok: true, files: [{ id: "F1", title: "t" }] } };
  };
}

describe("upload_file", () => {
  test("shares text in a public channel that the bot joins, with title and comment", async () => {
    const system = await startSlack({ channels: [{ name: "ops" }] });
    await withSystem(system, async (stage) => {
      const file = { channel: "#ops", filename: "report.csv", content: "größe\n", title: "Report", comment: "here" };
      const result = await perform(stage, "upload_file", file);
      expect(result).toMatchObject({ file: expect.stringMatching(/^F/) });
      expect(
        stage
          .sent()
          .slice(-4)
          .map((line) => line.replace(/v1\/.*/, "v1/…")),
      ).toEqual([
        "POST /api/conversations.join",
        "POST /api/files.getUploadURLExternal",
        "POST /upload/v1/…",
        "POST /api/files.completeUploadExternal",
      ]);
      expect(await filesIn(system, "ops")).toEqual([
        {
          text: "here",
          thread: undefined,
          files: [expect.objectContaining({ name: "report.csv", title: "Report", size: 8 })],
        },
      ]);
    });
  });

  test("sends the bytes of base64 as they are, counts them exactly, and sends no token with them", async () => {
    await withAnswers(steps(), async (stage) => {
      const content = `${Buffer.from([0, 255, 10, 13, 128]).toString("base64")}\n`;
      await perform(stage, "upload_file", { channel: "C012", filename: "x.bin", content, encoding: "base64" });
      const [, first, second, third] = stage.requests;
      expect(first?.body).toEqual({ filename: "x.bin", length: "5" });
      expect(second).toMatchObject({ url: new URL(address), headers: { "content-type": "application/octet-stream" } });
      expect(second?.headers).not.toHaveProperty("authorization");
      expect(second?.body).toBe("\u0000\u00ff\n\r\u0080");
      expect(third?.body).toEqual({ files: '[{"id":"F1","title":"x.bin"}]', channel_id: "C012" });
    });
  });

  test("goes to a person by a direct message that is opened first, and into a thread", async () => {
    await withAnswers(steps(), async (stage) => {
      const file = { channel: "U012", filename: "x.png", content: "x", altText: "a line", thread: "1.5" };
      await perform(stage, "upload_file", file);
      const bodies = stage.requests.map(({ body }) => body);
      expect(bodies[0]).toEqual({ users: "U012" });
      expect(bodies[1]).toMatchObject({ alt_text: "a line" });
      expect(bodies[3]).toMatchObject({ channel_id: "D077", thread_ts: "1.5" });
    });
  });

  test.each<{ what: string; parameters: object; says: string }>([
    {
      what: "content that is no base64",
      parameters: { channel: "C012", encoding: "base64", content: "??" },
      says: "base64",
    },
    {
      what: "base64 that is cut short",
      parameters: { channel: "C012", encoding: "base64", content: "QUJ" },
      says: "base64",
    },
    { what: "no channel", parameters: { content: "x" }, says: "connection.defaultChannel" },
  ])("refuses $what before anything is sent", async ({ parameters, says }) => {
    await withAnswers(steps(), async (stage) => {
      const failure = await failureOf(perform(stage, "upload_file", { filename: "x", ...parameters }));
      expect(failure).toMatchObject({ code: "VALIDATION" });
      expect(String(failure)).toContain(says);
      expect(stage.requests).toEqual([]);
    });
  });

  test.each<{ step: string; answer: Scripted; code: string; last: string }>([
    {
      step: "getUploadURLExternal",
      answer: { body: { ok: false, error: "missing_scope" } },
      code: "PERMISSION",
      last: "getUploadURLExternal",
    },
    { step: "upload", answer: { status: 404, body: "file_not_found" }, code: "NOT_FOUND", last: "ABC123secret" },
    { step: "upload", answer: { status: 500, body: "" }, code: "UNAVAILABLE", last: "ABC123secret" },
    {
      step: "completeUploadExternal",
      answer: { body: { ok: false, error: "internal_error" } },
      code: "UNAVAILABLE",
      last: "completeUploadExternal",
    },
  ])("that fails at $step is $code, and no later step follows", async ({ step, answer, code, last }) => {
    await withAnswers(steps({ [step]: answer }), async (stage) => {
      const failure = await failureOf(perform(stage, "upload_file", { channel: "C012", filename: "x", content: "y" }));
      expect(failure).toMatchObject({ name: "ConnectorError", code });
      expect(stage.requests.at(-1)?.path).toMatch(new RegExp(`${last}$`));
      expect(stage.requests.filter(({ path }) => path.endsWith(last))).toHaveLength(1);
      expect(inspect(failure, { depth: 20 })).not.toContain("ABC123secret");
    });
  });
});
