/** Whose things are declared, and with whose token: persons, organisations, Enterprise Server. */
import { describe, expect, test } from "vitest";
import { startGitHub } from "../../support/github.ts";
import { type Asked, create, failureOf, type Scripted, thingsOf } from "../stage.ts";
import { githubStaging, labels, parent, repositories, TOKEN } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();
const ada = { connection: { organization: undefined, owner: "ada" } };
const me = (login: string, headers: Readonly<Record<string, string>> = {}): Scripted => ({
  body: { id: 7, login },
  headers,
});

describe("the connection test", () => {
  test("tells the account and the scopes of a classic token", async () => {
    const system = await startGitHub({ login: "ada" });
    await withSystem(system, async ({ session, sent }) => {
      const check = await session.check();
      expect(check.account?.name).toBe("ada");
      expect(check.scopes).toEqual(["admin:org", "delete_repo", "repo"]);
      expect(sent()).toEqual(["GET /user"]);
    });
  });

  test.each<{ what: string; headers: Readonly<Record<string, string>>; expected: object }>([
    { what: "no header of scopes, as with a fine-grained token, says nothing of scopes", headers: {}, expected: {} },
    {
      what: "an empty header of scopes is a token without any",
      headers: { "x-oauth-scopes": "" },
      expected: { scopes: [] },
    },
    {
      what: "an end in UTC is told",
      headers: { "github-authentication-token-expiration": "2026-12-31 10:00:00 UTC" },
      expected: { expiresAt: "2026-12-31T10:00:00.000Z" },
    },
    {
      what: "an end with an offset is told in UTC",
      headers: { "github-authentication-token-expiration": "2026-12-31 10:00:00 -0800" },
      expected: { expiresAt: "2026-12-31T18:00:00.000Z" },
    },
    {
      what: "an end that cannot be read is not told",
      headers: { "github-authentication-token-expiration": "soon" },
      expected: {},
    },
  ])("$what", async ({ headers, expected }) => {
    await withAnswers(
      () => me("ada", headers),
      async ({ session }) => {
        expect(await session.check()).toEqual({ account: { id: "7", name: "ada" }, ...expected });
      },
    );
  });

  test("sends what GitHub wants to see in every request", async () => {
    await withAnswers(
      () => me("ada"),
      async ({ session, requests }) => {
        await session.check();
        expect(requests[0]?.headers).toMatchObject({
          accept: "application/vnd.github+json",
          "x-github-api-version": "2022-11-28",
          "user-agent": expect.stringMatching(/./),
          authorization: `Bearer ${TOKEN}`,
        });
      },
    );
  });
});

describe("whose things are declared", () => {
  test("an organisation is known by its number", async () => {
    const system = await startGitHub({ org: "acme" });
    const { id } = (await system.api("GET", "/orgs/acme")).body as { id: number };
    await withSystem(system, async ({ session }) => {
      expect(await session.identity()).toEqual({ id: String(id), title: "acme" });
    });
  });

  test.each([
    { what: "neither", connection: { organization: undefined } },
    { what: "both", connection: { organization: "acme", owner: "ada" } },
  ])("$what of organization and owner is one clear error, before any request", async ({ connection }) => {
    const failure = await failureOf(
      withAnswers(
        () => ({}),
        async ({ session }) => void (await session.check()),
        { connection },
      ),
    );
    expect(failure).toMatchObject({ name: "ConnectorError", code: "VALIDATION" });
    expect(String(failure)).toMatch(/connection\.organization or connection\.owner/);
  });

  test("a person's list holds that person's own repositories and no others", async () => {
    const list = ["ada", "Ada", "acme"].map((login, id) => ({ id, name: `r${id}`, owner: { login } }));
    await withAnswers(
      () => ({ body: list }),
      async (stage) => {
        expect((await thingsOf(stage, repositories)).map(({ spec }) => spec.name)).toEqual(["r0", "r1"]);
        expect(stage.requests.map(({ path, query }) => [path, query.affiliation])).toEqual([["/user/repos", "owner"]]);
      },
      ada,
    );
  });

  test("a person's repository is made without visibility, which GitHub takes for organisations only", async () => {
    await withAnswers(
      () => ({ status: 201, body: { id: 1, name: "new" } }),
      async (stage) => {
        await create(stage, repositories, { name: "new", visibility: "public" });
        expect(stage.requests.map(({ path, body }) => [path, body])).toEqual([
          ["/user/repos", { name: "new", private: false }],
        ]);
      },
      ada,
    );
  });

  test("a person's token is that person's, and somebody else's is refused before anything is listed", async () => {
    await withAnswers(
      () => me("Ada"),
      async ({ session }) => expect(await session.identity()).toEqual({ id: "7", title: "Ada" }),
      ada,
    );
    await withAnswers(
      () => me("bob"),
      async ({ session }) => {
        const failure = await failureOf(session.identity());
        expect(failure).toMatchObject({ code: "PERMISSION" });
        expect(String(failure)).toMatch(/bob.*connection\.owner is ada/);
      },
      ada,
    );
  });
});

