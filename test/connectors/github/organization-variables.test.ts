/** An organisation's variables: which repositories see them is written with the visibility, and read only when stated. */
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { compileComparer } from "../../../src/connector-kit/compare.ts";
import { type GitHub, startGitHub } from "../../support/github.ts";
import { create, detailsOf, failureOf, kindOf, type Stage, thingsOf, update } from "../stage.ts";
import { github, githubStaging, repositories } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();
const variables = kindOf(github, "variables");
const list = "/orgs/acme/actions/variables";
const selected = { undescribed: /\/actions\/variables\/[^/]+\/repositories$/ };

/** @param run is given the ids of the repositories. */
async function onAcme(
  run: (stage: Stage, ids: Record<string, string>, system: GitHub) => Promise<void>,
): Promise<void> {
  const system = await startGitHub({ repositories: ["api", "web", "shop"].map((name) => ({ name })), pageLimit: 1 });
  await withSystem(
    system,
    async (stage) => {
      const found = await thingsOf(stage, repositories);
      const ids = Object.fromEntries(found.map(({ id, spec }) => [String(spec.name), id]));
      await run(stage, ids, system);
    },
    selected,
  );
}

async function only(stage: Stage) {
  const [variable, ...others] = await thingsOf(stage, variables);
  if (!variable || others.length > 0) throw new Error("There is not one variable.");
  return variable;
}

async function seenBy(stage: Stage): Promise<unknown> {
  const [detail] = await detailsOf(stage, variables, [await only(stage)], ["selected_repositories"]);
  return detail?.spec.selected_repositories;
}

test("a name is kept in upper case, is one in any, and one that is taken is CONFLICT", async () => {
  await onAcme(async (stage) => {
    expect(await create(stage, variables, { name: "region", value: "eu", visibility: "private" })).toEqual({
      id: "REGION",
    });
    expect((await only(stage)).spec).toEqual({ name: "REGION", value: "eu", visibility: "private" });
    expect(variables.normalizeKey?.("Region")).toBe("REGION");
    const again = create(stage, variables, { name: "Region", value: "us", visibility: "all" });
    expect(await failureOf(again)).toMatchObject({ code: "CONFLICT", status: 409 });
  });
});

test("selected repositories go in and come out by id, and are read page by page where they are stated", async () => {
  await onAcme(async (stage, { api, web }) => {
    const desired = { name: "REGION", value: "eu", visibility: "selected", selected_repositories: [web, api] };
    await create(stage, variables, desired);
    expect(stage.writes().map(({ body }) => body)).toEqual([
      { name: "REGION", value: "eu", visibility: "selected", selected_repository_ids: [Number(web), Number(api)] },
    ]);
    const before = stage.requests.length;
    const compare = compileComparer(variables.schema as never);
    const { spec } = await only(stage);
    expect(stage.sent().slice(before)).toEqual([`GET ${list}`]);
    const whole = { ...spec, selected_repositories: await seenBy(stage) };
    expect(compare(desired, whole)).toEqual({ differences: [], unreadable: [] });
    expect(stage.sent().filter((line) => line === `GET ${list}/REGION/repositories`)).toHaveLength(2);
  });
});

test("a variable that is not for selected repositories shows none, without a request", async () => {
  await onAcme(async (stage) => {
    await create(stage, variables, { name: "REGION", value: "eu", visibility: "all" });
    expect(await seenBy(stage)).toEqual([]);
    expect(stage.sent()).not.toContain(`GET ${list}/REGION/repositories`);
  });
});

test.each([
  { changes: { value: "us" }, sent: { value: "us" } },
  { changes: { name: "AWS_REGION" }, sent: { name: "AWS_REGION" } },
  { changes: { visibility: "all", selected_repositories: [] }, sent: { visibility: "all" } },
  { changes: { selected_repositories: ["7"] }, sent: { visibility: "selected", selected_repository_ids: [7] } },
  { changes: { selected_repositories: [] }, sent: { visibility: "selected", selected_repository_ids: [] } },
])("a change to $changes sends $sent, and nothing else changes", async ({ changes, sent }) => {
  await onAcme(async (stage, { api }) => {
    const desired = { name: "REGION", value: "eu", visibility: "selected", selected_repositories: [api] };
    await create(stage, variables, desired);
    const observed = await only(stage);
    await update(stage, variables, { ...observed, spec: { ...observed.spec, selected_repositories: [api] } }, changes);
    expect(stage.writes().at(-1)).toMatchObject({ method: "PATCH", path: `${list}/REGION`, body: sent });
    const { selected_repositories: _, ...rest } = { ...desired, ...changes };
    expect((await only(stage)).spec).toEqual(rest);
    if (!("selected_repositories" in changes)) expect(await seenBy(stage)).toEqual([api]);
  });
});

test("repositories that are stated beside another visibility are refused before anything is sent", async () => {
  await onAcme(async (stage, { api }) => {
    const wrong = { name: "A", value: "1", visibility: "all", selected_repositories: [api] };
    const failure = await failureOf(create(stage, variables, wrong));
    expect(failure).toMatchObject({ code: "VALIDATION" });
    expect(String(failure)).toContain("visibility: selected");
    expect(stage.writes()).toEqual([]);
  });
});

test("variables are read 30 a page, the most that GitHub gives", async () => {
  await withAnswers(
    () => ({ body: { total_count: 0, variables: [] } }),
    async (stage) => {
      await thingsOf(stage, variables);
      expect(stage.requests.map(({ query }) => query)).toEqual([{ per_page: "30" }]);
    },
  );
});

test.each([
  { what: "48 KB", value: "x".repeat(49_152), fits: true },
  { what: "more than that", value: "x".repeat(49_153), fits: false },
])("a value of $what fits: $fits", ({ value, fits }) => {
  const validate = new Ajv({ strict: false }).compile(variables.schema);
  expect(validate({ name: "A", value, visibility: "all" })).toBe(fits);
});
