/**
 * Bookmarks of a channel: links at its top.
 *
 * Slack lets two bookmarks share a title; then neither is touched. Bookmarks of files, messages and folders are
 * left alone. Every change needs membership: a public channel is joined first. Their order cannot be set.
 */
import { ConnectorError, defineResource, type ObservedParent, perParent, Type } from "../../connector-kit/index.ts";
import { call, explained, succeedsWith } from "./calls.ts";
import type { SlackChannel, SlackReader, SlackWriter } from "./client.ts";
import { withoutEscapes } from "./text.ts";

const Bookmark = Type.Object(
  {
    title: Type.String({
      pattern: "^\\S(.*\\S)?$",
      minLength: 1,
      description: "What the link is called, unique in its channel.",
      examples: ["Runbook"],
    }),
    link: Type.String({
      pattern: "^https?://\\S+$",
      description: "Where it leads.",
      examples: ["https://wiki.example.com/runbook"],
    }),
    emoji: Type.Optional(
      Type.String({
        pattern: "^(:[^:\\s]+:(:[^:\\s]+:)?)?$",
        description: "The emoji before it, with colons; empty for none.",
        examples: [":book:"],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "A bookmark.",
    examples: [{ title: "Runbook", link: "https://wiki.example.com/runbook" }],
  },
);

/** A bookmark as `bookmarks.list` shows it. */
interface RawBookmark {
  id: string;
  title: string;
  type: string;
  link?: string | null;
  emoji?: string | null;
}

export const bookmarks = defineResource({
  schema: Bookmark,
  parent: "channels",
  key: (bookmark) => bookmark.title,
  normalizeKey: withoutEscapes,
  normalize: (bookmark) => ({
    ...bookmark,
    ...(bookmark.title === undefined ? {} : { title: withoutEscapes(bookmark.title) }),
    ...(bookmark.link === undefined ? {} : { link: withoutEscapes(bookmark.link) }),
  }),
  rename: true,
  list: (slack: SlackReader, { parents }) =>
    perParent(parents, async (channel) => {
      const options = { limit: "tier3", what: `list the bookmarks of ${nameOf(channel)}` };
      const answer = call(slack.http, "bookmarks.list", { channel_id: channel.id }, options);
      const { body } = await explained(remedies, answer);
      return bookmarksIn(body).map(({ id, title, link, emoji }) => ({
        id,
        spec: { title, link: link ?? "", emoji: emoji ?? "" },
      }));
    }),
  async create(slack: SlackWriter, { desired, parent }) {
    await slack.joinIfOutside(parent.raw as SlackChannel | undefined);
    const { title, link, emoji } = desired;
    const form = { channel_id: parent.id, title, type: "link", link, ...(emoji ? { emoji } : {}) };
    const options = { limit: "tier2", what: `add the bookmark "${title}" to ${nameOf(parent)}` };
    const { body } = await explained(remedies, call(slack.http, "bookmarks.add", form, options));
    return { id: (body as { bookmark: RawBookmark }).bookmark.id };
  },
  async update(slack, { observed, changes }) {
    const channel = observed.parent as ObservedParent;
    await slack.joinIfOutside(channel.raw as SlackChannel | undefined);
    // Whole, since Slack does not say what becomes of a field that is left out.
    const { title = "", link = "", emoji } = { ...observed.spec, ...changes };
    const given = emoji === undefined ? {} : { emoji };
    const form = { channel_id: channel.id, bookmark_id: observed.id, title, link, ...given };
    const options = { limit: "tier2", repeatable: true, what: `change the bookmark "${title}" of ${nameOf(channel)}` };
    await explained(remedies, call(slack.http, "bookmarks.edit", form, options));
  },
  async remove(slack, { id, spec, parent }) {
    const channel = parent as ObservedParent;
    await slack.joinIfOutside(channel.raw as SlackChannel | undefined);
    const what = `remove the bookmark "${spec.title ?? id}" of ${nameOf(channel)}`;
    const options = { limit: "tier2", repeatable: true, what };
    const form = { channel_id: channel.id, bookmark_id: id };
    await succeedsWith(["not_found"], explained(remedies, call(slack.http, "bookmarks.remove", form, options)));
  },
});

/** @throws ConnectorError when the answer holds no list: nobody may take that for none. */
function bookmarksIn(body: unknown): RawBookmark[] {
  const { bookmarks: all } = body as { bookmarks?: readonly RawBookmark[] };
  if (Array.isArray(all)) return all.filter(({ type }: RawBookmark) => type === "link");
  throw new ConnectorError("UNAVAILABLE", "Slack's list of bookmarks lacks the list.");
}

function nameOf({ key }: ObservedParent): string {
  return `#${key[0]}`;
}

/** What refusals mean, which Slack's words alone do not tell. */
const remedies: Readonly<Record<string, string>> = {
  not_in_channel: "Invite the app into the channel.",
  too_many_bookmarks: "A channel has at most 100 bookmarks.",
};
