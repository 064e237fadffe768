/**
 * Whom and what an event of Slack is about. Each type says so in fields of its own: a channel is an id here and an
 * object there, and `user` is who acted, but who joined where somebody else invited.
 */

type Fields = Readonly<Record<string, unknown>>;

/** @param event an event, an interaction or a slash command. @returns the channel's id, else the person's or group's. */
export function subjectOf(event: Fields): { subject?: string } {
  const { channel, channel_id: channelId, item, container, user, user_id: userId, subteam, view } = event;
  const places = [channel, channelId, fieldOf(item, "channel"), fieldOf(container, "channel_id")];
  const subject = [...places, user, userId, subteam, fieldOf(event, "subteam_id"), view].map(idOf).find(Boolean);
  return subject === undefined ? {} : { subject };
}

/** @param data an envelope, an interaction or a slash command. @returns the ids of who caused it: people and bots. */
export function causers(data: Fields): string[] {
  const event = isFields(data.event) ? data.event : data;
  const { inviter, user, user_id: userId, bot_id: bot, channel, subteam, subtype, message } = event;
  const actor = inviter ?? user ?? userId ?? fieldOf(channel, "creator") ?? fieldOf(subteam, "updated_by");
  // People can change only their own messages, and the author stands inside.
  const changed = subtype === "message_changed" ? [fieldOf(message, "user"), fieldOf(message, "bot_id")] : [];
  return [actor, bot, ...changed].flatMap((one) => idOf(one) ?? []);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldOf(value: unknown, name: string): unknown {
  return isFields(value) ? value[name] : undefined;
}

function idOf(value: unknown): string | undefined {
  const id = isFields(value) ? value.id : value;
  return typeof id === "string" && id !== "" ? id : undefined;
}
