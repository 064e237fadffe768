/** An owner declared as a plain member of a team. Public report: github.com/integrations/terraform-provider-github/issues/85 (2018). */
import { expect, test } from "vitest";
import { githubManifest, onGitHub } from "../stage.ts";

const team = (members: string): string =>
  githubManifest(`    teams:
      - name: eng
        members: [${members}]
`);

const memberships = "/orgs/acme/teams/eng/memberships/";

test("an owner's role is written once at most, however often it is applied", async () => {
  const stage = await onGitHub(
    { "acme.yaml": team("{ username: ada, role: member }, { username: Bob, role: member }") },
    { members: ["ada", "bob"] },
  );
  await stage.github.api("PUT", "/orgs/acme/memberships/ada", { role: "admin" });
  await stage.expectQuiet();
  for (let time = 0; time < 3; time += 1) expect((await stage.run("apply --auto-approve")).code).toBe(0);
  const puts = stage.proxy.writes().filter(({ method }) => method === "PUT");
  expect(puts.map(({ path }) => path).sort()).toEqual([`${memberships}Bob`, `${memberships}ada`]);
});

test("who is no owner is still given the declared role, and who is not declared goes", async () => {
  const stage = await onGitHub(
    { "acme.yaml": team("{ username: ada, role: member }, { username: bob }") },
    { members: ["ada", "bob"] },
  );
  await stage.expectQuiet();
  await stage.github.api("PUT", `${memberships}ada`, { role: "maintainer" });
  stage.proxy.reset();
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toMatchObject([{ method: "PUT", path: `${memberships}ada`, body: { role: "member" } }]);
  stage.write("acme.yaml", team("{ username: ADA, role: member }"));
  stage.proxy.reset();
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toMatchObject([{ method: "DELETE", path: `${memberships}bob` }]);
});
