import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findConfiguration } from "../../src/manifests/configuration.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "plumbline-configuration-"));
  await mkdir(join(root, "repo/team/manifests"), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const write = (folder: string, text: string | Uint8Array) =>
  writeFile(join(root, folder, "plumbline.config.yaml"), text);
const git = () => mkdir(join(root, "repo/.git"));
const find = (folder: string) => findConfiguration(join(root, folder));

test("the nearest file up to Git's root is read, and shown relative where it lies below the working folder", async () => {
  await git();
  await write("repo", "allow: { env: [A_*] }\n");
  expect(await find("repo/team/manifests")).toEqual({
    file: join(root, "repo/plumbline.config.yaml"),
    folder: join(root, "repo"),
    value: { allow: { env: ["A_*"] } },
    problems: [],
  });
  await write("repo/team", "allow: { hosts: [b.example] }\n");
  expect((await find("repo/team/manifests"))?.value).toEqual({ allow: { hosts: ["b.example"] } });
  expect((await find("repo/team"))?.file).toBe("plumbline.config.yaml");
});

test("a file above Git's root is not read", async () => {
  await git();
  await write("", "allow: {}\n");
  expect(await find("repo/team")).toBeUndefined();
});

test("a work tree's .git is a file and ends the search too", async () => {
  await writeFile(join(root, "repo/.git"), "gitdir: elsewhere\n");
  await write("", "allow: {}\n");
  expect(await find("repo")).toBeUndefined();
});

test("outside of Git only the working folder is searched", async () => {
  await write("repo", "allow: {}\n");
  expect(await find("repo/team")).toBeUndefined();
  expect((await find("repo"))?.value).toEqual({ allow: {} });
});

test.each([
  { name: "an unknown field", text: "allow:\n  evn: [A]\n", line: 2, says: /evn.*env/ },
  { name: "a list of numbers", text: "allow:\n  env:\n    - A\n    - 7\n", line: 4, says: /string/ },
  { name: "a tab", text: "allow:\n\tenv: [A]\n", line: 2, says: /tab/ },
  { name: "a key twice", text: "publicUrl: https://a\nallow: {}\npublicUrl: https://b\n", line: 3, says: /publicUrl/ },
  { name: "no map", text: "- allow\n", line: 1, says: /./ },
  { name: "two documents", text: "allow: {}\n---\nallow: {}\n", line: 3, says: /one document/ },
])("$name is a problem with its line, and nothing is allowed", async ({ text, line, says }) => {
  await write("repo", text);
  const found = await find("repo");
  expect(found?.problems).toMatchObject([{ file: "plumbline.config.yaml", line }]);
  expect(found?.problems[0]?.message).toMatch(says);
  expect(found?.value).toEqual({ allow: { env: [], files: [], hosts: [] } });
});

test("an empty file allows all, as an absent list does", async () => {
  await write("repo", "# nothing yet\n");
  expect(await find("repo")).toMatchObject({ value: {}, problems: [] });
});

test("a file that is no text is a problem", async () => {
  await write("repo", Uint8Array.of(0xff, 0xfe, 0x61, 0x00));
  expect((await find("repo"))?.problems).toMatchObject([{ code: "NotUtf8" }]);
});

test("a folder of that name is a problem and does not stand for no configuration", async () => {
  await mkdir(join(root, "repo/plumbline.config.yaml"));
  expect(await find("repo")).toMatchObject({
    value: { allow: { env: [], files: [], hosts: [] } },
    problems: [{ code: "Unreadable" }],
  });
});
