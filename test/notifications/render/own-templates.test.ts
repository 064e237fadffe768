import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadManifests } from "../../../src/manifests/index.ts";
import { builtinPlatforms } from "../../../src/manifests/platform-source.ts";
import {
  checkTemplates,
  readTemplates,
  renderNotification,
  TemplateSet,
} from "../../../src/notifications/render/index.ts";
import { folderOf } from "../../support/cli.ts";
import { eventWith, toldOf } from "./fixture.ts";

const render = (files: Record<string, string>, type: string, template?: string) => {
  const receiver = { integration: "ops", ...(template === undefined ? {} : { template }) };
  const told = toldOf([eventWith(type, { a: "A" })], { receiver });
  return renderNotification(new TemplateSet(new Map(Object.entries(files))), told);
};

test.each([
  ["a file by its name", { team: "x {{a}}" }, "any", "team", "x A"],
  ["a file by its name with its ending", { team: "x {{a}}" }, "any", "team.hbs", "x A"],
  ["a file over a built-in one, for its types too", { "task-failed": "mine" }, "task_failed", undefined, "mine"],
  ["a file over a built-in one, by its other spelling", { "test-report": "mine" }, "any", "test_report", "mine"],
  ["a file with underscores over a built-in one", { task_failed: "mine" }, "task_failed", undefined, "mine"],
  ["a file over the generic one", { generic: "mine" }, "any", undefined, "mine"],
  ["partials of partials, twice", { p: "[{{> q}}]\n", q: "{{a}}\n" }, "any", "{{> p}}{{>q}}", "[A]A"],
  ["a partial without its front part", { p: "---\ntitle: no\n---\nbody" }, "any", "{{> p}} ", "body"],
  ["an escaped partial as it stands", { p: "x" }, "any", "\\{{> p}} ", "{{> p}}"],
])("templates take %s", (_, files, type, template, text) => {
  expect(render(files, type, template)).toMatchObject({ notification: { text } });
});

test("a file that says only a title leaves the rest to the generic form", () => {
  const { notification } = render({ t: "---\ntitle: Mine\n---\n" }, "any.type", "t");
  expect(notification).toMatchObject({ title: "Mine", template: "t" });
  expect(notification.facts).not.toEqual([]);
  expect(render({ t: "---\nfacts: {}\n---\n" }, "any.type", "t").notification.facts).toEqual([]);
});

test("partials that double at each level end in a fault, not in memory", () => {
  const files = Object.fromEntries(
    Array.from({ length: 30 }, (_, n) => [`p${n}`, n === 29 ? "" : `{{> p${n + 1}}}{{> p${n + 1}}}`]),
  );
  expect(render(files, "any", "{{> p0}}").fault?.message).toMatch(/more than 1000 partials/);
});

