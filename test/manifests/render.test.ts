import { describe, expect, test } from "vitest";
import { renderProblems } from "../../src/manifests/render.ts";
import type { Problem } from "../../src/manifests/types.ts";

const problem: Problem = {
  code: "UnknownField",
  message: 'Unknown field "tpic". Did you mean "topic"?',
  remedy: "Rename it.",
  file: "m/a.yaml",
  line: 12,
  column: 9,
  excerpt: "        tpic: x",
};
const plain = { color: false, width: 100 };

test("a problem shows its place, its message, its line with a caret, and the remedy", () => {
  expect(renderProblems([problem], plain)).toBe(
    [
      'm/a.yaml:12:9  error  Unknown field "tpic". Did you mean "topic"?',
      "  12 |         tpic: x",
      "     |         ^",
      "  help: Rename it.",
      "",
      "1 problem in 1 file.",
      "",
    ].join("\n"),
  );
});

test("a warning says that it is one, and is counted apart", () => {
  const text = renderProblems([problem, { ...problem, level: "warning" }], plain);
  expect(text).toContain("m/a.yaml:12:9  warning  Unknown field");
  expect(text.trimEnd().split("\n").at(-1)).toBe("1 problem and 1 warning in 1 file.");
  expect(renderProblems([{ ...problem, level: "warning" }], { ...plain, color: true })).not.toContain("\u001b[31m");
});

test("no problems are no text", () => {
  expect(renderProblems([], plain)).toBe("");
});

test("a problem without a place shows only what there is", () => {
  const text = renderProblems([{ code: "FileNotFound", message: "There is no file." }, problem, problem], plain);
  expect(text.split("\n")[0]).toBe("error  There is no file.");
  expect(text.trimEnd().split("\n").at(-1)).toBe("3 problems in 1 file.");
});

test("colours come from the option alone", () => {
  expect(renderProblems([problem], { ...plain, color: true })).toContain("\u001b[31merror\u001b[39m");
  expect(renderProblems([problem], plain)).not.toContain("\u001b");
});

describe("the caret", () => {
  /** The character that the caret stands under, by what a terminal shows. */
  function pointedAt(excerpt: string, column: number, width = 100): string {
    const lines = renderProblems([{ ...problem, excerpt, column }], { color: false, width }).split("\n");
    const caret = (lines[2] ?? "").indexOf("^");
    let at = 0;
    for (const character of lines[1] ?? "") {
      if (at === caret) return character;
      at += /\p{Script=Han}|\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
    }
    return "";
  }

  test.each<{ name: string; excerpt: string; width?: number }>([
    { name: "in a plain line", excerpt: "  a: X" },
    { name: "after a tab", excerpt: "\ta: X" },
    { name: "after characters that are two columns wide", excerpt: "  名前: X" },
    { name: "after an emoji", excerpt: "  🚀: X" },
    { name: "far to the right of a narrow terminal", excerpt: `${"a".repeat(300)}X${"b".repeat(50)}`, width: 60 },
    { name: "at the start of a line that is cut", excerpt: `  X${"b".repeat(300)}`, width: 60 },
  ])("stands under the place $name", ({ excerpt, width = 100 }) => {
    expect(pointedAt(excerpt, excerpt.indexOf("X") + 1, width)).toBe("X");
  });

  test("and its line fit the terminal", () => {
    const long = { ...problem, excerpt: "x".repeat(500), column: 250 };
    for (const line of renderProblems([long], { color: false, width: 60 }).split("\n").slice(1, 3)) {
      expect(line.length).toBeLessThanOrEqual(60);
    }
  });
});

test("control characters and direction marks of a file never reach the terminal", () => {
  const nasty = "a\u001b[2J\u0007\u202eb\u009b";
  const text = renderProblems([{ ...problem, message: nasty, remedy: nasty, file: nasty, excerpt: nasty }], plain);
  for (const hidden of ["\u001b", "\u0007", "\u202e", "\u009b"]) expect(text).not.toContain(hidden);
});
