/** An organisation's rulesets in a repository's list. Public report: github.com/joshjohanning/bulk-github-repo-settings-sync-action/pull/142 (2026). */
import { expect, test } from "vitest";
import { changesOf, githubManifest, onGitHub } from "../stage.ts";

const manifest = githubManifest(
  `    repositories:
      - name: api
        rulesets:
          - { name: protect, enforcement: active, rules: [{ type: deletion }] }
`,
  "prune: true, exclusive: [repositories.rulesets]",
);

test("a ruleset of the organisation is neither taken over nor changed nor removed", async () => {
  const stage = await onGitHub({ "acme.yaml": manifest }, { repositories: [{ name: "api" }] });
  for (const name of ["protect", "other"]) {
    await stage.github.api("POST", "/orgs/acme/rulesets", { name, enforcement: "active" });
  }
  const { body } = await stage.github.api("GET", "/orgs/acme/rulesets");
  const [{ id }] = body as [{ id: number }];
  // A server that does not know the parameter lists them all the same.
  const all = (await stage.github.api("GET", "/repos/acme/api/rulesets")).body as unknown[];
  expect(all).toHaveLength(2);
  stage.proxy.intercept(({ method, path }) =>
    method === "GET" && path === "/repos/acme/api/rulesets" && stage.proxy.writes().length === 0
      ? { status: 200, body: all }
      : "pass",
  );
  expect(changesOf(await stage.plan())).toContain("create repositories.rulesets/api/protect");
  await stage.expectQuiet();
  expect(stage.proxy.requests.filter(({ path }) => path.endsWith(`/rulesets/${id}`))).toEqual([]);
  expect(stage.proxy.writes().map(({ method, path }) => [method, path])).toEqual([
    ["POST", "/repos/acme/api/rulesets"],
  ]);
  expect((await stage.github.api("GET", "/orgs/acme/rulesets")).body).toHaveLength(2);
});
