/**
 * Channels as Slack keeps them, where the emulator differs (docs.slack.dev/reference/methods): names are
 * refused instead of mended, bot tokens cannot unarchive, a private channel that one is not in does not
 * exist, members come in pages, `invite` knows `force`, and texts come back escaped.
 */

import { type Account, type Body, type Call, failure, isTrue, listOf, type SlackState, success } from "./state.ts";
import { encodeText } from "./text.ts";

/** Answers what concerns channels; the emulator does the rest. */
export async function conversations(state: SlackState, call: Call): Promise<Body | undefined> {
  const { method, parameters } = call;
  if (method === "conversations.create" || method === "conversations.rename") {
    const wrong = wrongName(parameters.name ?? "");
    return wrong === undefined ? undefined : failure(wrong);
  }
  if (method === "conversations.unarchive") return unarchive(state, call);
  if (method === "conversations.members") return members(state, call);
  if (method === "conversations.invite") return invite(state, call);
  return undefined;
}

/** What Slack shows of an answer of the emulator's. */
export async function shown(state: SlackState, call: Call, body: Body): Promise<Body> {
  if (body.error === "not_in_channel" && (await hidden(state, call))) return failure("channel_not_found");
  const { channel, channels } = body;
  return {
    ...body,
    ...(isChannel(channel) ? { channel: withText(channel) } : {}),
    ...(Array.isArray(channels) ? { channels: channels.filter(isChannel).map(withText) } : {}),
  };
}

/** Whether the channel that a call is about is a private one that the caller is not in. */
async function hidden(state: SlackState, { parameters, as }: Call): Promise<boolean> {
  const channel = parameters.channel ?? parameters.channel_id ?? "";
  return (await state.ask("conversations.info", { channel }, as)).ok !== true;
}

interface Channel extends Body {
  id: string;
  topic: { value: string };
  purpose: { value: string };
}

function isChannel(value: unknown): value is Channel {
  return typeof value === "object" && value !== null && "topic" in value && "purpose" in value;
}

function withText(channel: Channel): Body {
  return {
    ...channel,
    is_general: channel.name === "general",
    is_shared: false,
    is_ext_shared: false,
    topic: { ...channel.topic, value: encodeText(channel.topic.value) },
    purpose: { ...channel.purpose, value: encodeText(channel.purpose.value) },
  };
}

/** A name is lower-case letters, digits, hyphens and underscores, at most 80 of them. */
function wrongName(name: string): string | undefined {
  if (name === "") return "invalid_name_required";
  if (name.length > 80) return "invalid_name_maxlength";
  if (/^[-_.,;:!?]+$/.test(name)) return "invalid_name_punctuation";
  return /^[\p{Ll}\p{Lo}\p{N}_-]+$/u.test(name) ? undefined : "invalid_name_specials";
}

/** The user whose token it is joins; the bot has to be invited again. */
async function unarchive(state: SlackState, { parameters, as }: Call): Promise<Body> {
  if (as === "bot") return failure("not_allowed_token_type");
  const answer = await state.ask("conversations.unarchive", parameters, as);
  if (answer.ok === true) {
    await state.ask("conversations.kick", { channel: parameters.channel ?? "", user: state.botUserId }, as);
  }
  return answer;
}

async function members(state: SlackState, call: Call): Promise<Body> {
  const answer = await state.ask("conversations.members", call.parameters, call.as);
  if (answer.ok !== true) return shown(state, call, answer);
  const { items, next } = slice(answer.members as string[], call.parameters);
  return success({ members: items, response_metadata: { next_cursor: next } });
}

/** One page: `limit` (100, at most 1000) from `cursor` on. */
function slice<T>(items: readonly T[], parameters: Call["parameters"]): { items: T[]; next: string } {
  const start =
    Number(
      Buffer.from(parameters.cursor ?? "", "base64")
        .toString("utf8")
        .replace(/^next:/, ""),
    ) || 0;
  const end = start + Math.min(1000, Math.max(1, Number(parameters.limit) || 100));
  const next = end < items.length ? Buffer.from(`next:${end}`).toString("base64") : "";
  return { items: items.slice(start, end), next };
}

/** With `force` those who can be invited are, and the others are listed in `errors`. */
async function invite(state: SlackState, call: Call): Promise<Body | undefined> {
  const users = listOf(call.parameters.users);
  if (users.length > 1000) return failure("too_many_users");
  const refused: Body[] = [];
  const invited: string[] = [];
  for (const user of users) {
    const answer = await inviteOne(state, call, user);
    if (answer.ok === true) invited.push(user);
    else if (!Array.isArray(answer.errors)) return shown(state, call, answer);
    else refused.push({ user, ok: false, error: answer.error });
    if (refused.length > 0 && !isTrue(call.parameters.force)) return undo(state, call, invited, refused);
  }
  if (invited.length === 0) return failure(String(refused[0]?.error ?? "no_user"), { errors: refused });
  const { channel } = await state.ask("conversations.info", { channel: call.parameters.channel ?? "" }, call.as);
  return shown(state, call, success({ channel, ...(refused.length > 0 ? { errors: refused } : {}) }));
}

function inviteOne(state: SlackState, call: Call, user: string): Promise<Body> {
  return state.ask("conversations.invite", { channel: call.parameters.channel ?? "", users: user }, call.as);
}

/** Without `force` one who cannot be invited keeps all others out. */
async function undo(state: SlackState, call: Call, invited: readonly string[], errors: Body[]): Promise<Body> {
  for (const user of invited) {
    await state.ask("conversations.kick", { channel: call.parameters.channel ?? "", user }, call.as);
  }
  return failure(String(errors[0]?.error), { errors });
}

/** Names of all channels that an account sees, archived ones too. */
export async function channelNames(state: SlackState, as: Account): Promise<Set<string>> {
  const names = new Set<string>();
  for (let cursor = ""; ; ) {
    const parameters = { types: "public_channel,private_channel", limit: "1000", cursor };
    const { channels, response_metadata: more } = await state.ask("conversations.list", parameters, as);
    for (const { name } of channels as { name: string }[]) names.add(name);
    cursor = String((more as { next_cursor?: string }).next_cursor ?? "");
    if (cursor === "") return names;
  }
}
