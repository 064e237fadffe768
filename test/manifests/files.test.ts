import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findFiles } from "../../src/manifests/files.ts";
import { loadManifests } from "../../src/manifests/load.ts";
import { folderWith, integration, platformSource } from "./fake-platform.ts";

/** The names of the files that inputs lead to, in their order. */
async function found(files: Readonly<Record<string, string>>, inputs: readonly string[]): Promise<string[]> {
  return (await findFiles(inputs, folderWith(files))).files.map(({ shown }) => shown);
}

const tree = { "b/2.yaml": "", "b/1.yml": "", "a.json": "", "notes.txt": "", "c.YAML.bak": "", "z.yaml": "" };

describe("a folder", () => {
  test("means its YAML and JSON, at any depth, in the order of names", async () => {
    expect(await found(tree, ["."])).toEqual(["a.json", "b/1.yml", "b/2.yaml", "z.yaml"]);
  });

  test("leaves out dot-folders, node_modules and the operator's settings", async () => {
    const files = {
      ".github/x.yaml": "",
      "a/node_modules/x.yaml": "",
      "plumbline.config.yaml": "",
      ".hidden.yaml": "",
    };
    expect(await found({ ...files, "a/y.yaml": "" }, ["."])).toEqual([".hidden.yaml", "a/y.yaml"]);
  });

  test("leaves out what Git ignores, each level's rules over the ones above", async () => {
    const files = {
      ".git/HEAD": "",
      ".git/info/exclude": "private.yaml\n",
      ".gitignore": "build/\n*.tmp.yaml\n/root-only.yaml\n",
      "a/.gitignore": "!keep.tmp.yaml\nlocal.yaml\n",
      "a/keep.tmp.yaml": "",
      "a/x.tmp.yaml": "",
      "a/local.yaml": "",
      "a/root-only.yaml": "",
      "a/build/x.yaml": "",
      "a/private.yaml": "",
      "local.yaml": "",
      "root-only.yaml": "",
      "Build/x.yaml": "",
    };
    expect(await found(files, ["."])).toEqual(["Build/x.yaml", "a/keep.tmp.yaml", "a/root-only.yaml", "local.yaml"]);
  });

  test("below Git's root heeds the rules above it", async () => {
    const files = { ".git/HEAD": "", ".gitignore": "secret.yaml\n", "m/secret.yaml": "", "m/x.yaml": "" };
    expect(await found(files, ["m"])).toEqual(["m/x.yaml"]);
  });

  test("that Git ignores is read when it is named", async () => {
    const files = {
      ".git/HEAD": "",
      ".gitignore": "build/\n",
      "build/m/x.yaml": "",
      "build/m/.gitignore": "y.yaml\n",
      "build/m/y.yaml": "",
    };
    expect(await found(files, ["build/m"])).toEqual(["build/m/x.yaml"]);
  });

  test("follows a link to a file, and not one to a folder", async () => {
    const folder = folderWith({ "real.txt": "", "m/x.yaml": "" });
    symlinkSync(join(folder, "real.txt"), join(folder, "m", "link.yaml"));
    symlinkSync(folder, join(folder, "m", "loop"));
    expect((await findFiles(["m"], folder)).files.map(({ shown }) => shown)).toEqual(["m/link.yaml", "m/x.yaml"]);
  });

  test("without manifests is a problem with a remedy", async () => {
    const folder = folderWith({ "m/readme.md": "" });
    const { files, problems } = await findFiles(["m"], folder);
    expect(files).toEqual([]);
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ["NoManifests", 'The folder "m" holds no *.yaml, *.yml, *.json.'],
    ]);
    expect(problems[0]?.remedy).toContain("plumbline init");
  });
});

describe("arguments", () => {
  test("that overlap give each file once", async () => {
    expect(await found(tree, ["z.yaml", ".", "b", "b/*.yaml", "./z.yaml"])).toHaveLength(4);
  });

  test("may be globs", async () => {
    expect(await found({ ...tree, "node_modules/x.yaml": "" }, ["**/*.yaml"])).toEqual(["b/2.yaml", "z.yaml"]);
  });

  test("may name a file of any name, even one with brackets in it", async () => {
    expect(await found({ ...tree, "x[1].txt": "" }, ["notes.txt", "x[1].txt"])).toEqual(["notes.txt", "x[1].txt"]);
  });

  test("that lead nowhere are problems, each by its own name", async () => {
    const { problems } = await findFiles(["gone", "no/*.yaml"], folderWith(tree));
    expect(problems.map(({ message }) => message)).toEqual([
      'There is no file or folder "gone".',
      'No file matches "no/*.yaml".',
    ]);
  });

  test("outside the working folder are shown whole", async () => {
    const folder = folderWith(tree);
    const inside = join(folder, "b");
    expect((await findFiles(["../z.yaml"], inside)).files.map(({ shown }) => shown)).toEqual([join(folder, "z.yaml")]);
  });
});

describe("what cannot be read", () => {
  const loadFrom = (cwd: string) => loadManifests({ inputs: ["."], cwd, platforms: platformSource() });

  test("a link that leads nowhere is a problem, and the rest is loaded", async () => {
    const folder = folderWith({ "a.yaml": integration("") });
    symlinkSync(join(folder, "gone"), join(folder, "b.yaml"));
    const { manifests, problems } = await loadFrom(folder);
    expect(problems.map(({ code, file }) => [code, file])).toEqual([["Unreadable", "b.yaml"]]);
    expect(manifests).toHaveLength(1);
  });

  test.skipIf(process.getuid?.() === 0)("a file or folder without the right to read it is a problem", async () => {
    const folder = folderWith({ "a.yaml": integration("") });
    chmodSync(join(folder, "a.yaml"), 0);
    mkdirSync(join(folder, "m"), { mode: 0 });
    const { problems } = await loadFrom(folder);
    chmodSync(join(folder, "m"), 0o700);
    expect(problems.map(({ file, message }) => [file, message])).toEqual([
      ["a.yaml", "The file cannot be read: permission denied."],
      ["m", "The folder cannot be read: permission denied."],
    ]);
  });
});
