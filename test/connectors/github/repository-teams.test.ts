/** What teams may do in GitHub's repositories: read by team, not by repository. */
import { describe, expect, test } from "vitest";
import type { Key } from "../../../src/api/index.ts";
import type { ObservedParent } from "../../../src/connector-kit/index.ts";
import { type GitHub, startGitHub } from "../../support/github.ts";
import { create, failureOf, type Stage, thingsOf, update } from "../stage.ts";
import { githubStaging, repositories, repositoryTeams } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();
const names = Array.from({ length: 12 }, (_, index) => `r${index}`);

/** Twelve repositories and three teams; `core` may push to all of them. */
async function onMany(run: (stage: Stage, system: GitHub, parents: ObservedParent[]) => Promise<void>) {
  const system = await startGitHub({ repositories: names.map((name) => ({ name })) });
  for (const name of ["core", "ops", "web"]) await system.api("POST", "/orgs/acme/teams", { name });
  for (const name of names) {
    await system.api("PUT", `/orgs/acme/teams/core/repos/acme/${name}`, { permission: "push" });
  }
  await withSystem(system, async (stage) => {
    const parents = (await thingsOf(stage, repositories)).map(({ id, spec }) => ({
      id,
      key: [String(spec.name)],
      spec,
    }));
    await run(stage, system, parents);
  });
}

async function lookFor(stage: Stage, parents: readonly ObservedParent[], keys: readonly Key[]) {
  const request = { parents, keys, fields: new Set(["team", "permission"]) };
  return stage.session.guardErrors(() => Array.fromAsync(repositoryTeams.list(stage.session.reader, request)));
}

describe("reading", () => {
  test("costs a page a team that is declared, however many repositories there are", async () => {
    await onMany(async (stage, _, parents) => {
      const keys = names.map((name) => [name, "Core"]);
      const found = await lookFor(stage, parents, [...keys, ["r0", "not-made-yet"]]);
      expect(found).toHaveLength(12);
      expect(found[0]).toMatchObject({ id: "core", spec: { team: "core", permission: "push" } });
      expect(stage.sent().slice(1)).toEqual(["GET /orgs/acme/teams", "GET /orgs/acme/teams/core/repos"]);
    });
  });

  test("shows repositories that were asked for and no others", async () => {
    await onMany(async (stage, _, parents) => {
      const [first] = parents;
      const found = await thingsOf(stage, repositoryTeams, first ? [first] : []);
      expect(found.map(({ parent, spec }) => [parent?.id, spec.team])).toEqual([[first?.id, "core"]]);
    });
  });

  test("fails as a whole when one team's repositories cannot be read", async () => {
    const teams = [{ id: 1, name: "core", slug: "core", parent: null }];
    await withAnswers(
      ({ path }) => (path.endsWith("/repos") ? { status: 404, body: { message: "Not Found" } } : { body: teams }),
      async (stage) => {
        const parents = [{ id: "1", key: ["api"], spec: { name: "api" } }];
        expect(await failureOf(lookFor(stage, parents, [["api", "core"]]))).toMatchObject({ code: "NOT_FOUND" });
      },
    );
  });
});

test("a name and its slug are one team", () => {
  expect(repositoryTeams.normalizeKey?.("Site: Reliability")).toBe("site-reliability");
  expect(repositoryTeams.normalize?.({ team: "Site: Reliability", permission: "read" })).toEqual({
    team: "site-reliability",
    permission: "pull",
  });
});

test("a permission is changed by the word that GitHub takes", async () => {
  await onMany(async (stage, _, parents) => {
    const [access] = await thingsOf(stage, repositoryTeams, parents.slice(0, 1));
    if (!access) throw new Error("There is no access.");
    await update(stage, repositoryTeams, access, { permission: "write" });
    await update(stage, repositoryTeams, access, { permission: "admin" });
    expect(stage.writes().map(({ body }) => body)).toEqual([{ permission: "push" }, { permission: "admin" }]);
  });
});

test("a team whose slug is not what its name gives goes by its name, and by that slug where it is stated", async () => {
  await onMany(async (stage, system, parents) => {
    await system.api("POST", "/orgs/acme/teams", { name: "Grüße" });
    const desired = { team: "Grüße", permission: "push" };
    const [parent] = parents;
    await create(stage, repositoryTeams, desired, parent);
    expect(stage.writes().map(({ path }) => path)).toEqual(["/orgs/acme/teams/gru-e/repos/acme/r11"]);
    const read = async (team: string) => {
      const found = await lookFor(stage, parents, [["r11", team]]);
      return found.map((one) => ("spec" in one ? { id: one.id, team: one.spec.team } : one));
    };
    expect(await read("Grüße")).toEqual([{ id: "gru-e", team: repositoryTeams.normalizeKey?.("Grüße") }]);
    expect(await read("gru-e")).toEqual([{ id: "gru-e", team: "gru-e" }]);
  });
});
