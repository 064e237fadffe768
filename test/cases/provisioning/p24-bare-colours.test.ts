/** Colours that YAML takes for numbers. Public reports: github.com/github-community-projects/safe-settings/issues/707 (2024), github.com/cncf/techdocs/issues/367 (2026). */
import { describe, expect, test } from "vitest";
import { githubManifest, onGitHub, validated } from "../stage.ts";

const labelled = (value: string): string =>
  githubManifest(`    repositories:
      - name: api
        labels:
          - name: a
            color: ${value}
`);

describe("without quotes is one error, at its place, showing what was typed:", () => {
  test.each(["5319e7", "008672", "000000", "89E295", "123456", "0x1234", "0o1234", "+12345", "1.2345"])(
    "%s",
    async (value) => {
      const { code, problems } = await validated(labelled(value));
      expect(problems).toMatchObject([{ code: "UnquotedString", file: "acme.yaml", line: 14, column: 20 }]);
      expect(problems[0]?.message).toContain(` ${value} without quotes is the number `);
      expect(problems[0]?.message).toContain("quote it");
      expect(problems[0]?.remedy).toBe(`Write "${value}".`);
      expect(problems[0]?.path).toBe("/spec/resources/repositories/0/labels/0/color");
      expect(code).toBe(1);
    },
  );
});
test("a colour after # is an empty value, and says that it is a comment", async () => {
  const { code, problems } = await validated(labelled("#d73a4a"));
  expect(problems).toMatchObject([{ code: "EmptyValue", line: 14, column: 13, remedy: 'Quote it: "#d73a4a".' }]);
  expect(problems[0]?.message).toContain("empty value: what follows # is a comment");
  expect(code).toBe(1);
});

test.each(["0052cc", '"5319e7"', "'008672'", '"000000"', "d73a4a", "DEADBE", "1e1000"])(
  "%s is fine, and arrives as written",
  async (value) => {
    const stage = await onGitHub({ "acme.yaml": labelled(value) });
    await stage.expectQuiet();
    expect((await stage.github.labels("api")).a?.color.toLowerCase()).toBe(value.replaceAll(/["']/g, "").toLowerCase());
  },
);

test.each([
  { value: '"#d73a4a"', why: "a # before it" },
  { value: '"fff"', why: "three digits" },
  { value: "red", why: "a word" },
  { value: "123_456", why: "a string in YAML 1.2" },
  { value: '"d73a4a "', why: "a blank after it" },
])("$value ($why) is refused before any call", async ({ value }) => {
  const { code, problems } = await validated(labelled(value));
  expect(problems).toMatchObject([{ code: "InvalidValue", line: 14, column: 20 }]);
  expect(code).toBe(1);
});

test("several in one list are one error each, in the order of the file", async () => {
  const colours = ["5319e7", "008672", "000000", "89E295", "0052cc"];
  const entries = colours.map((color, index) => `{ name: l${index}, color: ${color} }`).join(", ");
  const text = githubManifest(`    repositories:\n      - name: api\n        labels: [${entries}]\n`);
  const { problems } = await validated(text);
  const line = text.split("\n")[11] as string;
  expect(problems.map(({ column }) => column)).toEqual(colours.slice(0, 4).map((color) => line.indexOf(color) + 1));
});

test("the same under defaults is one error, at the line that it came from", async () => {
  const text = labelled('"d73a4a"').replace(
    "  resources:",
    "  defaults: { repositories: { labels: [{ name: b, color: 5319e7 }] } }\n  resources:",
  );
  const { problems } = await validated(text);
  expect(problems).toMatchObject([{ code: "UnquotedString", line: 9 }]);
});
