/** `plumbline fmt`: what it changes, what it leaves, and what it says of it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatText } from "../../../src/cli/format/format-text.ts";
import { cli, folderOf } from "../../support/cli.ts";

const untidy = `# yaml-language-server: $schema=../schemas/integration.json
kind: Integration   # what
apiVersion: plumbline.dev/v1alpha1
metadata:
    name: acme
spec:
    resources:
        channels:
        # The busy one.
        - topic: 'Sev 1'


          name: incidents
        - {private: true, name: 2026-11-25}
        - name: "on"
          members: [ada@example.com,
            # on holiday
            grace@example.com]
          bookmarks: [{title: no, link: "https://example.com"}]
    title: a very long title that goes on and on until it is longer than what most people take for the width of a line
    credentials: {token: {env: SLACK_BOT_TOKEN}}   
    platform: slack


`;

const tidy = `# yaml-language-server: $schema=../schemas/integration.json
apiVersion: plumbline.dev/v1alpha1
kind: Integration # what
metadata:
  name: acme
spec:
  title: a very long title that goes on and on until it is longer than what most people take for the width of a line
  platform: slack
  credentials: { token: { env: SLACK_BOT_TOKEN } }
  resources:
    channels:
      # The busy one.
      - name: incidents
        topic: "Sev 1"
      - { name: "2026-11-25", private: true }
      - name: "on"
        members:
          - ada@example.com
          # on holiday
          - grace@example.com
        bookmarks: [{ title: "no", link: "https://example.com" }]
`;

const foreign = "b:   [1,2]\na: 'x'\n\n\n";
const read = (folder: string, name: string) => readFileSync(join(folder, name), "utf8");

test("orders keys, indents, quotes what some reader takes for something else, and keeps comments", async () => {
  const cwd = folderOf({ "acme.yaml": untidy, "other.yaml": foreign });
  const { code, stdout, stderr } = await cli(["fmt"], { cwd });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "acme.yaml\n" });
  expect(stderr).toBe("1 file formatted, 0 as they should be.\n");
  expect(read(cwd, "acme.yaml")).toBe(tidy);
  expect(read(cwd, "other.yaml")).toBe(foreign);
  const again = await cli(["fmt"], { cwd });
  expect(again).toMatchObject({ code: 0, stdout: "", stderr: "0 files formatted, 1 as it should be.\n" });
});

test("--check names what would change, writes nothing and ends with 1; with 0 when nothing would", async () => {
  const cwd = folderOf({ "a.yaml": tidy, "b.yaml": untidy });
  expect(await cli(["fmt", "--check"], { cwd })).toMatchObject({ code: 1, stdout: "b.yaml\n" });
  expect(read(cwd, "b.yaml")).toBe(untidy);
  expect(await cli(["fmt", "--check", "-f", "a.yaml"], { cwd })).toMatchObject({ code: 0, stdout: "" });
});

test("standard input is formatted to standard output", async () => {
  const { code, stdout } = await cli(["fmt", "-f", "-"], { cwd: folderOf(), stdin: untidy });
  expect({ code, stdout }).toEqual({ code: 0, stdout: tidy });
});

test.each([
  { editor: "Windows line ends", form: (text: string) => text.replaceAll("\n", "\r\n") },
  { editor: "a byte order mark", form: (text: string) => `\uFEFF${text}` },
])("$editor stay", async ({ form }) => {
  const cwd = folderOf({ "acme.yaml": form(untidy) });
  await cli(["fmt"], { cwd });
  expect(read(cwd, "acme.yaml")).toBe(form(tidy));
});

test("of several documents those of others stay as they are, between ours too", async () => {
  const cwd = folderOf({ "all.yaml": `${foreign}---\n${untidy}---\n${foreign}---\n${untidy}` });
  await cli(["fmt"], { cwd });
  expect(read(cwd, "all.yaml")).toBe(`${foreign}---\n${tidy}---\n${foreign}---\n${tidy}`);
});

test("a map with anchors keeps its order, since an alias must follow its anchor", async () => {
  const text = tidy.replace(
    "channels:\n",
    "channels:\n      - &all { topic: x, name: a }\n      - { private: true, <<: *all, name: b }\n",
  );
  const cwd = folderOf({ "acme.yaml": text });
  expect(await cli(["fmt", "--check"], { cwd })).toMatchObject({ code: 1 });
  await cli(["fmt"], { cwd });
  expect(read(cwd, "acme.yaml")).toContain(
    "- &all { name: a, topic: x }\n      - { private: true, <<: *all, name: b }\n",
  );
});

test("what is no YAML is named with its line and left, and the others are formatted", async () => {
  const broken = "apiVersion: plumbline.dev/v1alpha1\nkind: Integration\nspec: [\n";
  const cwd = folderOf({ "a.yaml": broken, "b.yaml": untidy });
  const { code, stdout, stderr } = await cli(["fmt"], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "b.yaml\n" });
  expect(stderr).toMatch(/a\.yaml:[34]:\d+/);
  expect(read(cwd, "a.yaml")).toBe(broken);
});

test("a key that is there twice is named and nothing is lost", async () => {
  const twice = tidy.replace("kind: Integration # what\n", "kind: Integration\nkind: Rule\n");
  const cwd = folderOf({ "a.yaml": twice });
  const { code, stderr } = await cli(["fmt"], { cwd });
  expect(code).toBe(1);
  expect(stderr).toContain("a.yaml:4:1");
  expect(read(cwd, "a.yaml")).toBe(twice);
});

test("JSON stays JSON, and its numbers are as they were written", async () => {
  const text =
    '{"kind":"Integration","apiVersion":"plumbline.dev/v1alpha1","spec":{"big":12345678901234567890,"f":1.10}}';
  const cwd = folderOf({ "acme.json": text, "package.json": '{"b":1,"a":2}' });
  await cli(["fmt"], { cwd });
  expect(read(cwd, "acme.json")).toBe(`{
  "apiVersion": "plumbline.dev/v1alpha1",
  "kind": "Integration",
  "spec": {
    "big": 12345678901234567890,
    "f": 1.10
  }
}
`);
  expect(read(cwd, "package.json")).toBe('{"b":1,"a":2}');
});

test("a field that was renamed gets its present name, unless that is stated too", () => {
  const schema = {
    properties: { apiVersion: {}, visibility: {}, old: { deprecated: true, "x-plumbline-renamed-to": "visibility" } },
  };
  const format = (text: string) => formatText(text, () => ({ schema }), false);
  expect(format("old: private # c\n")).toBe("visibility: private # c\n");
  expect(format("old: private\nvisibility: public\n")).toBe("visibility: public\nold: private\n");
});

test("what this repository ships and what `init` makes is as fmt writes it", async () => {
  const cwd = folderOf();
  await cli(["init", "starter"], { cwd });
  const shipped = join(import.meta.dirname, "../../../manifests");
  const { stdout, stderr } = await cli(["fmt", "--check", "-f", "starter", "-f", shipped], { cwd });
  expect(stdout, stderr).toBe("");
});

test("a file that is named and has no documents of ours is left", async () => {
  const cwd = folderOf({ "other.yaml": foreign });
  expect(await cli(["fmt", "-f", "other.yaml"], { cwd })).toMatchObject({ code: 0, stdout: "" });
  writeFileSync(join(cwd, "empty.yaml"), "");
  expect(await cli(["fmt"], { cwd })).toMatchObject({ code: 0, stdout: "" });
});
