/** Notifications as Markdown: within GitHub's limit, and nothing in them means anything but itself. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { broken, escapeCharacter, inlineCode, linkAddress } from "../../../src/connectors/github/markdown.ts";
import { render } from "../../../src/connectors/github/notification-markdown.ts";
import { outsideCode } from "../../cli/markdown/gfm.ts";
import { anyNotification, awkward, plainNotification } from "../../support/notifications.ts";
import { tries } from "../../support/tries.ts";
import { meaningIn } from "./markdown.ts";

const escaped = (text: string) => [...broken(text)].map(escapeCharacter).join("");

test("a notification's parts stand one below the other", () => {
  expect(render(plainNotification, false)).toEqual({
    title: "Configuration Changed",
    body: [
      "**warning** · firing · urgency high · 2026-11-25T12:00:00Z",
      "The pool of the database grew.\n\nNobody has to do anything.",
      "| | |\n| --- | --- |\n| Key | `app.database.pool` |\n| Old Value | `5` |\n| New Value | `10` |",
      "- [The commit](https://git.example.com/c/1?a=1&b=2)",
      "- Approve (where there are buttons)",
      "```diff\n- pool: 5\n+ pool: 10\n```",
    ].join("\n\n"),
  });
  expect(render(plainNotification, true).body).toMatch(/^### Configuration Changed\n\n\*\*warning/);
});

test.each([
  { given: "@octocat", expected: "@\u200boctocat" },
  { given: "see acme/api#2 and GH-3", expected: "see acme/api#\u200b2 and GH-\u200b3" },
  { given: "https://x.example www.x.example", expected: "https:\u200b//x.example www\u200b.x.example" },
  { given: "- [ ] task", expected: "\u200b- \\[ \\] task" },
  { given: "a\n    # b\r1. c", expected: "a\n\u200b# b\n\u200b1\u200b. c" },
  { given: "<b>&lt;*_`|~$\\", expected: "\\<b\\>\\&lt;\\*\\_\\`\\|\\~\\$\\\\" },
  { given: "app.database.pool 2026-11-25", expected: "app.database.pool 2026-11-25" },
])("$given is written $expected", ({ given, expected }) => {
  expect(escaped(given)).toBe(expected);
});

test("any notification has no mention, link, HTML or task that it was not given", () => {
  fc.assert(
    fc.property(anyNotification, fc.boolean(), (notification, heading) => {
      const { title, body } = render(notification, heading);
      expect(meaningIn(body)).toEqual([]);
      expect(meaningIn(title, "title")).toEqual([]);
      expect(body.length).toBeLessThanOrEqual(65_000);
    }),
    tries(300),
  );
});

test("any notification is read as its own heading, tables and lists, with no links but those that it was given", () => {
  const own = /^<\/?(?:h3|p|strong|em|br|table|thead|tbody|tr|th|td|ul|li|pre|code)\b[^<>]*>$/;
  fc.assert(
    fc.property(anyNotification, (notification) => {
      const html = outsideCode(render(notification, true).body);
      const tags = [...html.matchAll(/<[a-zA-Z/!][^>]*>/g)].map(([tag]) => tag);
      const links = tags.filter((tag) => /^<a href="https?:\/\/[^"]*">$/.test(tag));
      const { links: given, actions } = notification;
      expect(tags.filter((tag) => !own.test(tag) && !links.includes(tag) && tag !== "</a>")).toEqual([]);
      expect(links.length).toBeLessThanOrEqual(given.length + actions.length);
      expect(tags.filter((tag) => tag === "<h3>")).toHaveLength(1);
    }),
    tries(150),
  );
});

test.each(awkward)("a notification $name is within the limit and means nothing", ({ notification }) => {
  const { title, body } = render(notification, true);
  expect([title.length <= 256, body.length <= 65_000]).toEqual([true, true]);
  expect(meaningIn(body)).toEqual([]);
});

describe("mentions of the route", () => {
  test("are written as they are, and what GitHub knows no mention by mentions nobody", () => {
    const mentions = ["@octocat", "@acme/on-call", "ada@example.com", "#ops", "octocat", "@a b"];
    const { body, truncated } = render({ ...plainNotification, mentions }, false);
    expect(body.split("\n")[0]).toBe("@octocat @acme/on-call ada@\u200bexample.com \u200b#ops octocat @\u200ba b");
    expect(truncated).toContain("the mention ada@example.com, which is no @LOGIN");
  });
});

test("several events are listed, and those that do not fit counted", () => {
  const events = Array.from({ length: 60 }, (_, seq) => ({ seq, type: "t", labels: {}, summary: `event ${seq}` }));
  const { body, truncated } = render({ ...plainNotification, events }, false);
  expect(body).toContain("60 events");
  expect(body.match(/^- event \d+$/gm)).toHaveLength(50);
  expect(body).toContain("- event 59");
  expect(truncated).toBe("Left out: 10 of 60 events.");
  expect(body).toMatch(/\*Left out: 10 of 60 events\.\*$/);
});

test("code of one line is fenced longer than its backticks, and only where that stays short", () => {
  expect([inlineCode("a"), inlineCode("`a"), inlineCode("````")]).toEqual(["`a`", "`` `a ``", undefined]);
  expect(linkAddress("https://x.example/a)(b@c")).toBe("https://x.example/a%29%28b%40c");
});

test("a group of 5,000 says how many there are, and how many are not shown", () => {
  const [event] = plainNotification.events;
  const events = Array.from({ length: 1000 }, (_, seq) => ({
    ...(event as (typeof plainNotification.events)[0]),
    seq,
  }));
  const { body, truncated } = render({ ...plainNotification, events, earlierEvents: 4000 }, false);
  expect(body).toContain("5000 events");
  expect(truncated).toContain("4950 of 5000 events");
});
