/** GitHub's environments: a PUT that resets what it does not name, and reviewers by name. */
import { expect, test } from "vitest";
import { type GitHub, startGitHub } from "../../support/github.ts";
import { create, failureOf, kindOf, type Stage, thingsOf, update } from "../stage.ts";
import { github, githubStaging, parent } from "./organization.ts";

const { withSystem, withAnswers } = githubStaging();
const environments = kindOf(github, "environments");
const api = parent("api");
const ada = { type: "User", reviewer: "ada" };
const bob = { type: "User", reviewer: "bob" };
const core = { type: "Team", reviewer: "core" };
const policy = { protected_branches: true, custom_branch_policies: false };

const whole = {
  name: "Production",
  wait_timer: 30,
  prevent_self_review: true,
  reviewers: [ada, core],
  deployment_branch_policy: policy,
};

async function withEnvironment(
  run: (stage: Stage, system: GitHub, live: Awaited<ReturnType<typeof thingsOf>>[number]) => Promise<void>,
): Promise<void> {
  const system = await startGitHub({ repositories: [{ name: "api" }], members: ["ada", "bob"] });
  await system.api("POST", "/orgs/acme/teams", { name: "Core", privacy: "closed" });
  await withSystem(system, async (stage) => {
    await create(stage, environments, whole, api);
    const [live] = await thingsOf(stage, environments, [api]);
    if (!live) throw new Error("There is no environment.");
    await run(stage, system, live);
  });
}

test.each([
  { change: { wait_timer: 0 } },
  { change: { prevent_self_review: false } },
  { change: { reviewers: [core] } },
  { change: { reviewers: [bob, ada] } },
  { change: { deployment_branch_policy: null } },
  { change: { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } } },
])("a change to $change resets nothing else", async ({ change }) => {
  await withEnvironment(async (stage, _, live) => {
    expect(live.spec).toEqual(whole);
    await update(stage, environments, { ...live, spec: live.spec }, change);
    expect((await thingsOf(stage, environments, [api])).map(({ spec }) => spec)).toEqual([{ ...whole, ...change }]);
  });
});

test("what nobody stated and nobody set is not named: plans without protection rules refuse it", async () => {
  await withEnvironment(async (stage) => {
    await create(stage, environments, { name: "staging" }, api);
    const live = (await thingsOf(stage, environments, [api])).find(({ spec }) => spec.name === "staging");
    if (!live) throw new Error("There is no environment.");
    const changes = { deployment_branch_policy: policy };
    const request = { observed: live, desired: { name: "staging", ...changes }, changes, lists: {} };
    await stage.session.guardErrors(async () => environments.update?.(stage.session.writer, request));
    expect(
      stage
        .writes()
        .slice(-2)
        .map(({ body }) => body),
    ).toEqual([{}, changes]);
    await update(stage, environments, live, { reviewers: [], wait_timer: 0 });
    expect(stage.writes().at(-1)?.body).toMatchObject({ reviewers: [], wait_timer: 0 });
  });
});

test("only reviewers who are new are looked up", async () => {
  await withEnvironment(async (stage, _, live) => {
    const before = stage.requests.length;
    await update(stage, environments, live, { reviewers: [ada, { ...bob, reviewer: "BOB" }] });
    const sent = stage.sent().slice(before);
    expect(sent).toEqual(["GET /users/BOB", "PUT /repos/acme/api/environments/Production"]);
  });
});

test("reviewers are one in upper and lower case", () => {
  const normalized = environments.normalize?.({ name: "A", reviewers: [{ type: "User", reviewer: "Ada" }] });
  expect(normalized).toEqual({ name: "A", reviewers: [ada] });
});

test("a reviewer who does not exist is named, and nothing is written", async () => {
  await withEnvironment(async (stage, _, live) => {
    const before = stage.writes().length;
    const failure = await failureOf(
      update(stage, environments, live, { reviewers: [{ type: "Team", reviewer: "nobody" }] }),
    );
    expect(failure).toMatchObject({ code: "NOT_FOUND" });
    expect(String(failure)).toContain("the team nobody");
    expect(stage.writes()).toHaveLength(before);
  });
});

test("with the last reviewer goes what only reviewers can have", async () => {
  await withEnvironment(async (stage, _, { spec, ...live }) => {
    const { prevent_self_review: __, ...stated } = spec;
    const observed = { ...live, spec };
    const desired = { ...stated, reviewers: [] };
    await stage.session.guardErrors(async () =>
      environments.update?.(stage.session.writer, { observed, desired, changes: { reviewers: [] }, lists: {} }),
    );
    expect(stage.writes().at(-1)?.body).toEqual({ wait_timer: 30, reviewers: [], deployment_branch_policy: policy });
  });
});

test("self-review that is prevented without reviewers is refused in GitHub's words", async () => {
  await withEnvironment(async (stage) => {
    const failure = await failureOf(create(stage, environments, { name: "staging", prevent_self_review: true }, api));
    expect(failure).toMatchObject({ code: "VALIDATION" });
    expect(String(failure)).toContain("at least one reviewer");
  });
});

test("rules of others, and rules that are not shown, are not taken for ours", async () => {
  const reviewers = [{ type: "User", reviewer: { id: 1, login: "ada" } }];
  const list = [
    { id: 1, name: "a", protection_rules: [{ type: "custom" }], deployment_branch_policy: null },
    { id: 2, name: "b", protection_rules: [{ type: "required_reviewers", reviewers }] },
    { id: 3, name: "c" },
  ];
  await withAnswers(
    () => ({ body: { total_count: 3, environments: list } }),
    async (stage) => {
      expect((await thingsOf(stage, environments, [api])).map(({ spec }) => spec)).toEqual([
        { name: "a", wait_timer: 0, prevent_self_review: false, reviewers: [], deployment_branch_policy: null },
        { name: "b", wait_timer: 0, reviewers: [ada] },
        { name: "c" },
      ]);
    },
  );
});
