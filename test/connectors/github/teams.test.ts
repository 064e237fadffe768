/** GitHub's teams: slugs, parents, and who counts as being in. */
import { describe, expect, test } from "vitest";
import type { Observed, Spec } from "../../../src/connector-kit/index.ts";
import { type GitHub, type GitHubSeed, startGitHub } from "../../support/github.ts";
import { create, detailsOf, failureOf, type Stage, thingsOf, update } from "../stage.ts";
import { githubStaging, TOKEN, teams } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();
const people = { members: ["ada", "bob"], outsiders: ["eve"] } as const;

/** A team's id. */
async function add(system: GitHub, team: Spec): Promise<number> {
  return ((await system.api("POST", "/orgs/acme/teams", team)).body as { id: number }).id;
}

const put = (system: GitHub, slug: string, login: string, role = "member") =>
  system.api("PUT", `/orgs/acme/teams/${slug}/memberships/${login}`, { role });

async function find(stage: Stage, name: string): Promise<Observed> {
  const found = (await thingsOf(stage, teams)).find(({ spec }) => spec.name === name);
  if (!found) throw new Error(`There is no team ${name}.`);
  return found;
}

async function membersOf(stage: Stage, name: string): Promise<unknown> {
  const [team] = await detailsOf(stage, teams, [await find(stage, name)], ["members"]);
  return team?.spec.members;
}

/** A system with one team `core` that holds the account that made it. */
async function withTeam(run: (stage: Stage, system: GitHub) => Promise<void>, seed: GitHubSeed = people) {
  const system = await startGitHub(seed);
  await add(system, { name: "core" });
  await withSystem(system, (stage) => run(stage, system));
}

describe("a name", () => {
  test.each([
    { name: "Platform Team", slug: "platform-team" },
    { name: "platform-team", slug: "platform-team" },
    { name: "  Café & Bar! ", slug: "cafe-bar" },
    { name: "data_eng", slug: "data_eng" },
    { name: "設計", slug: "設計" },
  ])('"$name" and its slug are one key', ({ name, slug }) => {
    expect(teams.normalizeKey?.(name)).toBe(slug);
    expect(teams.normalizeKey?.(slug)).toBe(slug);
  });

  test("that changes is followed by the slug, and members are put in under the new one", async () => {
    await withTeam(async (stage, system) => {
      const before = await find(stage, "core");
      const added = [{ username: "bob", role: "maintainer" }];
      await update(stage, teams, before, { name: "New Core", members: added }, { members: { added, removed: [] } });
      const after = await find(stage, "New Core");
      expect(after.id).toBe(before.id);
      const { status } = await system.api("GET", "/orgs/acme/teams/new-core/memberships/bob");
      expect(status).toBe(200);
    });
  });
});

