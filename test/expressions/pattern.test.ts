import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGlob, compilePattern, isGlob } from "../../src/expressions/pattern.ts";

describe("a glob", () => {
  test.each([
    ["com.example.*", "com.example.alert.raised", true],
    ["com.example.*", "com.example", false],
    ["*", "", true],
    ["pull_request?", "pull_requests", true],
    ["issue[sx]", "issues", true],
    ["issue[!s]", "issues", false],
    ["{issues,pull_request}", "pull_request", true],
    ["{issues,pull_request}", "pull_requests", false],
    ["a.c", "abc", false],
    ["a+", "aa", false],
    ["\\*", "*", true],
    ["\\*", "x", false],
    ["[", "[", true],
    ["a*", "a\nb", true],
  ])("%s on %j: %s", (glob, text, expected) => {
    expect(compileGlob(glob)(text)).toBe(expected);
  });

  test("without wildcards matches itself and nothing else", () => {
    const plain = fc.string().filter((text) => !isGlob(text));
    fc.assert(
      fc.property(plain, fc.string(), (glob, other) => {
        expect(compileGlob(glob)(glob)).toBe(true);
        expect(compileGlob(glob)(other)).toBe(glob === other);
      }),
    );
  });

  test("with many wildcards is answered at once", () => {
    expect(compileGlob("a*a*a*a*a*a*b")("a".repeat(5000))).toBe(false);
  });
});

test.each(["(?=a)", "(?<!a)b", "(a)\\1", "a{1000}{1000}", "["])("the pattern %s is refused", (pattern) => {
  expect(() => compilePattern(pattern)).toThrow("is no RE2 expression");
});

test("a text that is too long for a pattern is refused, not tried", () => {
  expect(() => compilePattern("(a|b|c|d|e){1,200}x")("a".repeat(1_000_000))).toThrow("too large");
});
