/** What belongs to an organisation itself: teams below teams, webhooks with secrets, variables for some repositories. */
import { expect, test } from "vitest";
import type { GitHubSeed } from "../support/github.ts";
import { changesOf, type GitHubPlace, gitHubPlace } from "./place.ts";

/** @param resources YAML flow. */
function manifest(resources: string, policy = "prune: true"): string {
  return `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: code }
spec:
  platform: github
  connection: { organization: acme, baseUrl: { env: GITHUB_URL } }
  credentials: { token: { env: GITHUB_TOKEN } }
  policy: { ${policy} }
  resources: ${resources}
`;
}

async function onAcme(resources: string, seed: GitHubSeed = {}, policy?: string): Promise<GitHubPlace> {
  return gitHubPlace({ "acme.yaml": manifest(resources, policy) }, seed);
}

/** @returns the names of an organisation's teams. */
async function teamsOf({ github }: GitHubPlace): Promise<string[]> {
  const { body } = await github.api("GET", "/orgs/acme/teams");
  return (body as { name: string }[]).map(({ name }) => name).sort();
}

const family = `{ teams: [
    { name: all, privacy: closed },
    { name: one, parent: all, privacy: closed },
    { name: two, parent: all, privacy: closed },
    { name: three, parent: two, privacy: closed } ] }`;

test("a parent team that goes with three below it is four removals, which maxRemovals counts", async () => {
  const place = await onAcme(family, {}, "prune: true, maxRemovals: 3");
  await place.apply();
  place.edit("acme.yaml", family, "{ teams: [] }");
  place.proxy.reset();
  const held = await place.run("apply --auto-approve");
  expect(held.code).toBe(1);
  expect(held.stdout).toMatch(/TooManyRemovals.*removes 4 things/s);
  expect(place.proxy.writes()).toEqual([]);
  await place.apply("--confirm-removals 4");
  expect(await teamsOf(place)).toEqual([]);
  expect(await place.inventory()).toEqual([]);
  await place.expectQuiet();
});

test("teams that somebody else put below a declared one count when that one goes", async () => {
  const place = await onAcme("{ teams: [{ name: all, privacy: closed }] }", {}, "prune: true, maxRemovals: 3");
  await place.apply();
  const { body } = await place.github.api("GET", "/orgs/acme/teams/all");
  for (const name of ["x", "y", "z"]) {
    await place.github.api("POST", "/orgs/acme/teams", {
      name,
      privacy: "closed",
      parent_team_id: (body as { id: number }).id,
    });
  }
  place.edit("acme.yaml", "{ name: all, privacy: closed }", "");
  const { stdout } = await place.run("plan");
  expect(stdout).toMatch(/TooManyRemovals.*removes 4 things/s);
});

test("a parent team does not go while one below it is declared", async () => {
  const place = await onAcme(family);
  await place.apply();
  place.edit("acme.yaml", "{ name: all, privacy: closed },", "");
  place.edit("acme.yaml", /parent: all, /g, "");
  expect(changesOf(await place.plan())).toEqual(["blocked(delete) teams/all StillDeclared"]);
  expect((await place.run("apply --auto-approve")).code).toBe(1);
  expect(await teamsOf(place)).toEqual(["all", "one", "three", "two"]);
});

test("a team that no manifest and no organisation has holds its entry back in the plan, with file and line", async () => {
  const place = await onAcme(
    "{ repositories: [{ name: api, teams: [{ team: core, permission: push }, { team: cor, permission: pull }] }], teams: [{ name: Core }] }",
  );
  const { integrations } = await place.plan();
  const blocked = integrations.flatMap(({ changes }) => changes.filter(({ action }) => action === "blocked"));
  expect(blocked).toMatchObject([
    { key: "api/cor", reason: "UnresolvedReference", source: { file: "acme.yaml", line: 9 } },
  ]);
  expect(blocked[0]?.message).toContain('"cor", which is no teams');
  expect((await place.run("apply --auto-approve")).code).toBe(1);
  const { body } = await place.github.api("GET", "/orgs/acme/teams/core/repos");
  expect(body).toMatchObject([{ name: "api", role_name: "write" }]); // a team of the same plan is there in time
  expect(place.proxy.requests.filter(({ path }) => path.includes("/teams/cor/"))).toEqual([]);
});

const hooks = (more: string) => `{ webhooks: [{ url: "https://ci.example/h", secret: { env: HOOK }${more} }] }`;

