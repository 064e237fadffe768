/** Help is read in windows of 80 columns; the library that prints it does not wrap. */
import { expect, test } from "vitest";
import { allCommands, groups } from "../../src/cli/routes.ts";
import { place } from "./fixture.ts";

test.each(["", ...allCommands.keys(), ...Object.keys(groups)])(
  "no line of the help of '%s' is wider than 80 columns",
  async (name) => {
    const { stdout } = await place().run(`${name} --help`);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  },
);

test("help says what holds for a flag that is not given", async () => {
  const { stdout } = await place().run("plan --help");
  expect(stdout).toMatch(/--file\].*default \.$/m);
  expect(stdout).toMatch(/--output\].*default text$/m);
  expect(stdout).toMatch(/--log-level\].*default info$/m);
});

test.each(["validate", "plan", "drift", "show"])(
  "the help of %s lists its formats, and each of them is taken",
  async (name) => {
    const { stdout } = await place().run(`${name} --help`);
    const formats = /Formats \(--output\): ([a-z,\s]+)\./.exec(stdout)?.[1]?.split(/,\s+/) ?? [];
    expect(formats).toEqual(["text", "json", "yaml", "markdown", "junit", "sarif", "github", "codequality"]);
    for (const format of formats) {
      const { stderr } = await place().run(`${name}${name === "show" ? " none.json" : ""} -o ${format}`);
      expect(stderr).not.toContain("--output");
    }
  },
);
