/** What a quiet pass over an organisation costs: three requests a repository, and a number that does not grow with it. */
import { expect, test } from "vitest";
import { githubManifest, onGitHub } from "../stage.ts";

const manifest = (names: readonly string[]): string =>
  githubManifest(`    repositories:
${names
  .map(
    (name) => `      - name: ${name}
        labels: [{ name: bug, color: "d73a4a" }]
        teams: [{ team: core, permission: push }]
        collaborators: [{ username: ada, permission: pull }]
        branchProtection: [{ branch: main, enforce_admins: true }]
`,
  )
  .join("")}`);

/** The reads of a plan after everything was made, by their paths without the repository's name. */
async function readsOf(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `r${index}`);
  const stage = await onGitHub({ "acme.yaml": manifest(names) }, { members: ["ada"] });
  await stage.github.api("POST", "/orgs/acme/teams", { name: "core" });
  for (const name of names) await stage.github.api("POST", "/orgs/acme/repos", { name, auto_init: true });
  await stage.run("apply --auto-approve");
  stage.proxy.reset();
  expect((await stage.plan()).integrations[0]?.changes).toEqual([]);
  return stage.proxy.requests.map(({ path }) => path);
}

test("labels, teams, collaborators and protection take three requests a repository", async () => {
  const [few, more] = [await readsOf(1), await readsOf(4)];
  expect(more.length - few.length).toBe(3 * 3);
  expect(few.length).toBeLessThanOrEqual(3 + 6);
  expect(more.filter((path) => path.includes("invitations"))).toEqual([]);
});
