/** GitHub's collaborators: who counts as having access, and what it costs to know. */
import { describe, expect, test } from "vitest";
import type { Key } from "../../../src/api/index.ts";
import type { Observed, ObservedParent } from "../../../src/connector-kit/index.ts";
import { type GitHub, startGitHub } from "../../support/github.ts";
import { create, type Stage, thingsOf, update } from "../stage.ts";
import { collaborators, githubStaging, parent } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();
const api = parent("api");

async function onApi(run: (stage: Stage, system: GitHub) => Promise<void>): Promise<void> {
  const system = await startGitHub({ repositories: [{ name: "api" }], members: ["ada"], outsiders: ["eve"] });
  await withSystem(system, (stage) => run(stage, system));
}

const give = (system: GitHub, login: string, permission: string) =>
  system.api("PUT", `/repos/acme/api/collaborators/${login}`, { permission });

/** What a plan reads that looks for these logins. */
async function lookFor(stage: Stage, keys: readonly Key[], parents: readonly ObservedParent[] = [api]) {
  const request = { parents, keys, fields: new Set(["username", "permission"]) };
  return stage.session.guardErrors(() => Array.fromAsync(collaborators.list(stage.session.reader, request)));
}

async function find(stage: Stage, login: string): Promise<Observed> {
  const found = (await thingsOf(stage, collaborators, [api])).find(({ spec }) => spec.username === login);
  if (!found) throw new Error(`There is no ${login}.`);
  return found;
}

test("a login is one in upper and lower case", () => {
  expect(collaborators.normalizeKey?.("Octo-Cat")).toBe(collaborators.normalizeKey?.("octo-cat"));
});

test.each([
  ["pull", "read"],
  ["push", "write"],
])("%s and %s are one permission", (taken, answered) => {
  expect(collaborators.normalize?.({ permission: answered })).toEqual({ permission: taken });
  expect(collaborators.normalize?.({ permission: taken })).toEqual({ permission: taken });
});

describe("invitations", () => {
  test("are not read where everybody that is looked for is there", async () => {
    await onApi(async (stage, system) => {
      await give(system, "ada", "push");
      await lookFor(stage, [
        ["API", "Ada"],
        ["other", "eve"],
      ]);
      expect(stage.sent()).toEqual(["GET /repos/acme/api/collaborators"]);
    });
  });

  test("are read where somebody is missing, and count as access", async () => {
    await onApi(async (stage, system) => {
      await give(system, "eve", "triage");
      const found = await lookFor(stage, [["api", "eve"]]);
      expect(found).toMatchObject([{ spec: { username: "eve", permission: "triage" } }]);
    });
  });

  test("are changed and taken back as invitations", async () => {
    await onApi(async (stage, system) => {
      const made = await create(stage, collaborators, { username: "eve", permission: "pull" }, api);
      const invited = await find(stage, "eve");
      expect(invited.id).toBe(made.id);
      await update(stage, collaborators, invited, { permission: "push" });
      expect(await find(stage, "eve")).toMatchObject({ id: made.id, spec: { permission: "push" } });
      await stage.session.guardErrors(async () => collaborators.remove?.(stage.session.writer, invited));
      expect((await system.api("GET", "/repos/acme/api/invitations")).body).toEqual([]);
      expect(stage.writes().map(({ method, body }) => [method, body])).toEqual([
        ["PUT", { permission: "pull" }],
        ["PATCH", { permissions: "write" }],
        ["DELETE", undefined],
      ]);
    });
  });

  test("to a role of the organisation's own are sent anew, since they cannot be changed to it", async () => {
    await onApi(async (stage) => {
      await create(stage, collaborators, { username: "eve", permission: "pull" }, api);
      await update(stage, collaborators, await find(stage, "eve"), { permission: "auditor" });
      expect((await find(stage, "eve")).spec.permission).toBe("auditor");
    });
  });

  test("that have run out, or went to an address, are no access", async () => {
    const open = { id: 1, invitee: { id: 7, login: "eve" }, permissions: "read" };
    const lists = [
      { ...open, expired: true },
      { ...open, id: 2, invitee: null },
    ];
    await withAnswers(
      ({ path }) => ({ body: path.endsWith("/invitations") ? lists : [] }),
      async (stage) => {
        expect(await thingsOf(stage, collaborators, [api])).toEqual([]);
      },
    );
  });
});

test("somebody of the organisation is in at once, under the account's number", async () => {
  await onApi(async (stage) => {
    const { id } = await create(stage, collaborators, { username: "Ada", permission: "maintain" }, api);
    expect(await find(stage, "ada")).toMatchObject({ id, spec: { permission: "maintain" } });
  });
});

test("only direct access is asked for, and an answer without a role counts its strongest permission", async () => {
  const people = [
    { id: 1, login: "ada", permissions: { pull: true, triage: true, push: true, maintain: false, admin: false } },
    { id: 2, login: "bob", role_name: "security-reader", permissions: { pull: true, push: false } },
    { id: 3, login: "cyd" },
  ];
  await withAnswers(
    ({ path }) => ({ body: path.endsWith("/collaborators") ? people : [] }),
    async (stage) => {
      expect((await thingsOf(stage, collaborators, [api])).map(({ spec }) => spec)).toEqual([
        { username: "ada", permission: "push" },
        { username: "bob", permission: "security-reader" },
        { username: "cyd" },
      ]);
      expect(stage.requests[0]?.query.affiliation).toBe("direct");
    },
  );
});

test("a person's own repositories do not list their owner", async () => {
  const people = [{ id: 1, login: "Ada", role_name: "admin" }];
  await withAnswers(
    ({ path }) => ({ body: path.endsWith("/collaborators") ? people : [] }),
    async (stage) => {
      expect(await thingsOf(stage, collaborators, [api])).toEqual([]);
    },
    { connection: { organization: undefined, owner: "ada" } },
  );
});