describe("reading", () => {
  test("takes one request a page, and members only where they are asked about", async () => {
    await withTeam(async (stage) => {
      const [core] = await thingsOf(stage, teams);
      expect(core?.spec).toEqual({
        name: "core",
        description: "",
        privacy: "secret",
        notification_setting: "notifications_enabled",
        parent: "",
      });
      expect(stage.sent()).toEqual(["GET /orgs/acme/teams"]);
    });
  });

  test("asks for invitations to a team only where somebody is invited to one", async () => {
    await withTeam(async (stage, system) => {
      await membersOf(stage, "core");
      expect(stage.sent().filter((line) => line.endsWith("/invitations"))).toEqual(["GET /orgs/acme/invitations"]);
      await put(system, "core", "eve");
      expect(await membersOf(stage, "core")).toContainEqual({ username: "eve" });
    });
  });

  test("leaves the role of an owner open, who is maintainer whatever was asked for", async () => {
    await withTeam(async (stage, system) => {
      await system.api("PUT", "/orgs/acme/memberships/ada", { role: "admin" });
      await put(system, "core", "ada", "member");
      await put(system, "core", "bob", "member");
      expect(await membersOf(stage, "core")).toEqual([
        { username: "plumbline-bot" },
        { username: "ada" },
        { username: "bob", role: "member" },
      ]);
    });
  });

  test("a team with children shows its own members, read by GraphQL to the last page", async () => {
    const members = ["ada", "bob", "cyd", "dan"];
    const system = await startGitHub({ members });
    const parent = await add(system, { name: "all", privacy: "closed" });
    await add(system, { name: "some", parent_team_id: parent, privacy: "closed" });
    for (const login of ["ada", "bob", "cyd"]) await put(system, "all", login);
    for (const login of ["bob", "dan"]) await put(system, "some", login);
    await withSystem(system, async (stage) => {
      const found = (await membersOf(stage, "all")) as { username: string }[];
      expect(found.map(({ username }) => username)).toEqual(["plumbline-bot", "ada", "bob", "cyd"]);
      expect(stage.sent().filter((line) => line === "POST /graphql")).toHaveLength(2);
      expect(stage.sent()).not.toContain("GET /orgs/acme/teams/all/members");
      expect((await membersOf(stage, "some")) as unknown[]).toHaveLength(3);
    });
  });

  test.each([
    { where: "github.com", baseUrl: "https://api.github.com", address: "https://api.github.com/graphql" },
    {
      where: "Enterprise Server",
      baseUrl: "https://git.acme.example/api/v3",
      address: "https://git.acme.example/api/graphql",
    },
    { where: "data residency", baseUrl: "https://api.acme.ghe.com", address: "https://api.acme.ghe.com/graphql" },
  ])("GraphQL on $where is asked at $address", async ({ baseUrl, address }) => {
    const members = { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
    await withAnswers(
      ({ path }) => ({ body: path.endsWith("/graphql") ? { data: { organization: { team: { members } } } } : [] }),
      async (stage) => {
        const raw = { slug: "all", hasChildren: true };
        await detailsOf(stage, teams, [{ id: "1", spec: { name: "all" }, raw }], ["members"]);
        const asked = stage.requests
          .map((request) => String((request as { url?: URL }).url))
          .filter((url) => /graphql/.test(url));
        expect(asked).toEqual([address]);
      },
      { connection: { baseUrl }, credentials: { token: TOKEN }, undescribed: /graphql/ },
    );
  });

  test.each([
    { what: "no such team", data: { organization: { team: null } } },
    {
      what: "a cursor that comes twice",
      data: { organization: { team: { members: { edges: [], pageInfo: { hasNextPage: true, endCursor: "x" } } } } },
    },
  ])("a GraphQL answer with $what is a failed read, never an empty team", async ({ data }) => {
    await withAnswers(
      ({ path }) => ({ body: path === "/graphql" ? { data } : [] }),
      async (stage) => {
        const raw = { slug: "all", hasChildren: true };
        const read = detailsOf(stage, teams, [{ id: "1", spec: { name: "all" }, raw }], ["members"]);
        expect(await failureOf(read)).toMatchObject({ code: "UNAVAILABLE" });
      },
    );
  });
});

describe("making", () => {
  test("leaves out the account that made it, where other members are stated", async () => {
    const system = await startGitHub(people);
    await withSystem(system, async (stage) => {
      const { id, unset } = await create(stage, teams, { name: "new", members: [] });
      expect(unset).toEqual([]);
      expect(await membersOf(stage, "new")).toEqual([]);
      expect((await find(stage, "new")).id).toBe(id);
    });
  });

  test("keeps that account where no members are stated, or it is among them", async () => {
    const system = await startGitHub(people);
    await withSystem(system, async (stage) => {
      await create(stage, teams, { name: "one" });
      await create(stage, teams, { name: "two", members: [{ username: "Plumbline-Bot", role: "maintainer" }] });
      expect(await membersOf(stage, "one")).toEqual([{ username: "plumbline-bot" }]);
      expect(await membersOf(stage, "two")).toEqual([{ username: "plumbline-bot" }]);
      expect(stage.writes().map(({ method }) => method)).toEqual(["POST", "POST"]);
    });
  });

  test("a name whose slug is taken is CONFLICT", async () => {
    await withTeam(async (stage) => {
      expect(await failureOf(create(stage, teams, { name: "Core!" }))).toMatchObject({ code: "CONFLICT", status: 422 });
    });
  });
});

test("a team is moved below another, by the number of that one", async () => {
  const system = await startGitHub(people);
  const parent = await add(system, { name: "all", privacy: "closed" });
  await add(system, { name: "some", privacy: "closed" });
  await withSystem(system, async (stage) => {
    await update(stage, teams, await find(stage, "some"), { parent: String(parent) });
    expect(stage.writes().map(({ body }) => body)).toEqual([{ parent_team_id: parent }]);
    expect((await find(stage, "some")).spec.parent).toBe(String(parent));
  });
});

test("somebody outside is invited, and the invitation is taken back", async () => {
  await withTeam(async (stage, system) => {
    const eve = { username: "eve", role: "member" };
    const team = await find(stage, "core");
    await update(stage, teams, team, { members: [eve] }, { members: { added: [eve], removed: [] } });
    expect(await membersOf(stage, "core")).toContainEqual({ username: "eve" });
    await update(stage, teams, team, { members: [] }, { members: { added: [], removed: [{ username: "eve" }] } });
    expect((await system.api("GET", "/orgs/acme/teams/core/memberships/eve")).status).toBe(404);
  });
});
