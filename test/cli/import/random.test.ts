/** Whatever a system holds: what import writes of it is valid, and a plan of that has nothing to do. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { slackPlace } from "../../e2e/place.ts";
import { runs, text } from "../../e2e/random.ts";
import type { CliResult } from "../../support/cli.ts";
import { tries } from "../../support/tries.ts";
import { manifest, place } from "../fixture.ts";

/** Names that some reader of YAML takes for something else, among plain ones. */
const word = fc.constantFrom(
  "on",
  "null",
  "008672",
  "1e3",
  "~",
  "a/b",
  "a~1b",
  "how to",
  "Ä",
  "- x",
  "#1",
  "@x",
  "a: b",
);

/** Puts what was imported in a manifest's place, plans without a record of anything, and expects nothing to do. */
async function expectQuiet(run: (line: string) => Promise<CliResult>, file: string, state: string) {
  const imported = await run("import acme");
  expect(imported.code, imported.stderr).toBe(0);
  writeFileSync(file, imported.stdout);
  rmSync(state, { recursive: true, force: true });
  const { code, stdout, stderr } = await run("plan -o json --detailed-exitcode");
  expect(code, `${stderr}${stdout}\n${imported.stdout}`).toBe(0);
  const { adopt, ...others } = JSON.parse(stdout).summary;
  expect(others, `${stdout}\n${imported.stdout}`).toEqual(
    Object.fromEntries(Object.keys(others).map((name) => [name, 0])),
  );
  return { adopt, imported };
}

test("rooms, notes and teams of the fake", async () => {
  const room = fc.record({
    name: word,
    topic: fc.oneof(text, word, fc.string()),
    tags: fc.uniqueArray(word, { maxLength: 3 }),
    members: fc.uniqueArray(fc.constantFrom("u-nobody", "ada@example.com", "yes@no"), { maxLength: 2 }),
    archived: fc.boolean(),
    notes: fc.array(fc.record({ title: word, text: fc.oneof(text, word) }), { maxLength: 3 }),
  });
  const office = fc.record({
    rooms: fc.array(room, { maxLength: 5 }),
    teams: fc.array(fc.record({ handle: word, rooms: fc.array(fc.nat(9), { maxLength: 3 }) }), { maxLength: 3 }),
  });
  const change = fc.record({
    topic: word,
    tags: fc.uniqueArray(word, { maxLength: 2 }),
    archived: fc.boolean(),
    text,
  });
  await fc.assert(
    fc.asyncProperty(office, fc.array(change, { maxLength: 4 }), room, async ({ rooms, teams }, changes, more) => {
      const here = place({ "acme.yaml": manifest("    rooms: []\n") });
      const { fake, folder } = here;
      const people = new Map(["ada@example.com", "yes@no"].map((email) => [email, fake.addPerson(email)]));
      for (const { notes, members, ...fields } of rooms) {
        fake.addRoom({ ...fields, members: members.map((one) => people.get(one) ?? one) });
        for (const note of notes) fake.addNote(fields.name, note);
      }
      const ids = fake.rooms.map(({ id }) => id);
      for (const team of teams) {
        const made = fake.addTeam(team.handle);
        made.rooms = [...new Set(team.rooms.flatMap((index) => ids[index] ?? []))];
      }
      await expectQuiet((line) => here.run(line), join(folder, "acme.yaml"), join(folder, ".plumbline"));
      for (const [index, { text: about, ...fields }] of changes.entries()) {
        Object.assign(fake.rooms[index] ?? {}, fields);
        Object.assign(fake.notes[index] ?? {}, { text: about });
      }
      if (!fake.rooms.some(({ name }) => name === more.name)) {
        fake.addRoom({ name: more.name, topic: more.topic });
        for (const note of more.notes) fake.addNote(more.name, note);
      }
      const written = await here.run("import acme --write");
      expect(written.code, written.stderr).toBe(0);
      const { code, stdout, stderr } = await here.run("plan --detailed-exitcode");
      expect(code, stdout + stderr).toBe(0);
      expect(fake.writes).toEqual([]);
    }),
    tries(40, { seed: 20261125, endOnFailure: true }),
  );
});

