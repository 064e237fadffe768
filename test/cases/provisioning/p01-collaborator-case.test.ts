/** A collaborator written in another letter case. Public report: github.com/gitlabform/gitlabform/issues/770 (2024). */
import { expect, test } from "vitest";
import { githubManifest, onGitHub } from "../stage.ts";

const access = (username: string, permission: string): string =>
  githubManifest(`    repositories:
      - name: Billing
        collaborators: [{ username: ${username}, permission: ${permission} }]
        teams: [{ team: Core-Team, permission: ${permission} }]
`);

const address = "/repos/acme/billing/collaborators";

test.each([
  { where: "who is in the organisation", seed: { members: ["Octo-Cat"] } },
  { where: "who was invited and has not answered", seed: { outsiders: ["Octo-Cat"] } },
])("somebody $where is one in upper and lower case, for adding and for removing", async ({ seed }) => {
  const stage = await onGitHub(
    { "acme.yaml": access("octo-cat", "push") },
    { repositories: [{ name: "billing" }], ...seed },
  );
  await stage.github.api("POST", "/orgs/acme/teams", { name: "core team" });
  await stage.github.api("PUT", "/orgs/acme/teams/core-team/repos/acme/billing", { permission: "push" });
  await stage.github.api("PUT", `${address}/Octo-Cat`, { permission: "push" });
  await stage.expectQuiet();
  expect(stage.proxy.writes().filter(({ path }) => path !== "/repos/acme/billing")).toEqual([]);
  stage.write("acme.yaml", access("OCTO-CAT", "pull"));
  stage.proxy.reset();
  await stage.expectQuiet();
  expect(stage.proxy.writes().map(({ method }) => method)).not.toContain("DELETE");
  expect(stage.proxy.writes()).toHaveLength(2);
  stage.write("acme.yaml", access("octo-cat", "pull").replace(/collaborators: .*/, "collaborators: []"));
  stage.proxy.reset();
  await stage.expectQuiet();
  expect(stage.proxy.writes().map(({ method }) => method)).toEqual(["DELETE"]);
});
