/** A new repository and its protected branch at once. Public reports: github.com/opentelekomcloud/ansible-collection-gitcontrol/issues/32 (2022), github.com/integrations/terraform-provider-github/issues/983 (2021). */
import { expect, test } from "vitest";
import { githubManifest, onGitHub } from "../stage.ts";

const fresh = (fields: string): string =>
  githubManifest(`    repositories:
      - name: new
${fields}        labels: [{ name: bug, color: "d73a4a" }]
        branchProtection: [{ branch: main, enforce_admins: true }]
`);

const made = (stage: { proxy: { writes(): readonly { method: string; path: string }[] } }) =>
  stage.proxy.writes().filter(({ method, path }) => method === "POST" && path === "/orgs/acme/repos");

test("a branch that comes a moment after the repository is waited for", async () => {
  const stage = await onGitHub({ "acme.yaml": fresh("        auto_init: true\n") });
  let missing = 3;
  stage.proxy.intercept(({ method, path }) => {
    if (method !== "PUT" || !path.endsWith("/protection") || missing === 0) return "pass";
    missing -= 1;
    return { status: 404, body: { message: "Branch not found" } };
  });
  await stage.expectQuiet();
  expect(missing).toBe(0);
  expect(made(stage)).toHaveLength(1);
});

test("an empty repository is made with its labels; its branch is named, and protected after a push", async () => {
  const stage = await onGitHub({ "acme.yaml": fresh("") });
  const first = await stage.run("apply --auto-approve");
  expect(first.code).not.toBe(0);
  expect(first.stdout + first.stderr).toContain('acme/new has no branch "main"');
  expect(Object.keys(await stage.github.labels("new"))).toEqual(["bug"]);
  const content = Buffer.from("hello").toString("base64");
  const pushed = await stage.github.api("PUT", "/repos/acme/new/contents/README.md", { message: "first", content });
  expect(pushed.status).toBe(201);
  await stage.expectQuiet();
  expect(made(stage)).toHaveLength(1);
});
