/** Notifications as Block Kit: within Slack's limits and mentioning nobody, whatever stands in them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { render } from "../../../src/connectors/slack/notification-blocks.ts";
import { anyNotification, awkward, plainNotification } from "../../support/notifications.ts";
import { tries } from "../../support/tries.ts";
import { type Block, mentionsIn, mistakesIn } from "./message.ts";

const nobody = { texts: [], unknown: [] };
const rendered = (notification: typeof plainNotification, mentions = nobody as Parameters<typeof render>[1]) =>
  render(notification, mentions) as unknown as { text: string; blocks: Block[]; truncated?: string };
const blocksOf = (type: string, { blocks }: { blocks: Block[] }) => blocks.filter((block) => block.type === type);

test("a notification's parts stand in the blocks that are for them", () => {
  const { text, blocks, truncated } = rendered(plainNotification);
  expect(text).toBe("🟡 Configuration Changed");
  expect(truncated).toBe(undefined);
  expect(blocks).toEqual([
    { type: "header", text: { type: "plain_text", text: "🟡 Configuration Changed", emoji: false } },
    { type: "section", text: { type: "plain_text", text: plainNotification.text, emoji: false } },
    {
      type: "section",
      fields: ["Key\napp.database.pool", "Old Value\n5", "New Value\n10"].map((field) => ({
        ...{ type: "plain_text", text: field, emoji: false },
      })),
    },
    {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [{ type: "link", url: "https://git.example.com/c/1?a=1&b=2", text: "The commit" }],
        },
      ],
    },
    {
      type: "rich_text",
      elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text: "- pool: 5\n+ pool: 10" }] }],
    },
    {
      type: "actions",
      elements: [
        {
          ...{ type: "button", action_id: "approve", value: "run-1", style: "primary" },
          text: { type: "plain_text", text: "Approve", emoji: false },
        },
      ],
    },
    {
      type: "context",
      elements: [{ type: "plain_text", text: "warning · firing · urgency high · 2026-11-25T12:00:00Z", emoji: false }],
    },
  ]);
});

test("any notification is within the limits and mentions nobody", () => {
  fc.assert(
    fc.property(anyNotification, (notification) => {
      const message = rendered(notification);
      expect(mistakesIn(message)).toEqual([]);
      expect(mentionsIn(message)).toEqual([]);
    }),
    tries(300),
  );
});

test("what is too much is left out, which is said in the message and beside it", () => {
  const huge = awkward.find(({ name }) => name.includes("too many of everything"))?.notification ?? plainNotification;
  const message = rendered(huge);
  expect(message.truncated).toContain("450 of 500 facts, 490 of 500 events");
  expect(JSON.stringify(blocksOf("context", message))).toContain("450 of 500 facts");
  expect(blocksOf("section", message).flatMap(({ fields = [] }) => fields)).toHaveLength(50);
});

test("a long text goes on in a second section at a line's end, and no letter is cut in two", () => {
  const line = `${"🎉".repeat(500)}\n`;
  const message = rendered({ ...plainNotification, text: line.repeat(10) });
  const sections = blocksOf("section", message).flatMap(({ text }) => text?.text ?? []);
  expect(sections).toEqual([line.repeat(2).trim(), expect.stringMatching(/🎉…$/u)]);
  expect(sections.every((section) => section.isWellFormed())).toBe(true);
  expect(message.truncated).toBe("Left out: the end of the text.");
});

describe("the sign and the words for", () => {
  test.each([
    { given: { severity: "critical" }, sign: "🔴", says: "critical · firing" },
    { given: { severity: "error" }, sign: "🟠", says: "error · firing" },
    { given: { severity: "info", heldBack: 3 }, sign: "🔵", says: "3 more were held back" },
    { given: { severity: "critical", status: "resolved" }, sign: "🟢", says: "critical · resolved" },
  ] as const)("$given", ({ given, sign, says }) => {
    const message = rendered({ ...plainNotification, ...given });
    expect(message.text).toBe(`${sign} Configuration Changed`);
    expect(JSON.stringify(blocksOf("context", message))).toContain(says);
  });
});

test("several events are listed, the newest last, and counted", () => {
  const events = ["a", "b"].map((summary, index) => ({ seq: index, type: "t", labels: {}, summary }));
  const message = rendered({ ...plainNotification, events });
  expect(JSON.stringify(blocksOf("section", message))).toContain(String.raw`"• a\n• b"`);
  expect(JSON.stringify(blocksOf("context", message))).toContain("2 events");
});

test("a button opens its page; one that could only be cut short is left out", () => {
  const actions = [
    { title: "Open", url: "https://x.example/a b" },
    { title: "Long", id: "i".repeat(256) },
    { title: "A", id: "a" },
    { title: "B", id: "a" },
  ];
  const message = rendered({ ...plainNotification, actions });
  expect(blocksOf("actions", message)).toMatchObject([
    { elements: [{ url: "https://x.example/a%20b", action_id: "plumbline-link-0" }, { action_id: "a" }] },
  ]);
  expect(message.truncated).toBe(
    "Left out: an action, whose id another one has, an action, whose id or value is too long.",
  );
});

test("the route's mentions stand in the text and in a block, unread otherwise", () => {
  const message = rendered(plainNotification, { texts: ["<!here>", "@nobody"], unknown: ["@nobody"] });
  expect(message.text).toBe("🟡 Configuration Changed <!here> @nobody");
  expect(message.blocks[1]).toEqual({
    type: "section",
    text: { type: "mrkdwn", text: "<!here> @nobody", verbatim: true },
  });
  expect(message.truncated).toBe("Left out: the mention @nobody, which Slack knows nobody by.");
});

test("a group of 5,000 says how many there are, and how many are not shown", () => {
  const [event] = plainNotification.events;
  const events = Array.from({ length: 1000 }, (_, seq) => ({
    ...(event as (typeof plainNotification.events)[0]),
    seq,
  }));
  const message = rendered({ ...plainNotification, events, earlierEvents: 4000 });
  expect(JSON.stringify(blocksOf("context", message))).toContain("5000 events");
  expect(message.truncated).toContain("4990 of 5000 events");
});
