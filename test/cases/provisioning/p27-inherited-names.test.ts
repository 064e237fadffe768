/** Labels called as what every JavaScript object inherits. Public report: github.com/cozystack/cozystack/issues/4125 (2026). */
import { describe, expect, test } from "vitest";
import { cli, folderOf } from "../../support/cli.ts";
import { changesOf, githubManifest, onGitHub, validated } from "../stage.ts";

const names = [
  "constructor",
  "toString",
  "__proto__",
  "hasOwnProperty",
  "valueOf",
  "__defineGetter__",
  "isPrototypeOf",
];
const repositories = [{ name: "api" }];

const labelled = (labels: readonly string[]): string =>
  githubManifest(
    `    repositories:\n      - name: api\n        labels:${labels.length === 0 ? " []" : ""}\n${labels
      .map((name) => `          - { name: ${name}, color: "d73a4a", description: ${name} }\n`)
      .join("")}`,
    "prune: true, maxRemovals: 100",
  );

test("are created, in step, and removed by prune, like any other", async () => {
  const stage = await onGitHub({ "acme.yaml": labelled(names) }, { repositories });
  expect(
    changesOf(await stage.plan())
      .filter((change) => change.startsWith("create"))
      .sort(),
  ).toEqual(names.map((name) => `create repositories.labels/api/${name.toLowerCase()}`).sort());
  await stage.expectQuiet();
  expect(Object.keys(await stage.github.labels("api")).length + 1).toBeGreaterThanOrEqual(names.length);
  stage.write("acme.yaml", labelled([]));
  const { code, stdout, stderr } = await stage.run(`apply --auto-approve --confirm-removals ${names.length}`);
  expect(code, stdout + stderr).toBe(0);
  const { body } = await stage.github.api("GET", "/repos/acme/api/labels");
  expect(body).toEqual([]);
});

test("as repositories are things of their own too", async () => {
  const stage = await onGitHub({
    "acme.yaml": githubManifest(`    repositories:\n${names.map((name) => `      - { name: ${name} }\n`).join("")}`),
  });
  await stage.expectQuiet();
  expect(await stage.github.repositoryNames()).toEqual([...names].sort());
});

describe("as a field that nobody knows", () => {
  const text = labelled(["bug"]);
  test.each(["__proto__", "constructor", "toString"])("%s is an error and changes no policy", async (name) => {
    const fields: readonly { wrong: string; line: number }[] = [
      { wrong: text.replace("policy: { prune: true", `policy: { ${name}: { prune: true }`), line: 8 },
      { wrong: text.replace("  policy:", `  ${name}: { policy: { prune: true } }\n  policy:`), line: 8 },
      { wrong: text.replace("metadata: {", `metadata: { ${name}: { namespace: other },`), line: 3 },
      { wrong: text.replace("          - {", `          - { ${name}: { color: "000000" },`), line: 13 },
      { wrong: text.replace("connection: {", `connection: { ${name}: { organization: other },`), line: 6 },
    ];
    for (const { wrong, line } of fields) {
      const { code, problems } = await validated(wrong);
      expect(problems, wrong).toMatchObject([{ code: "UnknownField", line }]);
      expect(code).toBe(1);
    }
    expect(({} as Record<string, unknown>).prune).toBeUndefined();
  });
});

test.each(["__proto__", "constructor", "toString"])(
  "%s as a platform, a kind, an environment variable is an unknown one",
  async (name) => {
    const text = labelled(["bug"]);
    for (const [wrong, says] of [
      [text.replace("platform: github", `platform: ${name}`), `There is no platform "${name}".`],
      [text.replace("kind: Integration", `kind: ${name}`), `There is no kind "${name}".`],
      [text.replace("repositories:", `${name}:`), `Unknown field "${name}"`],
      [text.replace("{ env: TOKEN }", `{ env: ${name} }`), `the environment variable ${name} is not set`],
    ] as const) {
      const env = { BASE_URL: "http://127.0.0.1:1" };
      const { code, stdout, stderr } = await cli(["plan"], { cwd: folderOf({ "acme.yaml": wrong }), env });
      expect((stdout + stderr).replaceAll(/\s+/g, " ")).toContain(says);
      expect(code).toBe(1);
    }
  },
);
