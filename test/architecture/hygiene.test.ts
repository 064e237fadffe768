import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./sources.ts";

/** Tracked files and those that are about to be; binary ones and this list itself are left out. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && path !== "test/architecture/hygiene.test.ts" && existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
  .filter(({ text }) => !text.includes("\0"));

const forbidden: readonly { what: string; pattern: RegExp; example: string }[] = [
  { what: "a note of unfinished work", pattern: /\b(TODO|FIXME|XXX|HACK)\b/, example: "// TODO: finish" },
  {
    what: "a path of somebody's machine",
    pattern: /(?<![\w.*])\/(work|root|home\/[a-z]+|Users\/[A-Za-z]+)\//,
    example: '"/home/ada/x"',
  },
  {
    what: "the address of a package registry",
    pattern: /registry\.(npmjs|yarnpkg|npmmirror)\.|"resolved": "http/,
    example: "registry.npmjs.org",
  },
  { what: "a mark of an unfinished merge", pattern: /^(<{7} |>{7} |={7}$)/m, example: "<<<<<<< HEAD" },
  {
    what: "a private key",
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}/,
    example: `-----BEGIN PRIVATE KEY-----\n${"A".repeat(64)}`,
  },
];

describe.each(forbidden)("$what", ({ pattern, example }) => {
  test("stands in no file", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter(({ text }) => pattern.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test("is recognised", () => {
    expect(pattern.test(example)).toBe(true);
  });
});
