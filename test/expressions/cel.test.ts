import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { celVariables, createCel } from "../../src/expressions/cel.ts";

const cel = createCel();
const data = {
  n: 7,
  half: 7.5,
  big: 9007199254740993n,
  list: [1, 2],
  title: `${"a".repeat(5000)}!`,
  long: Array.from({ length: 5000 }, (_, index) => index),
  constructor: "data",
  map: { a: 1 },
};
const variables = celVariables({ type: "x.y", data }, { announce: { ts: "1.2" } });
const evaluate = (source: string) => cel.compile(source).evaluate(variables);

describe("an answer does not turn on whether a number is whole", () => {
  test.each([
    "event.data.n % 2 == 1",
    "event.data.n % 2.0 == 1.0",
    "event.data.half % 2 == 1.5",
    "event.data.big % 2 == 1",
    "event.data.big % event.data.n == 5",
    "event.data.big == 9007199254740993",
    "event.data.big > event.data.n",
    "event.data.n + 1 == 8",
    "event.data.n - 0.5 == 6.5",
    "event.data.n / 2 == 3.5",
    "2 * event.data.half == 15.0",
    "event.data.n in [7, 8]",
    "1 in event.data.list",
    "event.data.list == [1, 2]",
    "1 + 1.5 == 2.5",
    "size(event.data.list) == event.data.n - 5",
    "event.data.list[event.data.list[0]] == 2",
    "event.data.constructor == 'data'",
    "event.data.map == {'a': 1}",
    "has(event.data.n) && !has(event.data.nope)",
    "outputs.announce.ts != ''",
    "event.data.long.filter(x, x % 2 == 0).size() == 2500",
  ])("%s", (source) => {
    expect(evaluate(source)).toEqual({ outcome: true, reason: "" });
  });

  test("arithmetic of any two numbers agrees with JavaScript's, whichever is written into the expression", () => {
    const number = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
    const shown = (value: number) => (Number.isInteger(value) ? `${value}` : value.toFixed(20));
    fc.assert(
      fc.property(number, fc.integer({ min: -1000, max: 1000 }), fc.constantFrom("+", "-", "*", "%"), (a, b, sign) => {
        fc.pre(sign !== "%" || b !== 0);
        const expected = { "+": a + b, "-": a - b, "*": a * b, "%": a % b }[sign] as number;
        const expression = cel.compile(`event.data.a ${sign} (${shown(b)}) == event.data.c`);
        expect(expression.evaluate(celVariables({ data: { a, c: expected } }, {})).outcome).toBe(true);
      }),
    );
  });
});

describe("what fails on an event is not matched, and says why", () => {
  test.each([
    ["event.data.nope == 1", "No such key: nope"],
    ["event.data.title > 1", "no such overload"],
    ["event.data.n % 0 == 1", "modulo by zero"],
    ["event.data.n", "neither true nor false"],
    ["event.data.long.all(x, event.data.long.all(y, event.data.long.all(z, z < 9999)))", "too many steps"],
    ["cel.bind(l, event.data.title.split(''), l.all(a, l.all(b, a != 'c')))", "too many steps"],
    ["event.data.title.matches(event.type + '(?=a)')", "a pattern is no RE2 expression"],
  ])("%s: %s", (source, reason) => {
    expect(evaluate(source)).toEqual({ outcome: "failed", reason: expect.stringContaining(reason) });
  });

  test("and one that is false repeats itself", () => {
    expect(evaluate("event.data.n > 8")).toEqual({ outcome: false, reason: "when is false: event.data.n > 8" });
  });
});

test.each(["event.data.title.matches('(a+)+$')", "event.data.title.matches('^(a|a)*b')"])(
  "a pattern that makes other engines hang is answered at once: %s",
  (source) => {
    expect(evaluate(source).outcome).toBe(false);
  },
);

test("a pattern is found anywhere, also within a macro", () => {
  expect(evaluate("event.data.title.matches('a!$')").outcome).toBe(true);
  expect(evaluate("event.data.list.exists(x, x == 2 && event.data.title.matches('!') )").outcome).toBe(true);
});

describe("a mistake is found before there is an event, with its place", () => {
  test.each([
    ["event.data.title.matches('(?=a)')", "is no RE2 expression", 1, 26],
    ["foo == 1", "Unknown variable: foo", 1, 1],
    ["event.data.n == 1 &&\n  bar", "Unknown variable: bar", 2, 3],
    ["1 + ", "Unexpected token", 1, 5],
    ["'a'", "gives string, not true or false", 1, 1],
    ["event.data.n.foo('a')", "foo", 1, 1],
    ["1 == 'a'", "no such overload: int == string", 1, 1],
  ])("%s: %s", (source, message, line, column) => {
    expect(() => cel.compile(source)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), line, column }),
    );
  });

  test("and no message shows the name that matches has inside", () => {
    expect(evaluate("event.data.n.matches('a')")).toEqual({
      outcome: "failed",
      reason: expect.stringContaining("double.matches(string)"),
    });
  });
});

test("an expression tells which results it reads", () => {
  expect(cel.compile("outputs.a.ts == outputs.b.ts && has(outputs.c.x)").outputs.toSorted()).toEqual(["a", "b", "c"]);
});
