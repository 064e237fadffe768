/** Notifications for tests: a plain one, those that give trouble, and any at all. */
import fc from "fast-check";
import type { Fact, Link, Notification, NotificationAction, NotificationEvent } from "../../src/api/notification.ts";

export const plainNotification: Notification = {
  title: "Configuration Changed",
  text: "The pool of the database grew.\n\nNobody has to do anything.",
  severity: "warning",
  status: "firing",
  urgency: "high",
  facts: [
    { name: "Key", value: "app.database.pool" },
    { name: "Old Value", value: "5" },
    { name: "New Value", value: "10" },
  ],
  links: [{ title: "The commit", url: "https://git.example.com/c/1?a=1&b=2" }],
  code: { text: "- pool: 5\n+ pool: 10", language: "diff" },
  actions: [{ title: "Approve", id: "approve", value: "run-1", style: "primary" }],
  events: [
    { seq: 1, type: "config.changed", time: "2026-11-25T12:00:00Z", labels: { env: "prod" }, summary: "pool is 10" },
  ],
  mentions: [],
  template: "config-change",
  group: { type: "config.changed" },
};

/** What mentions, links or formats something on one platform or another, and must not. */
export const MARKUP =
  "<!channel> <!here|x> <@U012AB3CD> @here @everyone @octocat @acme/team #1 acme/api#2 GH-3 www.evil.example " +
  "https://evil.example/?a=1&b=2 ada@example.com [x](https://evil.example) ![i](https://evil.example/i.png) " +
  "<script>alert(1)</script> <!-- plumbline-run: 0 --> &lt;b&gt; *b* _i_ ~s~ `c` ```f``` | a | b |\n- [ ] task\n" +
  "- [x] done\n# head\n> quote\n1. one\n    code\n---\n***";

const event = (text: string, seq: number): NotificationEvent => ({
  ...{ seq, type: text, subject: text, labels: { label: text }, summary: text },
});

/** A notification in which one text stands everywhere where events can put it. */
export function filledWith(text: string, times = 1): Notification {
  const many = <T>(make: (index: number) => T): T[] => Array.from({ length: times }, (_, index) => make(index));
  return {
    ...plainNotification,
    title: text,
    text: many(() => text).join("\n\n"),
    facts: many(() => ({ name: text, value: text })),
    links: many((index) => ({ title: text, url: `https://example.com/${index}?q=${text}` })),
    code: { text, language: text },
    actions: many((index) => ({ title: text, id: `do-${index}`, value: `v${index}` })),
    events: many((index) => event(text, index)),
    template: text,
    group: { label: text },
    heldBack: times,
  };
}

const empty: Notification = {
  ...{ title: "", text: "", severity: "info", facts: [{ name: "", value: "" }], links: [{ title: "", url: "" }] },
  ...{ code: { text: "" }, actions: [{ title: "" }], events: [], mentions: [""], template: "", group: {} },
};

export const awkward: readonly { name: string; notification: Notification }[] = [
  { name: "with markup everywhere", notification: filledWith(MARKUP, 3) },
  { name: "with nothing in it", notification: empty },
  { name: "with a text too long for anything", notification: filledWith("<&>`|*@x ".repeat(20_000), 1) },
  { name: "with too many of everything", notification: filledWith("a & b", 500) },
  { name: "with too many lines", notification: filledWith("x\n".repeat(2000), 40) },
  { name: "with nothing but backticks", notification: filledWith("`".repeat(5000), 30) },
  {
    name: "with letters outside the common ones",
    notification: filledWith("é 🎉👩‍👩‍👧 \u202eabc\u200b \ud800 \u0000 \u2028 ＠here ﹫here 漢字".repeat(40), 4),
  },
  {
    name: "with addresses that are none",
    notification: {
      ...plainNotification,
      links: [
        { title: "a", url: "javascript:alert(1)" },
        { title: "b", url: "https://x.example/>|<!channel>)](https://y.example" },
        { title: "c", url: `https://x.example/${"a".repeat(5000)}` },
      ],
      actions: [{ title: "d", url: "data:text/html,x" }, { title: "e" }, { title: "f", id: "i".repeat(9000) }],
    },
  },
];

const piece = fc.constantFrom(
  ...MARKUP.split(/(?<=\s)/),
  "@",
  "<",
  ">",
  "&",
  "`",
  "|",
  "\n",
  "\\",
  "a",
  "🎉",
  "\ud83c",
);
export const awkwardText: fc.Arbitrary<string> = fc.oneof(
  fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary", maxLength: 60 }),
);
const url = fc.oneof(
  awkwardText.map((text) => `https://example.com/${text}`),
  awkwardText,
);

/** Any notification; it mentions nobody. */
export const anyNotification: fc.Arbitrary<Notification> = fc.record(
  {
    title: awkwardText,
    text: awkwardText,
    severity: fc.constantFrom("critical", "error", "warning", "info"),
    status: fc.constantFrom("firing", "resolved"),
    facts: fc.array(fc.record<Fact>({ name: awkwardText, value: awkwardText }), { maxLength: 12 }),
    links: fc.array(fc.record<Link>({ title: awkwardText, url }), { maxLength: 4 }),
    code: fc.record({ text: awkwardText, language: awkwardText }),
    actions: fc.array(fc.record<NotificationAction>({ title: awkwardText, url, id: fc.string(), value: fc.string() }), {
      maxLength: 4,
    }),
    events: fc.array(
      awkwardText.map((text) => event(text, 1)),
      { maxLength: 4 },
    ),
    mentions: fc.constant([]),
    template: awkwardText,
    group: fc.constant({}),
  },
  {
    requiredKeys: ["title", "text", "severity", "facts", "links", "actions", "events", "mentions", "template", "group"],
  },
) as fc.Arbitrary<Notification>;