test("the secret of an organisation's webhook is written when it moves, and no other change loses it", async () => {
  const place = await onAcme(hooks(""));
  const secretNow = async (): Promise<string | undefined> => {
    const { body } = await place.github.api("GET", "/orgs/acme/hooks");
    const [hook] = body as [{ id: number; config: { secret?: string } }];
    expect(hook.config.secret).toBe("********");
    return place.github.hookSecret(hook.id);
  };
  const applied = async (HOOK: string): Promise<unknown[]> => {
    place.proxy.reset();
    const options = { env: { ...place.env, HOOK } };
    const result = await place.run("apply --auto-approve", options);
    expect(result, result.stdout).toMatchObject({ code: 0 });
    const writes = place.proxy.writes().map(({ method, path, body }) => [method, path.replace(/\d+/, "ID"), body]);
    expect((await place.run("plan --detailed-exitcode", options)).code).toBe(0);
    return writes;
  };
  await applied("the first secret");
  expect(await secretNow()).toBe("the first secret");
  expect(await applied("the second secret")).toEqual([
    ["PATCH", "/orgs/acme/hooks/ID/config", { secret: "the second secret" }],
  ]);
  expect(await secretNow()).toBe("the second secret");
  place.edit("acme.yaml", "{ env: HOOK }", "{ env: HOOK }, events: [issues], active: false");
  expect(await applied("the second secret")).toEqual([
    ["PATCH", "/orgs/acme/hooks/ID", { events: ["issues"], active: false }],
  ]);
  expect(await secretNow()).toBe("the second secret");
  place.edit("acme.yaml", ", secret: { env: HOOK }", ', insecure_ssl: "1"');
  expect(await applied("the second secret")).toEqual([["PATCH", "/orgs/acme/hooks/ID/config", { insecure_ssl: "1" }]]);
  expect(await secretNow()).toBe("the second secret");
});

test("a variable for a repository of the same plan is made after it, adopted, and follows the list as a set", async () => {
  const seed = { repositories: [{ name: "api" }, { name: "web" }] };
  const place = await onAcme(
    "{ repositories: [{ name: new }], variables: [{ name: region, value: eu, visibility: selected, selected_repositories: [new, API] }] }",
    seed,
  );
  const there = { name: "REGION", value: "us", visibility: "all" };
  await place.github.api("POST", "/orgs/acme/actions/variables", there);
  expect(changesOf(await place.plan())).toEqual([
    "create repositories/new unknown",
    "adopt variables/REGION /value /visibility /selected_repositories unknown",
  ]);
  await place.apply();
  const seen = async (): Promise<string[]> => {
    const { body } = await place.github.api("GET", "/orgs/acme/actions/variables/REGION/repositories");
    return (body as { repositories: { name: string }[] }).repositories.map(({ name }) => name).sort();
  };
  expect(await seen()).toEqual(["api", "new"]);
  place.edit("acme.yaml", "[new, API]", "[api, new]");
  await place.expectQuiet();
  place.edit("acme.yaml", "[api, new]", "[web, new, gone]");
  expect(changesOf(await place.plan())).toEqual(["blocked(update) variables/REGION UnresolvedReference"]);
  place.edit("acme.yaml", ", gone]", "]");
  await place.apply();
  expect(await seen()).toEqual(["new", "web"]);
  await place.expectQuiet();
});

test("a list that lags behind what was just made doubles nothing: the thing is met, and is ours as before", async () => {
  const place = await onAcme("{ variables: [{ name: REGION, value: eu, visibility: all }] }");
  await place.apply();
  place.proxy.reset();
  let stale = 1;
  place.proxy.intercept(({ method, path }) => {
    if (method !== "GET" || path !== "/orgs/acme/actions/variables" || stale === 0) return "pass";
    stale -= 1;
    return { status: 200, body: { total_count: 0, variables: [] } };
  });
  await place.apply();
  expect(place.proxy.writes().map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /orgs/acme/actions/variables",
  ]);
  expect(await place.inventory()).toEqual(["default/code variables/REGION"]);
  await place.expectQuiet();
});

test("a branch protection and a ruleset for the same branch are no drift of each other", async () => {
  const place = await onAcme(`{ repositories: [{ name: api, auto_init: true,
    branchProtection: [{ branch: main, enforce_admins: true }],
    rulesets: [{ name: main, enforcement: active, conditions: { ref_name: { include: ["refs/heads/main"] } }, rules: [{ type: deletion }] }] }] }`);
  await place.apply();
  await place.expectQuiet();
  await place.github.api("DELETE", "/repos/acme/api/branches/main/protection");
  expect(changesOf(await place.plan())).toEqual(["create repositories.branchProtection/api/main drift"]);
});
