/**
 * Whatever is declared and whatever somebody does outside: after an apply the system is as the manifest states,
 * the next plan is empty, and what nobody declared is as it was.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type GitHubPlace, gitHubPlace, type SlackPlace, slackPlace } from "./place.ts";

const runs = { numRuns: 12, seed: 20261125 };

const text = fc.constantFrom("", "a", "Sev 1 & 2", "<b> \"quoted\" 'too'", "# no comment", "null", "grüße 🚀", "1.10");
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

interface Channel {
  name: string;
  topic?: string | undefined;
  purpose?: string | undefined;
  archived?: boolean | undefined;
}

const channel: fc.Arbitrary<Channel> = fc.record({
  name: fc.constantFrom("ops", "dev", "help", "null-1"),
  topic: optional(text),
  purpose: optional(text),
  archived: optional(fc.boolean()),
});
const channels = fc.uniqueArray(channel, { selector: ({ name }) => name, minLength: 1, maxLength: 4 });

type Tampering = { name: string; how: "topic" | "purpose" | "archive" | "rename" };
const channelTampering: fc.Arbitrary<Tampering> = fc.record({
  name: fc.constantFrom("ops", "dev", "help", "null-1"),
  how: fc.constantFrom("topic", "purpose", "archive", "rename"),
});

test("channels: an apply reaches what is stated, the next plan is empty, and nothing else is touched", async () => {
  const place = await slackPlace(["channels.yaml"], { channels: [{ name: "theirs", topic: "own", purpose: "kept" }] });
  const undeclared = await seen(place, "theirs");
  const sequence = fc.array(fc.tuple(channels, fc.array(channelTampering, { maxLength: 3 })), {
    minLength: 1,
    maxLength: 2,
  });
  await fc.assert(
    fc.asyncProperty(sequence, async (steps) => {
      for (const [declared, tamperings] of steps) {
        for (const tampering of tamperings) await tamperChannel(place, tampering);
        declare(place, "channels.yaml", "channels", declared.map(frozen));
        await reach(place);
        for (const entry of declared) expect(await seen(place, entry.name)).toMatchObject(stated(entry));
        expect(await seen(place, "theirs")).toEqual(undeclared);
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

interface Label {
  name: string;
  color: string;
  description?: string | undefined;
}

interface Repository {
  name: string;
  description?: string | undefined;
  topics?: string[] | undefined;
  has_wiki?: boolean | undefined;
  labels?: Label[] | undefined;
}

const label: fc.Arbitrary<Label> = fc.record({
  name: fc.constantFrom("bug", "area/api", "~tilde", "a b", "50%"),
  color: fc.constantFrom("008672", "ABCDEF", "5319e7"),
  description: optional(text),
});
const repository: fc.Arbitrary<Repository> = fc.record({
  name: fc.constantFrom("billing", "Website", "docs"),
  description: optional(text),
  topics: optional(fc.uniqueArray(fc.constantFrom("a", "b", "payments"), { maxLength: 3 })),
  has_wiki: optional(fc.boolean()),
  labels: optional(fc.uniqueArray(label, { selector: ({ name }) => name, maxLength: 3 })),
});
const repositories = fc.uniqueArray(repository, { selector: ({ name }) => name, minLength: 1, maxLength: 3 });
const repositoryTampering = fc.record({
  name: fc.constantFrom("billing", "Website", "docs"),
  how: fc.constantFrom("describe", "topics", "rename", "delete", "recolor", "unlabel", "relabel"),
});

test("repositories and labels: an apply reaches what is stated, the next plan is empty, and nothing else is touched", async () => {
  const place = await gitHubPlace(["repositories.yaml"], { repositories: [{ name: "theirs", description: "own" }] });
  await place.github.api("POST", "/repos/acme/theirs/labels", { name: "bug", color: "ffffff" });
  const undeclared = [await place.github.repository("theirs"), await place.github.labels("theirs")];
  const sequence = fc.array(fc.tuple(repositories, fc.array(repositoryTampering, { maxLength: 3 })), {
    minLength: 1,
    maxLength: 2,
  });
  await fc.assert(
    fc.asyncProperty(sequence, async (steps) => {
      for (const [declared, tamperings] of steps) {
        for (const tampering of tamperings) await tamperRepository(place, tampering);
        declare(place, "repositories.yaml", "repositories", declared);
        await reach(place);
        for (const entry of declared) await expectRepository(place, entry);
        expect([await place.github.repository("theirs"), await place.github.labels("theirs")]).toEqual(undeclared);
      }
    }),
    runs,
  );
});

async function expectRepository({ github }: GitHubPlace, entry: Repository): Promise<void> {
  const { labels = [], topics, description, ...fields } = entry;
  const found = (await github.repository(entry.name)) as Record<string, unknown>;
  expect(found).toMatchObject(defined(fields));
  if (description !== undefined) expect(found.description ?? "").toBe(description);
  if (topics) expect([...(found.topics as string[])].sort()).toEqual([...topics].sort());
  const live = await github.labels(entry.name);
  for (const { name, color, description: about } of labels) {
    expect(live[name]?.color.toLowerCase(), name).toBe(color.toLowerCase());
    if (about !== undefined) expect(live[name]?.description ?? "").toBe(about);
  }
}

async function tamperRepository({ github }: GitHubPlace, { name, how }: { name: string; how: string }): Promise<void> {
  const path = `/repos/acme/${name}`;
  const [first] = Object.keys(await github.labels(name));
  const one = `${path}/labels/${encodeURIComponent(first ?? "none")}`;
  if (how === "describe") await github.api("PATCH", path, { description: "tampered" });
  if (how === "topics") await github.api("PUT", `${path}/topics`, { names: ["tampered"] });
  if (how === "rename") await github.api("PATCH", path, { name: `${name}-x` });
  if (how === "delete") await github.api("DELETE", path);
  if (how === "recolor") await github.api("PATCH", one, { color: "000000" });
  if (how === "unlabel") await github.api("DELETE", one);
  if (how === "relabel") await github.api("PATCH", one, { new_name: "tampered" });
}

/** Puts entries, as JSON, which is YAML too, in place of what a manifest declares; prune is off. */
function declare(place: SlackPlace | GitHubPlace, file: string, kind: string, entries: readonly object[]): void {
  place.replace(file, file);
  place.edit(file, /resources:[\s\S]*/, `resources: ${JSON.stringify({ [kind]: entries })}\n`);
  place.edit(file, "prune: true", "prune: false");
}

/** Applies, and expects nothing to be left but what a missing `prune` holds back. */
async function reach(place: SlackPlace | GitHubPlace): Promise<void> {
  await place.apply();
  const { integrations } = await place.plan();
  const left = integrations.flatMap(({ changes }) => changes).filter(({ reason }) => reason !== "PruneDisabled");
  expect(left).toEqual([]);
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
