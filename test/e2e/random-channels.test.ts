/**
 * Whatever is declared and whatever somebody does outside: after an apply the system is as the manifest states,
 * the next plan is empty, and what nobody declared is as it was.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type SlackPlace, slackPlace } from "./place.ts";
import { declare, defined, optional, reach, runs, text } from "./random.ts";

interface Channel {
  name: string;
  topic?: string | undefined;
  purpose?: string | undefined;
  archived?: boolean | undefined;
}

const names = ["ops", "dev", "help", "null-1"];
const channel: fc.Arbitrary<Channel> = fc.record({
  name: fc.constantFrom(...names),
  topic: optional(text),
  purpose: optional(text),
  archived: optional(fc.boolean()),
});
const channels = fc.uniqueArray(channel, { selector: ({ name }) => name, minLength: 1, maxLength: 4 });

type Tampering = { name: string; how: "topic" | "purpose" | "archive" | "rename" };
const channelTampering: fc.Arbitrary<Tampering> = fc.record({
  name: fc.constantFrom(...names),
  how: fc.constantFrom("topic", "purpose", "archive", "rename"),
});

/** What one pull request declares, after somebody did something outside. */
const step = fc.record({
  tamperings: fc.array(channelTampering, { maxLength: 3 }),
  declared: channels,
  prune: fc.boolean(),
});

test("channels: an apply reaches what is stated, the next plan is empty, and nothing else is touched", async () => {
  const place = await slackPlace(["channels.yaml"], {
    channels: [{ name: "theirs", topic: "own", purpose: "kept" }],
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 2 }), async (steps) => {
      for (const { tamperings, declared, prune } of steps) {
        for (const tampering of tamperings) await tamperChannel(place, tampering);
        const others = names.filter((name) => !declared.some((entry) => entry.name === name));
        const untouched = prune ? ["theirs"] : ["theirs", ...others];
        const before = await Promise.all(untouched.map((name) => seen(place, name)));
        declare(place, { file: "channels.yaml", kind: "channels", entries: declared.map(frozen), prune });
        await reach(place);
        for (const entry of declared) expect(await seen(place, entry.name)).toMatchObject(stated(entry));
        expect(await Promise.all(untouched.map((name) => seen(place, name)))).toEqual(before);
      }
    }),
    runs,
  );
});

/** An archived channel takes no changes: texts of one that stays archived are not stated. */
function frozen(entry: Channel): Channel {
  return entry.archived ? { name: entry.name, archived: true } : entry;
}

function stated(entry: Channel): Record<string, unknown> {
  return defined({ archived: false, ...defined({ ...frozen(entry) }) });
}

async function seen({ slack }: SlackPlace, name: string): Promise<Record<string, unknown> | undefined> {
  const found = (await slack.channel(name)) as Record<"topic" | "purpose", { value: string }> & {
    is_archived: boolean;
  };
  return (
    found && { name, topic: plain(found.topic.value), purpose: plain(found.purpose.value), archived: found.is_archived }
  );
}

function plain(value: string): string {
  return value.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

async function tamperChannel({ slack }: SlackPlace, { name, how }: Tampering): Promise<void> {
  const id = String((await slack.channel(name))?.id);
  if (id === "undefined") return;
  if (how === "topic") await slack.call("conversations.setTopic", { channel: id, topic: "tampered" }, "bot");
  if (how === "purpose") await slack.call("conversations.setPurpose", { channel: id, purpose: "tampered" }, "bot");
  if (how === "archive") await slack.call("conversations.archive", { channel: id }, "bot");
  if (how === "rename") await slack.call("conversations.rename", { channel: id, name: `${name}-x` }, "bot");
}
