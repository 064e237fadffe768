/**
 * Uploading a file, in the three steps that took the place of files.upload
 * (docs.slack.dev/messaging/working-with-files): ask for an address, send the bytes there without any
 * credential, then say which channel the file is for. Until the last step nobody sees it.
 */
import { ConnectorError, defineAction, Type } from "../../connector-kit/index.ts";
import { call } from "./calls.ts";
import { isUserId, type SlackWriter } from "./client.ts";
import { closed, goesSomewhere, message, target, targetOf, thread } from "./parameters.ts";

/** Milliseconds that sending the bytes may take. */
const UPLOAD_TIMEOUT = 120_000;

export const uploadFile = defineAction({
  description: "Uploads a file into a channel or to a person.",
  parameters: Type.Object(
    {
      channel: Type.Optional(target),
      filename: Type.String({
        minLength: 1,
        description: "The file's name with its ending.",
        examples: ["report.csv"],
      }),
      content: Type.String({ minLength: 1, description: "What the file holds.", examples: ["day,tickets"] }),
      encoding: Type.Optional(
        Type.Enum(["text", "base64"], {
          default: "text",
          description: "What `content` is: text, which is sent as UTF-8, or bytes in base64.",
          examples: ["base64"],
        }),
      ),
      title: Type.Optional(
        Type.String({ minLength: 1, description: "Left out, the file's name.", examples: ["Tickets of the day"] }),
      ),
      comment: Type.Optional({
        ...message,
        description: "A message that comes with the file.",
        examples: ["Yesterday's report"],
      }),
      altText: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 1000,
          description: "What an image shows, for those who do not see it.",
          examples: ["Tickets an hour, as a line"],
        }),
      ),
      thread: Type.Optional(thread),
    },
    {
      ...closed,
      description: "The file.",
      examples: [{ channel: "#incidents", filename: "report.csv", content: "day,tickets" }],
    },
  ),
  result: Type.Object(
    {
      file: Type.String({ description: "The file's id.", examples: ["F012AB3CD"] }),
      permalink: Type.Optional(
        Type.String({
          description: "Where people see it.",
          examples: ["https://acme.slack.com/files/U1/F1/report.csv"],
        }),
      ),
    },
    {
      ...closed,
      description: "The file. The message that shows it may come a moment later.",
      examples: [{ file: "F012AB3CD" }],
    },
  ),
  fits: ({ channel }, { connection }) => goesSomewhere({ channel }, { connection, credentials: [] }),
  run: async (slack: SlackWriter, { channel, content, encoding, ...file }) => {
    const bytes = encoding === "base64" ? decoded(content) : new TextEncoder().encode(content);
    const conversation = await conversationFor(slack, targetOf(slack, channel));
    const { id, address } = await place(slack, file.filename, bytes.byteLength, file.altText);
    await send(slack, address, bytes, file.filename);
    return share(slack, id, conversation, file);
  },
});

/** @throws ConnectorError VALIDATION for what is no base64. */
function decoded(content: string): Uint8Array {
  const compact = content.replace(/\s+/g, "");
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact) && compact !== "") {
    return Uint8Array.from(Buffer.from(compact, "base64"));
  }
  throw new ConnectorError("VALIDATION", "The file's content is no base64, as `encoding` says.");
}

/** Where a file is shared: a public channel is joined, a person's direct message opened. */
async function conversationFor(slack: SlackWriter, named: string): Promise<string> {
  if (!isUserId(named)) {
    const found = await slack.channel(named);
    await slack.joinIfOutside(found);
    return found.id;
  }
  const options = { limit: "tier3", repeatable: true, what: `open a direct message to ${named}` };
  const { body } = await call(slack.http, "conversations.open", { users: named }, options);
  return (body as { channel: { id: string } }).channel.id;
}

/** @param length in bytes, exactly. */
async function place(slack: SlackWriter, filename: string, length: number, altText: string | undefined) {
  const form = { filename, length, ...(altText === undefined ? {} : { alt_text: altText }) };
  const options = { limit: "tier4", repeatable: true, what: `prepare the upload of "${filename}"` };
  const { body } = await call(slack.http, "files.getUploadURLExternal", form, options);
  const { file_id: id, upload_url: address } = body as { file_id: string; upload_url: string };
  return { id, address };
}

async function send(slack: SlackWriter, address: string, body: Uint8Array, filename: string): Promise<void> {
  await slack.http.post(address, {
    authorize: false,
    body,
    headers: { "content-type": "application/octet-stream" },
    timeout: UPLOAD_TIMEOUT,
    what: `send the bytes of "${filename}"`,
  });
}

async function share(
  slack: SlackWriter,
  id: string,
  channel: string,
  { filename, title, comment, thread: parent }: { filename: string; title?: string; comment?: string; thread?: string },
): Promise<{ file: string; permalink?: string }> {
  const form = {
    files: JSON.stringify([{ id, title: title ?? filename }]),
    channel_id: channel,
    ...(comment === undefined ? {} : { initial_comment: comment }),
    ...(parent === undefined ? {} : { thread_ts: parent }),
  };
  const options = { limit: "tier4", what: `share "${filename}" in ${channel}` };
  const { body } = await call(slack.http, "files.completeUploadExternal", form, options);
  const permalink = (body as { files?: readonly { permalink?: string }[] }).files?.[0]?.permalink;
  return { file: id, ...(permalink === undefined ? {} : { permalink }) };
}
