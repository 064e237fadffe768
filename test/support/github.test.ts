import { fetch, type Response } from "undici";
import { afterEach, expect, test } from "vitest";
import { type GitHub, type GitHubSeed, startGitHub } from "./github.ts";

const open: GitHub[] = [];
afterEach(async () => {
  for (const github of open.splice(0)) await github.close();
});

async function start(seed: GitHubSeed = {}): Promise<GitHub> {
  const github = await startGitHub(seed);
  open.push(github);
  return github;
}

const agent = { "user-agent": "test" };

function get(github: GitHub, path: string, headers: Record<string, string> = {}): Promise<Response> {
  const authorization = `Bearer ${github.token}`;
  return fetch(github.url + path, { headers: { ...agent, authorization, ...headers }, redirect: "manual" });
}

test("the list of an organisation pages by Link and its items lack what only one repository's answer has", async () => {
  const github = await start({
    repositories: [{ name: "a", topics: ["x"] }, { name: "b" }, { name: "c", private: true }],
  });
  const first = await get(github, "/orgs/acme/repos?type=all&per_page=2");
  expect(first.headers.get("link")).toContain(`<${github.url}/orgs/acme/repos?type=all&per_page=2&page=2>; rel="next"`);
  const second = await get(github, "/orgs/acme/repos?type=all&per_page=2&page=2");
  expect(second.headers.get("link")).not.toContain('rel="next"');
  const items = [await first.json(), await second.json()].flat() as Record<string, unknown>[];
  expect(items.map(({ name }) => name)).toEqual(["c", "b", "a"]);
  expect(items[2]).toMatchObject({
    topics: ["x"],
    visibility: "public",
    archived: false,
    default_branch: "main",
    has_issues: true,
  });
  for (const field of ["allow_squash_merge", "delete_branch_on_merge", "security_and_analysis"]) {
    expect(items[0]).not.toHaveProperty(field);
    expect(await github.repository("c")).toHaveProperty(field);
  }
});

test("a page limit makes few labels fill several pages", async () => {
  const github = await start({ pageLimit: 4 });
  await github.api("POST", "/orgs/acme/repos", { name: "api" });
  const page = await get(github, "/repos/acme/api/labels?per_page=100");
  expect(await page.json()).toHaveLength(4);
  expect(page.headers.get("link")).toContain('rel="next"');
  expect(Object.keys(await github.labels("api"))).toHaveLength(9);
});

test("an answer that did not change is a 304 that costs nothing", async () => {
  const github = await start({ repositories: [{ name: "api" }] });
  const first = await get(github, "/repos/acme/api");
  const etag = first.headers.get("etag") ?? "";
  const again = await get(github, "/repos/acme/api", { "if-none-match": etag });
  expect([again.status, await again.text()]).toEqual([304, ""]);
  expect(again.headers.get("x-ratelimit-remaining")).toBe(first.headers.get("x-ratelimit-remaining"));
  await github.api("PATCH", "/repos/acme/api", { description: "New" });
  expect((await get(github, "/repos/acme/api", { "if-none-match": etag })).status).toBe(200);
});

test("a label's name is one without regard to case, and taken means already_exists", async () => {
  const github = await start({ repositories: [{ name: "api" }] });
  await github.api("POST", "/repos/acme/api/labels", { name: "Bug", color: "ABCDEF" });
  expect(await github.labels("api")).toEqual({ Bug: { color: "abcdef", description: null } });
  const twice = await github.api("POST", "/repos/acme/api/labels", { name: "bug", color: "abcdef" });
  expect(twice).toMatchObject({
    status: 422,
    body: { errors: [{ resource: "Label", code: "already_exists", field: "name" }] },
  });
  const renamed = await github.api("PATCH", "/repos/acme/api/labels/BUG", { new_name: "area/bug", color: "00ff00" });
  expect(renamed.status).toBe(200);
  expect(await github.labels("api")).toEqual({ "area/bug": { color: "00ff00", description: null } });
  expect((await github.api("DELETE", "/repos/acme/api/labels/area%2FBUG")).status).toBe(204);
  expect((await github.api("DELETE", "/repos/acme/api/labels/area%2Fbug")).status).toBe(404);
  expect((await github.api("POST", "/repos/acme/api/labels", { name: "x", color: "#abcdef" })).status).toBe(422);
});

test("a new repository has its settings as sent and GitHub's nine labels", async () => {
  const github = await start();
  const sent = {
    name: "api",
    visibility: "private",
    is_template: true,
    allow_auto_merge: true,
    web_commit_signoff_required: true,
  };
  const made = await github.api("POST", "/orgs/acme/repos", sent);
  expect(made).toMatchObject({ status: 201, body: { ...sent, private: true, allow_update_branch: false } });
  expect(Object.keys(await github.labels("api"))).toContain("good first issue");
  const twice = await github.api("POST", "/orgs/acme/repos", { name: "API" });
  expect(twice).toMatchObject({ status: 422, body: { errors: [{ message: "name already exists on this account" }] } });
});

test("an archived repository refuses writes until it is unarchived", async () => {
  const github = await start({ repositories: [{ name: "api" }] });
  await github.api("PATCH", "/repos/acme/api", { archived: true });
  const refused = { status: 403, body: { message: "Repository was archived so is read-only." } };
  expect(await github.api("PATCH", "/repos/acme/api", { description: "x" })).toMatchObject(refused);
  expect(await github.api("POST", "/repos/acme/api/labels", { name: "x" })).toMatchObject(refused);
  expect(await github.api("PUT", "/repos/acme/api/topics", { names: [] })).toMatchObject(refused);
  expect((await github.api("PATCH", "/repos/acme/api", { archived: false })).status).toBe(200);
  expect((await github.api("PATCH", "/repos/acme/api", { description: "x" })).status).toBe(200);
});

test("a former name redirects, and a name is found in any case", async () => {
  const github = await start({ repositories: [{ name: "api" }] });
  await github.api("PATCH", "/repos/acme/API", { name: "backend" });
  const moved = await get(github, "/repos/acme/api/labels");
  expect(moved.status).toBe(301);
  expect(
    (
      await fetch(moved.headers.get("location") ?? "", {
        headers: { ...agent, authorization: `Bearer ${github.token}` },
      })
    ).status,
  ).toBe(200);
  expect((await github.api("PATCH", "/repos/acme/api", { description: "x" })).status).toBe(307);
  expect(await github.repositoryNames()).toEqual(["backend"]);
});

test("topics are saved in lower case and an unfit one is refused", async () => {
  const github = await start({ repositories: [{ name: "api" }] });
  expect((await github.api("PUT", "/repos/acme/api/topics", { names: ["Go", "api"] })).body).toEqual({
    names: ["go", "api"],
  });
  expect((await github.api("PUT", "/repos/acme/api/topics", { names: ["has space"] })).status).toBe(422);
});

test("only known tokens pass, and a reading token cannot write", async () => {
  const github = await start({ repositories: [{ name: "api" }] });
  const write = (token: string) =>
    fetch(`${github.url}/repos/acme/api`, {
      method: "PATCH",
      headers: { ...agent, authorization: `Bearer ${token}` },
      body: JSON.stringify({ description: "x" }),
    });
  expect((await write("wrong")).status).toBe(401);
  expect((await write(github.readOnlyToken)).status).toBe(403);
  const user = await get(github, "/user", { authorization: `Bearer ${github.readOnlyToken}` });
  expect(await user.json()).toMatchObject({ login: github.login });
  expect((await (await get(github, "/orgs/acme")).json()) as object).toHaveProperty("id");
});