/** What `validate` says of a receiver's template beside these files, as `file:line:column code message`. */
async function problemsOf(template: string, files: Record<string, string> = {}): Promise<string[]> {
  const route = `apiVersion: plumbline.dev/v1alpha1
kind: NotificationRoute
metadata: { name: ops }
spec:
  routes:
    - receivers:
        - integration: slack
          template: ${JSON.stringify(template)}
`;
  const folder = folderOf({ "route.yaml": route, ...files });
  const { manifests } = await loadManifests({ inputs: ["route.yaml"], cwd: folder, platforms: builtinPlatforms() });
  expect(manifests).toHaveLength(1);
  const problems = await checkTemplates(manifests, folder);
  return problems.map(({ file, line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`);
}

const inRoute = "route.yaml:8:21";
const inFile = "templates/team.hbs";

test.each<[string, string, Record<string, string>, string[]]>([
  [
    "a name that there is not",
    "config-chagne",
    {},
    [
      expect.stringMatching(
        `^${inRoute} UnknownTemplate There is no template "config-chagne", .*Did you mean "config-change"`,
      ),
    ],
  ],
  [
    "an unknown helper in a text",
    "a\n{{uper b}}",
    {},
    [
      expect.stringMatching(
        `^${inRoute} InvalidTemplate There is no helper "uper".*It stands at line 2, character 1 of the text`,
      ),
    ],
  ],
  [
    "an unknown helper in a file, once, at its line",
    "team",
    { [inFile]: "---\ntitle: x\n---\n\n{{uper b}}" },
    [expect.stringMatching(`^${inFile}:5:1 InvalidTemplate There is no helper "uper"`)],
  ],
  [
    "a file that nobody uses yet",
    "generic",
    { [inFile]: "---\nfacts:\n  A: '{{#each}}'\n---\n" },
    [expect.stringMatching(`^${inFile}:3:6 InvalidTemplate facts.A: `)],
  ],
  [
    "a field that there is not",
    "team",
    { [inFile]: "---\ntitel: x\n---\n" },
    [expect.stringMatching(`^${inFile}:2:8 InvalidTemplate A template has no titel. Did you mean "title"`)],
  ],
  [
    "a brace without quotes",
    "team",
    { [inFile]: "---\ntitle: {{a}}\n---\n" },
    [expect.stringMatching(`^${inFile}:2:\\d+ \\w+ .*needs quotes`)],
  ],
  [
    "a number where a text is taken, a wrong style, an action without a title",
    "team",
    { [inFile]: "---\ntitle: 5\nactions: [{ title: a, style: red }, { id: b }]\n---\n" },
    [
      `${inFile}:2:8 InvalidTemplate title is a text.`,
      `${inFile}:3:30 InvalidTemplate style is primary or danger.`,
      `${inFile}:3:37 InvalidTemplate actions needs title.`,
    ],
  ],
  [
    "a partial that there is not",
    "team",
    { [inFile]: "a\n b{{> nobody}}" },
    [`${inFile}:2:3 InvalidTemplate There is no file templates/nobody.hbs for {{> nobody}}.`],
  ],
  [
    "a mistake behind a partial, where it stands",
    "team",
    { [inFile]: "{{> team2}}{{uper b}}", "templates/team2.hbs": "x\ny\n" },
    [expect.stringMatching(`^${inFile}:1:12 InvalidTemplate There is no helper "uper"`)],
  ],
  [
    "partials in a circle",
    "generic",
    { "templates/a.hbs": "{{> b}}", "templates/b.hbs": "{{> a}}" },
    [
      expect.stringMatching("^templates/a.hbs:1:1 InvalidTemplate The partial b includes itself: b > a > b"),
      expect.stringMatching("^templates/b.hbs:1:1 InvalidTemplate The partial a includes itself"),
    ],
  ],
  [
    "a partial that closes what it did not open",
    "generic",
    { "templates/a.hbs": "{{#if x}}{{> b}}", "templates/b.hbs": "{{/if}}" },
    [expect.stringMatching("^templates/a.hbs:"), expect.stringMatching("^templates/b.hbs:")],
  ],
  ["nothing of a sound one", "Hello {{default who 1}}", { [inFile]: "{{> team2}}", "templates/team2.hbs": "x" }, []],
])("validate reports %s", async (_, template, files, expected) => {
  expect(await problemsOf(template, files)).toEqual(expected);
});

test("a link out of templates/ is not read, one within it is", async () => {
  const folder = folderOf({ "secret.txt": "hunter2", "templates/a.hbs": "x" });
  symlinkSync(join(folder, "secret.txt"), join(folder, "templates/out.hbs"));
  symlinkSync(join(folder, "templates/a.hbs"), join(folder, "templates/in.hbs"));
  const { files, problems } = await readTemplates(folder);
  expect([...files]).toEqual([
    ["a", "x"],
    ["in", "x"],
  ]);
  expect(problems).toMatchObject([{ code: "UnreadableTemplate", file: "templates/out.hbs" }]);
});

test("files that are no text, too large or a folder are problems; other names are left alone", async () => {
  const folder = folderOf({ "templates/note.md": "{{#", "templates/big.hbs": "x".repeat(256 * 1024 + 1) });
  writeFileSync(join(folder, "templates/bytes.hbs"), Buffer.from([0xff, 0xfe]));
  mkdirSync(join(folder, "templates/folder.hbs"));
  const { files, problems } = await readTemplates(folder);
  expect([...files]).toEqual([]);
  expect(problems.map(({ message }) => message)).toEqual([
    "The template is larger than 256 KiB.",
    "The template is not UTF-8.",
    "The template cannot be read (EISDIR).",
  ]);
});

test("without a folder there are no files", async () => {
  expect(await readTemplates(folderOf({}))).toEqual({ files: new Map(), problems: [] });
});
