/** Topics and purposes: what Slack makes of them, undone exactly once. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText } from "../../../src/connectors/slack/text.ts";
import { encodeText } from "../../support/slack/text.ts";
import { tries } from "../../support/tries.ts";

test.each([
  { stored: "Sev 1 &amp; 2 &lt;only&gt;", shown: "Sev 1 & 2 <only>", what: "escapes are undone" },
  { stored: "&amp;amp; is an ampersand", shown: "&amp; is an ampersand", what: "escapes are undone once" },
  { stored: "&amp;lt;b&amp;gt;", shown: "&lt;b&gt;", what: "an escape that was typed stays one" },
  {
    stored: "see <https://acme.example/a?b=1&amp;c=2>",
    shown: "see https://acme.example/a?b=1&c=2",
    what: "an address loses its brackets",
  },
  {
    stored: "<http://acme.example|acme.example>",
    shown: "acme.example",
    what: "an address typed without its scheme is shown so",
  },
  {
    stored: "<mailto:ada@example.com|ada@example.com>",
    shown: "ada@example.com",
    what: "an e-mail address is shown as typed",
  },
  {
    stored: "<https://acme.example/1|the runbook>",
    shown: "<https://acme.example/1|the runbook>",
    what: "a link with words of its own keeps both",
  },
  { stored: "ask in <#C012AB3CD|help>", shown: "ask in #help", what: "a channel goes by its name" },
  { stored: "<#C012AB3CD>", shown: "<#C012AB3CD>", what: "a channel without a name keeps its id" },
  {
    stored: "<@U012AB3CD|ada> and <@U012AB3CE>",
    shown: "@ada and <@U012AB3CE>",
    what: "a person goes by name where one is given",
  },
  {
    stored: "<!here> <!channel|channel> <!everyone>",
    shown: "@here @channel @everyone",
    what: "calls to all keep their sign",
  },
  {
    stored: "<!subteam^S012AB3CD|@oncall> <!subteam^S012AB3CE>",
    shown: "@oncall <!subteam^S012AB3CE>",
    what: "a group goes by its handle where one is given",
  },
  { stored: "<!date^1392734382^{date}|18 Feb 2014>", shown: "18 Feb 2014", what: "a date shows its last resort" },
])("$what", ({ stored, shown }) => {
  expect(decodeText(stored)).toBe(shown);
});

describe("text that was encoded as Slack does", () => {
  const pieces = fc.constantFrom(
    "&",
    "<",
    ">",
    "&amp;",
    "&lt;",
    "amp;",
    "|",
    "#",
    "@",
    "!",
    " ",
    "a",
    "https://a.example/x?y=1&z=2",
    "é",
    "😀",
  );

  test("reads back as it was, whatever it holds", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((list) => list.join("")),
        ),
        (text) => {
          expect(decodeText(encodeText(text))).toBe(text);
        },
      ),
      tries(1000, { seed: 20261125 }),
    );
  });
});
