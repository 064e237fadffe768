/**
 * Channels of a Slack workspace.
 *
 * There is no removing, only archiving, and an archived channel keeps its name. A bot sees private
 * channels only where it is a member. Every change needs membership: a public channel is joined first.
 * Our own account is a member of what it makes and changes, so it is left out of `members` on both sides: where a
 * list is read, and where a manifest names it.
 */
import { defineResource, type Observed, Type } from "../../connector-kit/index.ts";
import type { SlackChannel, SlackReader, SlackWriter } from "./client.ts";
import { OWN_ACCOUNT } from "./users.ts";

export const Name = Type.String({
  pattern: "^[^\\sA-Z.,!?#@:;/\\\\&<>()\\[\\]{}'\"`*+=%$^|~]+$",
  minLength: 1,
  maxLength: 80,
  description: "The channel's name: lower-case letters, digits, - and _, without #.",
  examples: ["incidents"],
});

export const Topic = Type.String({
  maxLength: 250,
  description: "The topic, at the top of the channel.",
  examples: ["Sev 1 and 2 only"],
});

export const Purpose = Type.String({
  maxLength: 250,
  description: "The description of the channel.",
  examples: ["Where incidents are handled"],
});

const Channel = Type.Object(
  {
    name: Name,
    topic: Type.Optional(Topic),
    purpose: Type.Optional(Purpose),
    private: Type.Optional(
      Type.Boolean({
        default: false,
        "x-plumbline-immutable": true,
        "x-plumbline-risk": "visibility",
        description: "Whether it is private. Slack's API cannot change it later.",
        examples: [false],
      }),
    ),
    archived: Type.Optional(
      Type.Boolean({
        default: false,
        description: "Whether it is archived. A declared channel is live unless this says otherwise.",
        examples: [false],
      }),
    ),
    members: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          "x-plumbline-ref": "people",
          description: "An e-mail address or a user id.",
          examples: ["ada@example.com"],
        }),
        {
          "x-kubernetes-list-type": "set",
          "x-plumbline-members": true,
          description: "All people in the channel, by e-mail address or id; the app itself is not listed.",
          examples: [["ada@example.com"]],
        },
      ),
    ),
  },
  {
    additionalProperties: false,
    description: "A channel.",
    examples: [{ name: "incidents", topic: "Sev 1 and 2 only" }],
  },
);

/** How many member lists are read at once. */
const READ_AT_ONCE = 8;

export const channels = defineResource({
  schema: Channel,
  key: (channel) => channel.name,
  normalize: ({ members, ...channel }) => ({
    ...channel,
    ...(members === undefined ? {} : { members: members.filter((id) => id !== OWN_ACCOUNT) }),
  }),
  rename: true,
  async *list(slack: SlackReader) {
    for await (const channel of slack.channels()) yield observedOf(channel);
  },
  async *detail(slack, observed, fields) {
    if (!fields.has("members")) return;
    const own = (await slack.account()).account.user_id;
    const readable = observed.filter(({ raw }) => !(raw as SlackChannel).shared);
    for (let at = 0; at < readable.length; at += READ_AT_ONCE) {
      const some = readable.slice(at, at + READ_AT_ONCE);
      const lists = await Promise.all(some.map(({ id }) => slack.members(id)));
      for (const [index, channel] of some.entries()) {
        yield { ...channel, spec: { members: (lists[index] as string[]).filter((id) => id !== own) } };
      }
    }
  },
  async create(slack: SlackWriter, { desired }) {
    const { id } = await slack.createChannel(desired.name, desired.private === true);
    // A new channel has no topic, no purpose and nobody else in it.
    return {
      id,
      unset: (["topic", "purpose", "members"] as const).filter((field) => (desired[field]?.length ?? 0) > 0),
    };
  },
  async update(slack, { observed, changes, lists }) {
    await slack.joinIfOutside(observed.raw as SlackChannel | undefined);
    const { id } = observed;
    if (changes.name !== undefined) await slack.rename(id, changes.name);
    if (changes.topic !== undefined) await slack.setTopic(id, changes.topic);
    if (changes.purpose !== undefined) await slack.setPurpose(id, changes.purpose);
    const { added = [], removed = [] } = lists.members ?? {};
    if (added.length > 0) await slack.invite(id, added as string[]);
    for (const user of removed as string[]) await slack.kick(id, user);
  },
  archived: {
    unstated: "live",
    archive: async (slack, observed) => {
      await slack.joinIfOutside(observed.raw as SlackChannel | undefined);
      await slack.archive(observed.id);
    },
    unarchive: (slack, { id, spec }) => slack.unarchive(id, spec.private === true),
  },
});

function observedOf(channel: SlackChannel): Observed {
  const { id, name, topic, purpose, archived } = channel;
  return { id, spec: { name, topic, purpose, private: channel.private, archived }, raw: channel };
}
