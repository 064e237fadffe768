/**
 * What imports got wrong in other tools. Public reports: github.com/auth0/auth0-deploy-cli/issues/1272 (2026,
 * the last page), github.com/integrations/terraform-provider-github/issues/2379 (2024, settings that an answer
 * lacks), github.com/github-community-projects/safe-settings/issues/707 (2024, colours).
 */
import { describe, expect, test } from "vitest";
import type { Fate, Recorded } from "../../support/proxy.ts";
import { githubManifest, onGitHub, onSlack, slackManifest } from "../stage.ts";
import { list, name, paged } from "./paged-labels.ts";

const noRepositories = { "acme.yaml": githubManifest("    repositories: []\n") };

describe.each([
  { labels: 99, sizes: [99] },
  { labels: 100, sizes: [100] },
  { labels: 101, sizes: [100, 1] },
  { labels: 200, sizes: [100, 100] },
  { labels: 205, sizes: [100, 100, 5] },
])("$labels labels in pages of $sizes", ({ labels, sizes }) => {
  test("are all imported, in a request a page, with their colours quoted, and a plan of them is quiet", async () => {
    const stage = await onGitHub(noRepositories, { repositories: [{ name: "api" }, { name: "empty" }] });
    stage.proxy.intercept(paged(() => stage.proxy.url, sizes, "008672"));
    const { code, stdout, stderr } = await stage.run("import acme repositories.labels");
    expect(code, stderr).toBe(0);
    const names = [...stdout.matchAll(/- name: (label-\d+)\n +color: "008672"\n/g)].map(([, found]) => found);
    expect(names).toEqual(Array.from({ length: labels }, (_, index) => name(index)));
    expect(stdout).not.toContain("empty");
    const asked = stage.proxy.requests.filter(({ path }) => path === list);
    expect(asked.map(({ query }) => query.after)).toEqual(
      sizes.map((_, page) => (page === 0 ? undefined : `Y3Vyc29y${page}`)),
    );
    stage.write("acme.yaml", stdout);
    expect((await stage.run("plan --detailed-exitcode")).code).toBe(0);
  });
});

test.each<{ fault: string; fate: Fate }>([
  { fault: "breaks off", fate: { truncate: 1 } },
  { fault: "fails", fate: { status: 502, body: "Bad Gateway" } },
  { fault: "is refused", fate: { status: 403, body: { message: "Resource not accessible" } } },
  { fault: "is no list", fate: { status: 200, body: { message: "Server Error" } } },
])("where the second page $fault nothing is imported", async ({ fate }) => {
  const stage = await onGitHub(noRepositories, { repositories: [{ name: "api" }] });
  const pages = paged(() => stage.proxy.url, [100, 1], "008672");
  stage.proxy.intercept((request) => (request.query.after === undefined ? pages(request) : fate));
  const { code, stdout, stderr } = await stage.run("import acme");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("repositories.labels: ");
});

test("settings that the answer of an archived repository lacks are not written", async () => {
  const stage = await onGitHub(noRepositories, { repositories: [{ name: "old" }] });
  await stage.github.api("PATCH", "/repos/acme/old", { archived: true });
  const full = (await stage.github.repository("old")) as Record<string, unknown>;
  const lacking = Object.entries(full).filter(([field]) => !/^allow_|delete_branch|security|squash_/.test(field));
  stage.proxy.intercept(({ method, path }: Recorded) =>
    method === "GET" && path === "/repos/acme/old"
      ? { status: 200, body: { ...Object.fromEntries(lacking), allow_forking: null } }
      : "pass",
  );
  const { stdout } = await stage.run("import acme");
  expect(stdout).toContain("- name: old\n");
  expect(stdout).toContain("archived: true\n");
  expect(stdout).not.toMatch(/allow_(squash|merge|rebase|auto)|null/);
  stage.write("acme.yaml", stdout);
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toEqual([]);
});

test("an archived channel is imported as archived, and stays so", async () => {
  const stage = await onSlack({ "acme.yaml": slackManifest("    channels: []\n") }, { channels: [{ name: "legacy" }] });
  await stage.slack.call("conversations.archive", { channel: String((await stage.slack.channel("legacy"))?.id) });
  const { stdout } = await stage.run("import acme");
  expect(stdout).toMatch(/- name: legacy\n(?: {8}.*\n)* {8}archived: true\n/);
  stage.write("acme.yaml", stdout);
  await stage.expectQuiet();
  expect((await stage.slack.channel("legacy"))?.is_archived).toBe(true);
});

test("a token in what the system holds is in no output", async () => {
  const stage = await onGitHub(noRepositories, { repositories: [{ name: "api" }] });
  const { token } = stage.github;
  stage.proxy.intercept(({ method, path }) =>
    method === "GET" && path === list
      ? {
          status: 200,
          body: [
            { id: 7, name: "bug", color: "000000", description: `see ${token}` },
            { id: 8, name: token, color: "000000", description: "" },
          ],
        }
      : "pass",
  );
  for (const line of ["import acme --log-level debug", "doctor --log-level debug", "doctor -o json"]) {
    const { stdout, stderr } = await stage.run(line);
    expect(stdout + stderr).not.toContain(token);
  }
});
