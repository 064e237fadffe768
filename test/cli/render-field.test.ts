import { expect, test } from "vitest";
import type { FieldChange } from "../../src/api/index.ts";
import { fieldName, fieldText } from "../../src/cli/render-field.ts";

test.each<{ name: string; field: Omit<FieldChange, "path">; width?: number; expected: string }>([
  { name: "before and after", field: { before: "a", after: "b" }, expected: '"a" -> "b"' },
  { name: "a value of a new thing", field: { after: true }, expected: "true" },
  { name: "several lines as one", field: { before: "a\nb", after: "c" }, expected: '"a\\nb" -> "c"' },
  { name: "a set as what came and went", field: { before: ["a", "b"], after: ["b", "c"] }, expected: '+"c" -"a"' },
  { name: "maps in a list", field: { before: [{ k: 1 }], after: [{ k: 2 }] }, expected: '+{"k":2} -{"k":1}' },
  { name: "a list that lost a double", field: { before: ["a", "a"], after: ["a"] }, expected: '-"a"' },
  { name: "another order in full", field: { before: [1, 2], after: [2, 1] }, expected: "[1,2] -> [2,1]" },
  { name: "an emptied list", field: { before: ["a"], after: [] }, expected: '-"a"' },
  { name: "a secret that is new", field: { after: "(sensitive)" }, expected: "(sensitive)" },
  {
    name: "a secret that changes",
    field: { before: "(sensitive)", after: "(sensitive)" },
    expected: "(sensitive) changes",
  },
  {
    name: "an id that is yet to come",
    field: { before: [], after: ["x"], afterUnknown: true },
    expected: '+"x" (its id is not known yet)',
  },
  {
    name: "long values from near where they differ",
    width: 44,
    field: { before: `${"x".repeat(80)} one`, after: `${"x".repeat(80)} two` },
    expected: '…xxxxxxx one" -> …xxxxxxx two"',
  },
  {
    name: "a long list as far as it fits",
    width: 24,
    field: { before: [], after: ["aaaa", "bbbb", "cccc", "dddd"] },
    expected: '+"aaaa" and 3 more',
  },
])("$name: $expected", ({ field, width = 80, expected }) => {
  expect(fieldText({ path: "/f", ...field }, width)).toBe(expected);
});

test("a nested field is named with dots, and its escapes are read", () => {
  expect(fieldName("/branchProtection/a~1b~0c")).toBe("branchProtection.a/b~c");
});