const slackManifest = (resources: string) => `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme }
spec:
  platform: slack
  connection: { baseUrl: { env: SLACK_URL } }
  credentials: { token: { env: SLACK_BOT_TOKEN }, userToken: { env: SLACK_USER_TOKEN } }
  resources: ${resources}
`;

test("channels of Slack with bookmarks, archived and private ones too, and user groups; names that Slack kept from before its rules are left out", async () => {
  const here = await slackPlace(
    { "acme.yaml": slackManifest("{ channels: [] }") },
    { channels: [{ name: "Old Name!" }, { name: "seeded", topic: "a: b" }], pageLimit: 2 },
  );
  const people = await Promise.all(["ada@example.com", "grace@example.com"].map((email) => here.slack.userId(email)));
  const channel = fc.record({
    name: fc.constantFrom("ops", "dev", "null-1", "on", "2026-11-25"),
    topic: text,
    purpose: text,
    users: fc.subarray(people),
    archived: fc.boolean(),
    bookmarks: fc.uniqueArray(fc.record({ title: word, emoji: fc.constantFrom("", ":no:") }), {
      selector: ({ title }) => title,
      maxLength: 2,
    }),
  });
  const group = fc.record({
    handle: fc.constantFrom("no", "oncall", "null", "1-10"),
    name: word,
    description: text,
    users: fc.subarray(people),
    channels: fc.boolean(),
    disabled: fc.boolean(),
  });
  const groups = fc.uniqueArray(group, { selector: ({ handle }) => handle, maxLength: 3 });
  const channels = fc.uniqueArray(channel, { selector: ({ name }) => name, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(channels, groups, async (wanted, wantedGroups) => {
      for (const { name, topic, purpose, users, archived, bookmarks } of wanted) {
        const call = (method: string, fields: Record<string, string>) => here.slack.call(method, fields, "bot");
        await call("conversations.create", { name, is_private: String(name === "dev") });
        const id = String((await here.slack.channel(name))?.id);
        await here.slack.call("conversations.unarchive", { channel: id });
        await call("conversations.join", { channel: id });
        await call("conversations.setTopic", { channel: id, topic });
        await call("conversations.setPurpose", { channel: id, purpose });
        if (users.length > 0) await call("conversations.invite", { channel: id, users: users.join(",") });
        for (const bookmark of bookmarks) {
          await call("bookmarks.add", {
            ...bookmark,
            channel_id: id,
            type: "link",
            link: "https://example.com/?no=~",
          });
        }
        if (archived) await call("conversations.archive", { channel: id });
      }
      const seeded = String((await here.slack.channel("seeded"))?.id);
      for (const { handle, users, channels: some, disabled, ...fields } of wantedGroups) {
        await here.slack.call("usergroups.create", { handle, ...fields, ...(some ? { channels: seeded } : {}) });
        const id = String((await here.slack.group(handle))?.id);
        if (users.length > 0)
          await here.slack.call("usergroups.users.update", { usergroup: id, users: users.join(",") });
        if (disabled) await here.slack.call("usergroups.disable", { usergroup: id });
      }
      const { imported } = await expectQuiet(here.run, join(here.folder, "acme.yaml"), join(here.folder, ".plumbline"));
      expect(imported.stderr).toContain("channels/Old Name!: left out, since its name must match pattern");
      expect(imported.stdout).toContain("name: seeded");
      const marked = wanted.some(({ archived, bookmarks }) => !archived && bookmarks.length > 0);
      if (marked) expect(imported.stdout).toContain("bookmarks:");
      for (const { handle } of wantedGroups) {
        const made = (await here.slack.group(handle)) !== undefined; // not where its name was taken
        if (made) expect(imported.stdout).toMatch(new RegExp(`handle: "?${handle}"?\n`));
      }
      for (const { name, archived } of wanted) {
        if (name !== "dev") expect(await isArchived(here.slack, name), name).toBe(archived);
      }
      expect(here.proxy.writes()).toEqual([]);
    }),
    runs,
  );
});

async function isArchived(
  slack: { channel(name: string): Promise<Record<string, unknown> | undefined> },
  name: string,
) {
  return (await slack.channel(name))?.is_archived;
}