describe("Enterprise Server", () => {
  const baseUrl = "https://github.acme.example/api/v3";
  const connection = { baseUrl };

  test("has everything below its base path, next pages too", async () => {
    const answer = ({ url }: Asked): Scripted => {
      const second = url.searchParams.get("page") === "2";
      const next = { link: `<${baseUrl}/repos/acme/api/labels?per_page=100&page=2>; rel="next"` };
      const label = { id: second ? 2 : 1, name: second ? "b" : "a", color: "ededed", description: "" };
      return { body: [label], headers: second ? {} : next };
    };
    await withAnswers(
      answer,
      async (stage) => {
        expect((await thingsOf(stage, labels, [parent("api")])).map(({ spec }) => spec.name)).toEqual(["a", "b"]);
        const label = { id: "1", spec: { name: "a/b" }, parent: parent("api") };
        await stage.session.guardErrors(async () => labels.remove?.(stage.session.writer, label));
        expect(stage.requests.map((request) => (request as Asked).url.href)).toEqual([
          `${baseUrl}/repos/acme/api/labels?per_page=100`,
          `${baseUrl}/repos/acme/api/labels?per_page=100&page=2`,
          `${baseUrl}/repos/acme/api/labels/a%2Fb`,
        ]);
      },
      { connection },
    );
  });

  test("has no published limits", async () => {
    await withAnswers(
      () => ({ status: 204 }),
      async (stage) => {
        const label = { id: "1", spec: { name: "a" }, parent: parent("api") };
        const remove = () => stage.session.guardErrors(async () => labels.remove?.(stage.session.writer, label));
        for (let count = 0; count < 100; count += 1) await remove();
        expect(stage.clock.monotonic()).toBe(0);
      },
      { connection },
    );
  });
});

test("on github.com eighty writes a minute are sent, and the next one waits", async () => {
  await withAnswers(
    () => ({ status: 204 }),
    async (stage) => {
      const label = { id: "1", spec: { name: "a" }, parent: parent("api") };
      const remove = () => stage.session.guardErrors(async () => labels.remove?.(stage.session.writer, label));
      for (let count = 0; count < 80; count += 1) await remove();
      expect(stage.clock.monotonic()).toBe(0);
      await remove();
      expect(stage.clock.monotonic()).toBe(750);
    },
  );
});

test("no credential at all is one clear error", async () => {
  await withAnswers(
    () => ({}),
    async ({ session, requests }) => {
      const failure = await failureOf(session.identity());
      expect(failure).toMatchObject({ code: "AUTH" });
      expect(String(failure)).toMatch(/credentials\.token, or all of appId, privateKey and installationId/);
      expect(requests).toEqual([]);
    },
    { credentials: {} },
  );
});
