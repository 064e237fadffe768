/** A pattern where a branch's name belongs. Public report: github.com/repository-settings/app/issues/227 (2020). */
import { expect, test } from "vitest";
import { githubManifest, onGitHub, validated } from "../stage.ts";

const branches = (...names: string[]): string =>
  githubManifest(`    repositories:
      - name: api
        branchProtection:
${names.map((name) => `          - { branch: "${name}", enforce_admins: true }\n`).join("")}`);

test.each(["release/*", "*", "v?", "[ab]"])("%j is one mistake at its line that leads to rulesets", async (name) => {
  const { code, problems } = await validated(branches("main", name));
  expect(code).toBe(1);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ line: 14, message: expect.stringContaining("use rulesets") });
});

test("a name with a slash is encoded once, and one that is not there fails alone, by name", async () => {
  const stage = await onGitHub({ "acme.yaml": branches("release/1.2", "nope", "main") }, { branches: ["release/1.2"] });
  await stage.github.api("POST", "/orgs/acme/repos", { name: "api", auto_init: true });
  const { code, stdout, stderr } = await stage.run("apply --auto-approve");
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain('acme/api has no branch "nope"');
  const paths = stage.proxy.writes().map(({ path }) => path);
  expect(paths).toContain("/repos/acme/api/branches/release%2F1.2/protection");
  const { body } = await stage.github.api("GET", "/repos/acme/api/branches?protected=true");
  expect((body as { name: string }[]).map(({ name }) => name)).toEqual(["main", "release/1.2"]);
});
