import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseMatchers } from "../../src/notifications/matcher-syntax.ts";
import { MatcherError } from "../../src/notifications/matcher-tokens.ts";
import { compileMatchers, type Labels, matchAll, matcherText } from "../../src/notifications/matchers.ts";

const read = (text: string) => {
  const { matchers, warning } = parseMatchers(text);
  return { matchers: matchers.map(({ name, operator, value }) => [name, operator, value]), warned: Boolean(warning) };
};
const matches = (text: string, labels: Labels) => matchAll(compileMatchers(text).matchers, labels);

describe("the UTF-8 syntax", () => {
  test.each<[string, [string, string, string][]]>([
    ['a="x\\ny"', [["a", "=", "x\ny"]]],
    ['"b c"="ü"', [["b c", "=", "ü"]]],
    ["a=x", [["a", "=", "x"]]],
    [" a  !=  x ", [["a", "!=", "x"]]],
    ["Ümlaut=~ü.*", [["Ümlaut", "=~", "ü.*"]]],
    [
      "{a=x, b!~y,}",
      [
        ["a", "=", "x"],
        ["b", "!~", "y"],
      ],
    ],
    [
      'a="b,c}",d=e',
      [
        ["a", "=", "b,c}"],
        ["d", "=", "e"],
      ],
    ],
    ['a=""', [["a", "=", ""]]],
    ["{}", []],
    ["", []],
    ['a="\\u00e9\\U0001f642\\x41\\101\\t"', [["a", "=", "é🙂AA\t"]]],
    ['a="\\xc3\\xa9"', [["a", "=", "é"]]],
    ["a.b/c-d=~(x|y)+", [["a.b/c-d", "=~", "(x|y)+"]]],
  ])("%s is read", (text, expected) => {
    expect(read(text).matchers).toEqual(expected);
  });

  test.each<[string, number, string]>([
    ["a=x\\n", 4, "double quotes"],
    ["a==x", 3, "Expected a value"],
    ["a", 2, "Expected =, !=, =~ or !~."],
    ["a!x", 2, "After !"],
    ["=x", 1, "a label's name"],
    ["{a=x", 5, "closing brace"],
    ["a=x}", 4, "no opening brace"],
    ['a="x', 3, "closing double quote"],
    ["ü ü=x", 3, "Expected ="],
    ['"a=x"', 6, "Expected ="],
    ['é="\\xff"', 3, "UTF-8"],
    ['é="\\ud800"', 4, "no escape"],
    ["{a=x}y", 6, "Nothing may follow"],
    ['a=~"(?=x)"', 4, "RE2"],
    ['a=~"x)(y"', 4, "RE2"],
    ["a=~x|\\1", 6, "double quotes"],
    ["a=~x{2}", 5, "must be a comma"],
    [",", 1, "a label's name"],
    ["a=x,,b=y", 5, "a label's name"],
  ])("%s is refused at column %d", (text, column, message) => {
    const attempt = () => compileMatchers(text);
    expect(attempt).toThrow(MatcherError);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ column }));
  });
});

describe("what only the older parser takes", () => {
  test.each<[string, [string, string, string][]]>([
    ['a=~"foo\\.bar"', [["a", "=~", "foo\\.bar"]]],
    ["a=~x{2}y", [["a", "=~", "x{2}y"]]],
    ["a=foo bar", [["a", "=", "foo bar"]]],
    ["a=", [["a", "=", ""]]],
    [
      "a=it's, b=x",
      [
        ["a", "=", "it's"],
        ["b", "=", "x"],
      ],
    ],
    ["a=x=y", [["a", "=", "x=y"]]],
  ])("%s means the same, with a warning", (text, matchers) => {
    expect(read(text)).toEqual({ matchers, warned: true });
  });

  test("the warning says how to write it", () => {
    expect(parseMatchers('a=~"foo\\.bar"').warning).toContain('a=~"foo\\\\.bar"');
    const rewritten = 'a=~"foo\\\\.bar"';
    expect(read(rewritten)).toEqual({ matchers: read('a=~"foo\\.bar"').matchers, warned: false });
  });

  test("a text that both take and read differently has the UTF-8 meaning and a warning", () => {
    expect(read('a="\\u00e9"')).toEqual({ matchers: [["a", "=", "é"]], warned: true });
  });
});

test.each([
  ['env=~"prod"', false],
  ['env=~"prod.*"', true],
  ['team=""', true],
  ['team!="x"', true],
  ['team!~".+"', true],
  ['team=~".+"', false],
  ['env=~"prod|production"', true],
  ['env=~""', false],
  ['team=~""', true],
  ['team=~".*"', true],
  ['constructor=""', true],
  ['env="production",team="x"', false],
])("%s on env=production: %s", (text, expected) => {
  expect(matches(text, { env: "production" })).toBe(expected);
});

test("a nested quantifier on a long value is answered within a second", () => {
  const start = performance.now();
  expect(matches('team=~"(a|a)*b"', { team: `${"a".repeat(5000)}!` })).toBe(false);
  expect(performance.now() - start).toBeLessThan(1000);
});

test("a value that is too long for an expression matches neither it nor its negation", () => {
  const labels = { a: "a".repeat(1_000_000) };
  expect(matches('a=~"(a|b|c|d|e){1,200}x"', labels)).toBe(false);
  expect(matches('a!~"(a|b|c|d|e){1,200}x"', labels)).toBe(false);
});

test("a printed matcher is read back as it was, whatever its name and value", () => {
  const operator = fc.constantFrom("=", "!=", "=~", "!~");
  const text = fc.string({ unit: "grapheme" }).filter((one) => one.isWellFormed());
  fc.assert(
    fc.property(text, operator, text, (name, sign, value) => {
      const printed = matcherText({ name, operator: sign, value, column: 1 });
      expect(read(printed).matchers).toEqual([[name, sign, value]]);
    }),
  );
});

test("whatever the text, it is read or refused with a column inside it", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "=", "!", "~", '"', "\\", ",", "{", "}", " ", "n", "é") });
  fc.assert(
    fc.property(text, (input) => {
      try {
        parseMatchers(input);
      } catch (error) {
        expect(error).toBeInstanceOf(MatcherError);
        expect((error as MatcherError).column).toBeGreaterThan(0);
        expect((error as MatcherError).column).toBeLessThanOrEqual([...input].length + 1);
      }
    }),
    { numRuns: 2000 },
  );
});
