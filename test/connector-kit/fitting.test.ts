/** Texts that fit: escaped, never cut inside a letter or an escape, and what is left out is said once. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Fitting, oneLine, webAddress } from "../../src/connector-kit/index.ts";
import { tries } from "../support/tries.ts";

const doubled = (character: string) => (character === "&" ? "&amp;" : character);

test.each([
  { raw: "a&b", most: 7, text: "a&amp;b", said: undefined },
  { raw: "a&b", most: 6, text: "a…", said: "Left out: the end of it." },
  { raw: "🎉🎉", most: 4, text: "🎉🎉", said: undefined },
  { raw: "🎉🎉", most: 3, text: "🎉…", said: "Left out: the end of it." },
  { raw: "ab", most: 0, text: "", said: "Left out: the end of it." },
  { raw: "", most: 0, text: "", said: undefined },
  { raw: "a\ud800", most: 9, text: "a\ufffd", said: undefined },
])("$raw in $most is $text", ({ raw, most, text, said }) => {
  const fit = new Fitting();
  expect([fit.text("it", raw, most, doubled), fit.omitted]).toEqual([text, said]);
});

test("any text fits, is the escaped one or a beginning of it, and is well formed", () => {
  const texts = fc.string({ unit: "binary", maxLength: 30 }).map((text) => text.replace(/a/g, "&"));
  fc.assert(
    fc.property(texts, fc.nat(40), (raw, most) => {
      const fit = new Fitting();
      const text = fit.text("it", raw, most, doubled);
      const whole = [...raw.toWellFormed()].map(doubled).join("");
      expect(text.length).toBeLessThanOrEqual(most);
      expect(text.isWellFormed()).toBe(true);
      if (fit.omitted === undefined) expect(text).toBe(whole);
      else expect(whole.startsWith(text.replace(/…$/, ""))).toBe(true);
      expect(fit.omitted === undefined).toBe(whole.length <= most);
    }),
    tries(300),
  );
});

test("all texts together stay below the total, and an address is whole or not there", () => {
  const fit = new Fitting(10);
  expect([fit.text("a", "123456", 8), fit.whole("a link", "12345", 9), fit.whole("no", "12", 9)]).toEqual([
    "123456",
    undefined,
    "12",
  ]);
  expect([fit.text("b", "123", 8), fit.text("b", "123", 8)]).toEqual(["1…", ""]);
  expect(fit.omitted).toBe("Left out: a link, the end of b.");
});

test("of a list the first or the last are kept in their order, and the others counted", () => {
  const fit = new Fitting();
  expect([fit.first("facts", [1, 2, 3], 2), fit.last("events", [1, 2, 3], 2), fit.last("all", [1], 2)]).toEqual([
    [1, 2],
    [2, 3],
    [1],
  ]);
  expect(fit.omitted).toBe("Left out: 1 of 3 facts, 1 of 3 events.");
});

test("a line is one line, and only http and https are web addresses", () => {
  expect(oneLine(" a\n\t b\u2028c ")).toBe("a b c");
  const given = ["https://x.example/a b", "HTTP://X.example", "javascript:alert(1)", "//x.example", ""];
  expect(given.map(webAddress)).toEqual([
    ...["https://x.example/a%20b", "http://x.example/", undefined, undefined, undefined],
  ]);
});

test("what a list never held is counted among what is left out", () => {
  const fit = new Fitting();
  expect(fit.last("events", [8, 9], 2, 3)).toEqual([8, 9]);
  expect(fit.last("facts", [7, 8, 9], 2, 3)).toEqual([8, 9]);
  expect(fit.omitted).toBe("Left out: 3 of 5 events, 4 of 6 facts.");
});
