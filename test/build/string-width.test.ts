/** The built program answers the width of most texts without the library; it has to answer the same. */
import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { oneColumnEach } from "../../scripts/build/lazy-string-width.ts";
import { tries } from "../support/tries.ts";

const characters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
const plain = characters.filter((character) => oneColumnEach.test(character));

test("each character that is answered without the library is one column", () => {
  expect(plain.length).toBeGreaterThan(1000);
  expect(plain.filter((character) => stringWidth(character) !== 1)).toEqual([]);
});

test("a text of such characters is as wide as it is long, whatever stands beside what", () => {
  const text = fc.array(fc.constantFrom(...plain)).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (one) => stringWidth(one) === one.length),
    tries(300),
  );
});

test.each(["\u00ad", "e\u0301", "1\ufe0f\u20e3", "\u{1f389}", "\u4e2d", "\u001b[31m", "a\u200bb"])(
  "%j is the library's to answer",
  (text) => {
    expect(oneColumnEach.test(text)).toBe(false);
  },
);

test("what the program's own output is written with needs no library", () => {
  expect("+ ~ - × ✓ … → – — ’ “ ” ß é".split(" ").filter((mark) => !oneColumnEach.test(mark))).toEqual([]);
});
