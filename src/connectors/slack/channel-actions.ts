/**
 * Channels as actions make, archive and fill them.
 *
 * Making one twice is making it once: a live channel of the name, as open or closed as was asked for, is the
 * answer. One that is archived or of the other sort is refused, since its members would read what was not meant
 * for them.
 */
import { ConnectorError, defineAction, Type } from "../../connector-kit/index.ts";
import { Name, Purpose, Topic } from "./channels.ts";
import type { SlackChannel, SlackWriter } from "./client.ts";
import { channel, channelId, closed, person } from "./parameters.ts";
import { personFor } from "./users.ts";

export const createChannel = defineAction({
  description: "Makes a channel, or answers the live one that has the name.",
  idempotent: true,
  parameters: Type.Object(
    {
      name: Name,
      private: Type.Optional(Type.Boolean({ default: false, description: "Whether it is private.", examples: [true] })),
      topic: Type.Optional(Topic),
      purpose: Type.Optional(Purpose),
      members: Type.Optional(
        Type.Array(person, {
          maxItems: 1000,
          description: "Who is invited, by e-mail address or user id; nobody is taken out.",
          examples: [["ada@example.com"]],
        }),
      ),
    },
    { ...closed, description: "The channel.", examples: [{ name: "inc-42", topic: "Printer on fire" }] },
  ),
  result: Type.Object(
    {
      channel: channelId,
      name: Name,
      created: Type.Boolean({ description: "Whether it was made now.", examples: [true] }),
    },
    {
      ...closed,
      description: "The channel.",
      examples: [{ channel: "C012AB3CD", name: "inc-42", created: true }],
    },
  ),
  run: async (slack: SlackWriter, { name, private: hidden = false, topic, purpose, members = [] }) => {
    const people = await Promise.all(members.map((one) => personFor(slack, one)));
    const { id, created } = await madeOrFound(slack, name, hidden);
    if (topic !== undefined) await slack.setTopic(id, topic);
    if (purpose !== undefined) await slack.setPurpose(id, purpose);
    if (people.length > 0) await slack.invite(id, people);
    return { channel: id, name, created };
  },
});

async function madeOrFound(
  slack: SlackWriter,
  name: string,
  hidden: boolean,
): Promise<{ id: string; created: boolean }> {
  try {
    const { id } = await slack.createChannel(name, hidden);
    return { id, created: true };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.platformCode !== "name_taken") throw error;
    const found = await liveOne(slack, name, hidden);
    if (!found) throw error;
    await slack.joinIfOutside(found);
    return { id: found.id, created: false };
  }
}

/** @throws ConnectorError CONFLICT when the channel of the name is another than what was asked for. */
async function liveOne(slack: SlackWriter, name: string, hidden: boolean): Promise<SlackChannel | undefined> {
  for await (const found of slack.channels()) {
    if (found.name !== name) continue;
    if (!found.archived && found.private === hidden) return found;
    const state = found.archived ? "archived" : found.private ? "private" : "public";
    const remedy = found.archived ? "Unarchive it, or choose another name." : "Choose another name.";
    const message = `The channel "${name}" (${found.id}) exists already and is ${state}. ${remedy}`;
    throw new ConnectorError("CONFLICT", message, { platformCode: "name_taken" });
  }
  return undefined;
}

export const archiveChannel = defineAction({
  description: "Archives a channel.",
  idempotent: true,
  parameters: Type.Object({ channel }, { ...closed, description: "The channel.", examples: [{ channel: "#inc-42" }] }),
  result: Type.Object(
    { channel: channelId },
    { ...closed, description: "The channel, which is archived now.", examples: [{ channel: "C012AB3CD" }] },
  ),
  run: async (slack: SlackWriter, parameters) => {
    const found = await slack.channel(parameters.channel);
    await slack.joinIfOutside(found);
    if (!found.archived) await slack.archive(found.id);
    return { channel: found.id };
  },
});

export const inviteUser = defineAction({
  description: "Invites a person of the workspace into a channel.",
  idempotent: true,
  parameters: Type.Object(
    { channel, user: person },
    {
      ...closed,
      description: "The channel and the person.",
      examples: [{ channel: "#incidents", user: "ada@example.com" }],
    },
  ),
  result: Type.Object(
    {
      channel: channelId,
      user: Type.String({ description: "The person's id.", examples: ["U012AB3CD"] }),
    },
    {
      ...closed,
      description: "Who is in which channel now.",
      examples: [{ channel: "C012AB3CD", user: "U012AB3CD" }],
    },
  ),
  run: async (slack: SlackWriter, parameters) => {
    const user = await personFor(slack, parameters.user);
    const found = await slack.channel(parameters.channel);
    await slack.joinIfOutside(found);
    await slack.invite(found.id, [user]);
    return { channel: found.id, user };
  },
});
