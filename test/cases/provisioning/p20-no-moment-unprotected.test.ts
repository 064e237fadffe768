/** Protection is changed, never taken off first. Public report: github.com/gitlabform/gitlabform/issues/1070 (2025). */
import { expect, test } from "vitest";
import { githubManifest, onGitHub } from "../stage.ts";

const manifest = githubManifest(`    repositories:
      - name: api
        branchProtection:
          - branch: main
            required_pull_request_reviews: { required_approving_review_count: 1 }
`);

const address = "/repos/acme/api/branches/main/protection";

async function withProtection() {
  const stage = await onGitHub({ "acme.yaml": manifest });
  await stage.github.api("POST", "/orgs/acme/repos", { name: "api", auto_init: true });
  await stage.github.api("PUT", address, {
    required_status_checks: null,
    enforce_admins: true,
    required_pull_request_reviews: { required_approving_review_count: 2, dismiss_stale_reviews: true },
    restrictions: { users: [], teams: ["core"] },
  });
  await stage.github.api("POST", `${address}/required_signatures`);
  return stage;
}

test("a change is one PUT of all that is live with what is stated", async () => {
  const stage = await withProtection();
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toMatchObject([
    {
      method: "PUT",
      path: address,
      body: {
        enforce_admins: true,
        required_status_checks: null,
        required_pull_request_reviews: { required_approving_review_count: 1, dismiss_stale_reviews: true },
        restrictions: { teams: ["core"] },
      },
    },
  ]);
  const { body } = await stage.github.api("GET", address);
  expect(body).toMatchObject({ required_signatures: { enabled: true }, enforce_admins: { enabled: true } });
});

test("a PUT that fails leaves the old rules", async () => {
  const stage = await withProtection();
  const before = (await stage.github.api("GET", address)).body;
  stage.proxy.intercept(({ method }) => (method === "PUT" ? { status: 500 } : "pass"));
  expect((await stage.run("apply --auto-approve")).code).not.toBe(0);
  expect(stage.proxy.writes().map(({ method }) => method)).not.toContain("DELETE");
  expect((await stage.github.api("GET", address)).body).toEqual(before);
});
