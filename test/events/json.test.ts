import fc from "fast-check";
import { expect, test } from "vitest";
import { innerTexts, MAX_DEPTH, readJson, writeJson } from "../../src/events/json.ts";

test.each([
  { text: "9007199254740993", value: 9007199254740993n },
  { text: "-123456789012345678901234567890", value: -123456789012345678901234567890n },
  { text: "9007199254740991", value: 9007199254740991 },
  {
    text: '{"a":[12345678901234567890,1.5,"12345678901234567890"]}',
    value: { a: [12345678901234567890n, 1.5, "12345678901234567890"] },
  },
  { text: "1234567890123456.5", value: 1234567890123456.5 },
  { text: "12345678901234567e2", value: Number("12345678901234567e2") },
])("$text is read as what it says", ({ text, value }) => {
  expect(readJson(text)).toStrictEqual(value);
});

test("a long number is found wherever it stands, beside digits that are none", () => {
  for (let before = 0; before < 40; before++) {
    const text = `{"${"x".repeat(before)}":"123456789012345","n":1234567890123456789}`;
    expect((readJson(text) as { n: unknown }).n).toBe(1234567890123456789n);
  }
});

test("what is no JSON is told as such, however deep it seems", () => {
  expect(() => readJson("[".repeat(MAX_DEPTH + 1))).not.toThrow(/nested/);
  expect(() => readJson("[".repeat(MAX_DEPTH + 1))).toThrow(SyntaxError);
});

test("names of prototypes are names, also beside long numbers", () => {
  const value = readJson('{"__proto__":{"x":1},"constructor":1,"n":12345678901234567890}') as object;
  expect(Object.keys(value)).toEqual(["__proto__", "constructor", "n"]);
  expect((value as { x?: number }).x).toBeUndefined();
});

test("a text that nests deeper than the limit is refused, brackets in strings do not count", () => {
  expect(() => readJson("[".repeat(MAX_DEPTH + 1) + "]".repeat(MAX_DEPTH + 1))).toThrow(SyntaxError);
  expect(readJson("[".repeat(MAX_DEPTH) + "]".repeat(MAX_DEPTH))).toHaveLength(1);
  expect(readJson(JSON.stringify(`\\"${"[".repeat(9999)}`))).toHaveLength(10_001);
});

test("what was read is written with the same digits", () => {
  const text = '{"id":12345678901234567890,"n":1.5}';
  expect(writeJson(readJson(text))).toBe(text);
});

test("any JSON text is written as it was read", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(writeJson(readJson(text))).toBe(text);
    }),
  );
});

test("members and elements come as they stand, whatever space is between them", () => {
  const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.jsonValue()), { maxLength: 6 }), space, (pairs, s) => {
      const object = `${s}{${s}${pairs.map(([k, v]) => `${JSON.stringify(k)}${s}:${s}${JSON.stringify(v)}${s}`).join(`,${s}`)}}${s}`;
      const last = new Map(pairs.map(([k, v]) => [k, JSON.stringify(v)]));
      expect([...innerTexts(object)].toSorted()).toEqual([...last].toSorted());
      const array = `[${s}${pairs.map(([, v]) => JSON.stringify(v)).join(`${s},${s}`)}${s}]`;
      expect([...innerTexts(array).values()]).toEqual(pairs.map(([, v]) => JSON.stringify(v)));
    }),
  );
});
