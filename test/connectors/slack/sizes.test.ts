/** What is too long or wrongly spelt for Slack is refused by the schema, and so before anything is sent. */
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { startSlack } from "../../support/slack.ts";
import { bookmarks, channels, slack, usergroups } from "./workspace.ts";

const ajv = new Ajv({ strict: false, validateFormats: false });
const kinds = { channels, bookmarks, usergroups };
const fits = (schema: object, value: unknown) => ajv.validate(schema, value);
const kind = (name: keyof typeof kinds, value: object) => fits(kinds[name].schema, value);
const action = (name: string, value: object) => fits(slack.actions?.[name]?.parameters ?? {}, value);
const long = (length: number) => "x".repeat(length);
const blocks = (count: number) => Array.from({ length: count }, () => ({ type: "divider" }));

test.each<{ what: string; most: number; takes: (size: number) => boolean }>([
  { what: "a channel's name", most: 80, takes: (size) => kind("channels", { name: long(size) }) },
  { what: "a topic", most: 250, takes: (size) => kind("channels", { name: "a", topic: long(size) }) },
  { what: "a purpose", most: 250, takes: (size) => kind("channels", { name: "a", purpose: long(size) }) },
  { what: "a text", most: 40_000, takes: (size) => action("send_message", { message: long(size) }) },
  {
    what: "a changed text",
    most: 40_000,
    takes: (size) => action("update_message", { channel: "C012", ts: "1.1", message: long(size) }),
  },
  { what: "blocks", most: 50, takes: (size) => action("send_message", { message: "x", blocks: blocks(size) }) },
  { what: "a status", most: 100, takes: (size) => action("set_status", { text: long(size) }) },
])("$what of $most fits, and a longer one does not", ({ most, takes }) => {
  expect([takes(most), takes(most + 1)]).toEqual([true, false]);
});

describe("names of channels", () => {
  const names = ["ops", "ops-1_a", "Ops", "two words", "dot.ted", "a#b", "a/b", ""];

  test("are taken as Slack takes them, and never mended", async () => {
    const system = await startSlack();
    try {
      for (const name of names) {
        const { ok } = await system.call("conversations.create", { name }, "bot");
        expect({ name, taken: kind("channels", { name }) }).toEqual({ name, taken: ok });
      }
    } finally {
      await system.close();
    }
  });
});

test.each([
  { handle: "oncall", right: true },
  { handle: "On-call", right: false },
  { handle: "@oncall", right: false },
  { handle: "on call", right: false },
])("the handle $handle of a user group fits: $right", ({ handle, right }) => {
  expect(kind("usergroups", { handle })).toBe(right);
});

test.each([
  { emoji: ":book:", right: true },
  { emoji: "", right: true },
  { emoji: "book", right: false },
])("the emoji $emoji of a bookmark fits: $right", ({ emoji, right }) => {
  expect(kind("bookmarks", { title: "Runbook", link: "https://x.example.com", emoji })).toBe(right);
});

test("a text is required beside blocks, as what notifications show", () => {
  expect(action("send_message", { blocks: blocks(1) })).toBe(false);
});
