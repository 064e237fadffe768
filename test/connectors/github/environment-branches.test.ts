/** The names of branches and tags that may deploy to a GitHub environment. */
import { expect, test } from "vitest";
import type { Observed, Spec } from "../../../src/connector-kit/index.ts";
import { startGitHub } from "../../support/github.ts";
import { create, detailsOf, failureOf, kindOf, type Stage, thingsOf, update } from "../stage.ts";
import { github, githubStaging, parent } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();
const environments = kindOf(github, "environments");
const api = parent("api");
const custom = { protected_branches: false, custom_branch_policies: true };
const isProtected = { protected_branches: true, custom_branch_policies: false };
const place = "/repos/acme/api/environments/a%2Fb/deployment-branch-policies";
const main = { name: "main", type: "branch" };
const tags = { name: "v*", type: "tag" };

/** An environment with `main` and the tags `v*`. */
async function withPatterns(run: (stage: Stage, live: Observed) => Promise<void>): Promise<void> {
  const system = await startGitHub({ repositories: [{ name: "api" }], pageLimit: 1 });
  await withSystem(system, async (stage) => {
    const desired = { name: "a/b", deployment_branch_policy: custom, deployment_branch_patterns: [main, tags] };
    const { id, unset } = await create(stage, environments, desired, api);
    expect(unset).toEqual(["deployment_branch_patterns"]);
    const made = { id, spec: desired, parent: api };
    await update(stage, environments, made, { deployment_branch_patterns: [{ name: "main" }, tags] });
    const [live] = await thingsOf(stage, environments, [api]);
    if (!live) throw new Error("There is no environment.");
    await run(stage, live);
  });
}

async function patternsOf(stage: Stage): Promise<unknown> {
  const found = await thingsOf(stage, environments, [api]);
  const [detail] = await detailsOf(stage, environments, found, ["deployment_branch_patterns"]);
  return detail?.spec.deployment_branch_patterns;
}

test("are read page by page, and only where somebody asks", async () => {
  await withPatterns(async (stage, live) => {
    expect(Object.keys(live.spec)).not.toContain("deployment_branch_patterns");
    const before = stage.requests.length;
    await detailsOf(stage, environments, [live], ["reviewers"]);
    expect(stage.requests).toHaveLength(before);
    expect(await patternsOf(stage)).toEqual([main, tags]);
    expect(stage.sent().slice(before)).toEqual(["GET /repos/acme/api/environments", `GET ${place}`, `GET ${place}`]);
  });
});

test("a change adds what is missing and takes the rest away, and leaves the settings alone", async () => {
  await withPatterns(async (stage, live) => {
    const before = stage.writes().length;
    const wanted = [{ name: "v*" }, { name: "release/*", type: "branch" }, { name: "main" }];
    await update(stage, environments, live, { deployment_branch_patterns: wanted });
    const written = stage.writes().slice(before);
    expect(written.map(({ method, body }) => [method, body])).toEqual([
      ["POST", { name: "v*", type: "branch" }],
      ["POST", { name: "release/*", type: "branch" }],
      ["DELETE", undefined],
    ]);
    expect(await patternsOf(stage)).toEqual([main, { name: "v*", type: "branch" }, wanted[1]]);
  });
});

test("a change of the settings leaves the names as they are", async () => {
  await withPatterns(async (stage, live) => {
    await update(stage, environments, live, { wait_timer: 30 });
    expect(stage.writes().at(-1)?.body).toEqual({ wait_timer: 30, deployment_branch_policy: custom });
    expect(await patternsOf(stage)).toEqual([main, tags]);
  });
});

test("a name without a type is a branch's", () => {
  expect(environments.normalize?.({ name: "a", deployment_branch_patterns: [{ name: "main" }] })).toEqual({
    name: "a",
    deployment_branch_patterns: [main],
  });
});

test("an environment with another policy has none, without a request", async () => {
  const live: Observed = { id: "1", spec: { name: "a", deployment_branch_policy: isProtected }, parent: api };
  await withAnswers(
    () => ({ status: 404, body: {} }),
    async (stage) => {
      const [detail] = await detailsOf(stage, environments, [live], ["deployment_branch_patterns"]);
      expect(detail?.spec.deployment_branch_patterns).toEqual([]);
      expect(stage.requests).toEqual([]);
    },
  );
});

test("a policy that ends takes the names along: nothing is asked of them", async () => {
  await withPatterns(async (stage, live) => {
    const before = stage.requests.length;
    await update(stage, environments, live, { deployment_branch_policy: null, deployment_branch_patterns: [] });
    expect(stage.sent().slice(before)).toEqual(["PUT /repos/acme/api/environments/a%2Fb"]);
    expect(await patternsOf(stage)).toEqual([]);
  });
});

test.each<{ name: string; policy: Spec | null | undefined; live: Spec | null | undefined; fits: boolean }>([
  { name: "with the policy stated", policy: custom, live: null, fits: true },
  { name: "with the policy live and nothing stated", policy: undefined, live: custom, fits: true },
  { name: "with another policy stated", policy: isProtected, live: custom, fits: false },
  { name: "with all branches stated", policy: null, live: custom, fits: false },
  { name: "with another policy live and nothing stated", policy: undefined, live: isProtected, fits: false },
])("names are taken $name: $fits", async ({ policy, live, fits }) => {
  const stated = policy === undefined ? {} : { deployment_branch_policy: policy };
  const observed: Observed = { id: "1", spec: { name: "a/b", deployment_branch_policy: live }, parent: api };
  const desired = { name: "a/b", ...stated, deployment_branch_patterns: [main] };
  await withAnswers(
    ({ method }) => ({ body: method === "GET" ? { total_count: 0, branch_policies: [] } : {} }),
    async (stage) => {
      const changes = { ...stated, deployment_branch_patterns: [main] };
      const done = failureOf(
        stage.session.guardErrors(async () =>
          environments.update?.(stage.session.writer, { observed, desired, changes, lists: {} }),
        ),
      );
      if (fits) expect(await done).toBe("no failure");
      else {
        expect(await done).toMatchObject({ code: "VALIDATION" });
        expect(String(await done)).toContain("custom_branch_policies: true");
        expect(stage.requests).toEqual([]);
      }
    },
  );
});

test("a new environment that states names without the policy is refused before it is made", async () => {
  await withAnswers(
    () => ({ body: {} }),
    async (stage) => {
      const made = create(stage, environments, { name: "a", deployment_branch_patterns: [main] }, api);
      expect(await failureOf(made)).toMatchObject({ code: "VALIDATION" });
      expect(stage.requests).toEqual([]);
    },
  );
});
