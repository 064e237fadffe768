/** From a filled list of required checks to an empty one. Public report: github.com/integrations/terraform-provider-github/issues/1492 (2023). */
import { expect, test } from "vitest";
import { changesOf, githubManifest, onGitHub } from "../stage.ts";

const protectedMain = (fields: string): string =>
  githubManifest(`    repositories:
      - name: api
        branchProtection:
          - branch: main
${fields}`);

const address = "/repos/acme/api/branches/main/protection";
const live = {
  required_status_checks: { strict: true, contexts: [], checks: [{ context: "ci" }] },
  enforce_admins: null,
  required_pull_request_reviews: {
    required_approving_review_count: 1,
    dismissal_restrictions: { users: ["ada"], teams: [] },
  },
  restrictions: null,
};

async function withChecks(fields: string) {
  const stage = await onGitHub({ "acme.yaml": protectedMain(fields) });
  await stage.github.api("POST", "/orgs/acme/repos", { name: "api", auto_init: true });
  await stage.github.api("PUT", address, live);
  return stage;
}

test("a stated [] is sent as [], keeps who may dismiss, and is quiet from then on", async () => {
  const stage = await withChecks("            required_status_checks: { strict: true, checks: [] }\n");
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toMatchObject([
    {
      method: "PUT",
      path: address,
      body: {
        required_status_checks: { strict: true, checks: [] },
        required_pull_request_reviews: { dismissal_restrictions: { users: ["ada"] } },
      },
    },
  ]);
});

test("checks that are not stated are not ours", async () => {
  const stage = await withChecks("            required_status_checks: { strict: true }\n");
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toEqual([]);
  expect(changesOf(await stage.plan())).toEqual([]);
});

test("an empty value is a mistake, not an erasure", async () => {
  const stage = await withChecks("            required_status_checks:\n              checks:\n");
  const { code, stderr } = await stage.run("apply --auto-approve");
  expect(code).toBe(1);
  expect(stderr).toContain("Write [] for an empty list");
  expect(stage.proxy.writes()).toEqual([]);
});
