/** GitHub's repositories: what the list lacks, what nobody may read, and what takes more than one request. */
import { describe, expect, test } from "vitest";
import type { Observed } from "../../../src/connector-kit/index.ts";
import { startGitHub } from "../../support/github.ts";
import { type Asked, create, detailsOf, failureOf, type Scripted, type Stage, thingsOf, update } from "../stage.ts";
import { githubStaging, labels, parent, repositories } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();

async function find(stage: Stage, name: string): Promise<Observed> {
  const found = (await thingsOf(stage, repositories)).find(({ spec }) => spec.name === name);
  if (!found) throw new Error(`There is no repository ${name}.`);
  return found;
}

/** A repository as a list or an answer of its own shows it. */
function raw(name: string, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const texts = { description: null, homepage: null };
  return {
    id: name.length,
    name,
    owner: { login: "acme" },
    private: true,
    archived: false,
    topics: [],
    ...texts,
    ...fields,
  };
}

test("a name is one in upper and lower case", () => {
  const { key, normalizeKey } = repositories;
  expect(normalizeKey?.(key({ name: "Billing" }))).toBe(normalizeKey?.(key({ name: "billing" })));
});

describe("reading", () => {
  test("takes one request a page, and says nothing of what the list lacks", async () => {
    const system = await startGitHub({ repositories: [{ name: "api" }, { name: "web" }], pageLimit: 1 });
    await withSystem(system, async (stage) => {
      const found = await thingsOf(stage, repositories);
      expect(found.map(({ spec }) => spec.name).sort()).toEqual(["api", "web"]);
      for (const { spec } of found)
        expect(Object.keys(spec).filter((name) => /^(allow_.*_merge|.*commit_title)$/.test(name))).toEqual([]);
      expect(stage.sent()).toEqual(Array(2).fill("GET /orgs/acme/repos"));
    });
  });

  test("what a list lacks is read for those repositories alone that are asked about", async () => {
    const system = await startGitHub({ repositories: [{ name: "api" }, { name: "web" }] });
    await withSystem(system, async (stage) => {
      const web = await find(stage, "web");
      const [detail] = await detailsOf(stage, repositories, [web], ["allow_squash_merge"]);
      expect(detail).toMatchObject({ id: web.id, spec: { allow_squash_merge: true } });
      expect(stage.sent().slice(1)).toEqual(["GET /repos/acme/web"]);
    });
  });

  test("empty texts come as empty, and a null of any other field is unknown", async () => {
    const nulls = {
      allow_forking: null,
      has_wiki: null,
      default_branch: null,
      visibility: null,
      allow_auto_merge: null,
    };
    await withAnswers(
      () => ({ body: [raw("api", nulls)] }),
      async (stage) => {
        const [one] = await thingsOf(stage, repositories);
        expect(one?.spec).toEqual({
          name: "api",
          description: "",
          homepage: "",
          private: true,
          archived: false,
          topics: [],
        });
      },
    );
  });

  test.each([
    { whose: "an archived repository", fields: { archived: true } },
    { whose: "a repository without admin rights", fields: { permissions: { admin: false } } },
  ])("merge options that the answer about $whose lacks stay unknown", async ({ fields }) => {
    const old = raw("old", fields);
    await withAnswers(
      ({ path }) => ({ body: path === "/orgs/acme/repos" ? [old] : old }),
      async (stage) => {
        const found = await thingsOf(stage, repositories);
        const [detail] = await detailsOf(stage, repositories, found, ["allow_squash_merge", "delete_branch_on_merge"]);
        expect(detail?.id).toBe(found[0]?.id);
        for (const name of ["allow_squash_merge", "delete_branch_on_merge"])
          expect(detail?.spec).not.toHaveProperty(name);
      },
    );
  });

  test("one repository that may not be read does not hold up the others; any other failure does", async () => {
    const observed = ["aa", "bbb", "cccc"].map((name) => ({ id: String(name.length), spec: { name } }));
    const refusing = (status: number) => (request: Asked) =>
      request.path.endsWith("/bbb")
        ? { status, body: { message: "no" } }
        : { body: raw(request.path.split("/").at(-1) ?? "", { has_wiki: true }) };
    for (const status of [403, 404]) {
      await withAnswers(refusing(status), async (stage) => {
        const details = await detailsOf(stage, repositories, observed, ["has_wiki"]);
        expect(details.map(({ id }) => id)).toEqual(["2", "4"]);
      });
    }
    await withAnswers(refusing(401), async (stage) => {
      expect(await failureOf(detailsOf(stage, repositories, observed, ["has_wiki"]))).toMatchObject({ code: "AUTH" });
    });
  });

  test("of many is not started all at once: the first failure ends it", async () => {
    const observed = Array.from({ length: 100 }, (_, index) => ({ id: String(index), spec: { name: `r${index}` } }));
    await withAnswers(
      () => ({ status: 401, body: { message: "Bad credentials" } }),
      async (stage) => {
        expect(await failureOf(detailsOf(stage, repositories, observed, ["has_wiki"]))).toMatchObject({ code: "AUTH" });
        for (let turn = 0; turn < 20; turn += 1) await stage.clock.advance(1); // what was started goes on
        expect(stage.requests.length).toBeLessThanOrEqual(8);
      },
    );
  });
});

describe("making", () => {
  test("sends visibility and private, and leaves to an update what creating does not take", async () => {
    const system = await startGitHub({ defaultLabels: false });
    await withSystem(system, async (stage) => {
      const desired = {
        name: "new",
        visibility: "private",
        topics: ["one"],
        allow_update_branch: true,
        has_wiki: false,
        archived: false,
        auto_init: true,
      };
      const created = await create(stage, repositories, desired);
      expect([...(created.unset ?? [])].sort()).toEqual(["allow_update_branch", "topics"]);
      expect(stage.writes().map(({ body }) => body)).toEqual([
        { name: "new", visibility: "private", private: true, has_wiki: false, auto_init: true },
      ]);
      const changes = { topics: ["one"], allow_update_branch: true };
      await update(stage, repositories, { id: created.id, spec: { name: "new" } }, changes);
      expect(
        stage
          .writes()
          .slice(1)
          .map(({ method, path, body }) => [method, path, body]),
      ).toEqual([
        ["PATCH", "/repos/acme/new", { allow_update_branch: true }],
        ["PUT", "/repos/acme/new/topics", { names: ["one"] }],
      ]);
      expect(await system.repository("new")).toMatchObject({ private: true, has_wiki: false, topics: ["one"] });
    });
  });

  test("leaves nothing to do for topics that are stated as none", async () => {
    await withAnswers(
      () => ({ status: 201, body: raw("new") }),
      async (stage) => {
        expect((await create(stage, repositories, { name: "new", topics: [] })).unset).toEqual([]);
      },
    );
  });

  test("a name that is taken is CONFLICT", async () => {
    const system = await startGitHub({ repositories: [{ name: "api" }] });
    await withSystem(system, async (stage) => {
      expect(await failureOf(create(stage, repositories, { name: "API" }))).toMatchObject({
        code: "CONFLICT",
        status: 422,
      });
    });
  });
});

describe("changing", () => {
  test("topics are replaced whole, and stated as none are sent as none", async () => {
    const system = await startGitHub({ repositories: [{ name: "api", topics: ["a", "b"] }] });
    await withSystem(system, async (stage) => {
      await update(stage, repositories, await find(stage, "api"), { topics: [] });
      expect(stage.writes().map(({ method, body }) => [method, body])).toEqual([["PUT", { names: [] }]]);
      expect((await find(stage, "api")).spec.topics).toEqual([]);
    });
    expect(repositories.normalize?.({ name: "a", topics: ["B", "a"] })).toEqual({ name: "a", topics: ["b", "a"] });
  });

  test("a rename and new topics find the repository under its new name", async () => {
    const system = await startGitHub({ repositories: [{ name: "api" }] });
    await withSystem(system, async (stage) => {
      const before = await find(stage, "api");
      await update(stage, repositories, before, { name: "core", topics: ["a"] });
      expect(await find(stage, "core")).toMatchObject({ id: before.id, spec: { topics: ["a"] } });
      expect(stage.writes().at(-1)?.path).toBe("/repos/acme/core/topics");
    });
  });

  test.each([
    { message: "squash_merge_commit_message", title: "squash_merge_commit_title", value: "PR_TITLE" },
    { message: "merge_commit_message", title: "merge_commit_title", value: "MERGE_MESSAGE" },
  ])("$message goes along with its title, which GitHub requires", async ({ message, title, value }) => {
    await withAnswers(
      () => ({ body: raw("api") }),
      async (stage) => {
        const observed = { id: "3", spec: { name: "api", [title]: value } };
        await update(stage, repositories, observed, { [message]: "BLANK" });
        expect(stage.requests.map(({ body }) => body)).toEqual([{ [message]: "BLANK", [title]: value }]);
      },
    );
  });

  test("archiving and unarchiving are one PATCH each", async () => {
    const system = await startGitHub({ repositories: [{ name: "api" }] });
    await withSystem(system, async (stage) => {
      const { archived } = repositories;
      const { session } = stage;
      const api = await find(stage, "api");
      await session.guardErrors(async () => archived?.archive(session.writer, api));
      expect((await find(stage, "api")).spec.archived).toBe(true);
      await session.guardErrors(async () => archived?.unarchive(session.writer, api));
      expect((await find(stage, "api")).spec.archived).toBe(false);
      expect(stage.writes().map(({ body }) => body)).toEqual([{ archived: true }, { archived: false }]);
    });
  });

  test("removing one that is gone succeeds", async () => {
    const system = await startGitHub();
    await withSystem(system, async ({ session }) => {
      await session.guardErrors(async () => repositories.remove?.(session.writer, { id: "1", spec: { name: "gone" } }));
    });
  });
});

describe("a repository that was renamed", () => {
  test("is found by its former name, for reads and for writes", async () => {
    const system = await startGitHub({ repositories: [{ name: "api" }] });
    await system.api("PATCH", "/repos/acme/api", { name: "core" });
    await withSystem(
      system,
      async (stage) => {
        await create(stage, labels, { name: "bug", color: "d73a4a" }, parent("api"));
        expect((await thingsOf(stage, labels, [parent("api")])).map(({ spec }) => spec.name)).toEqual(["bug"]);
        expect(Object.keys(await system.labels("core"))).toEqual(["bug"]);
      },
      { undescribed: /^\/repositories\// },
    );
  });

  const moved =
    (to: string) =>
    (request: Asked): Scripted =>
      request.path.startsWith("/repos/") ? { status: 301, headers: { location: to }, body: {} } : { body: [] };

  test("is followed with the token on the same host", async () => {
    await withAnswers(
      moved("https://api.github.com/repositories/7/labels?per_page=100"),
      async (stage) => {
        expect(await thingsOf(stage, labels, [parent("api")])).toEqual([]);
        const tokens = stage.requests.map(({ headers }) => headers.authorization);
        expect(tokens).toHaveLength(2);
        expect(tokens[1]).toBe(tokens[0]);
      },
      { undescribed: /^\/repositories\// },
    );
  });

  test("is not followed to another host, and the token does not go there", async () => {
    await withAnswers(moved("https://evil.example/repositories/7/labels"), async (stage) => {
      expect(await failureOf(thingsOf(stage, labels, [parent("api")]))).toMatchObject({ code: "UNSUPPORTED" });
      expect(stage.requests.map((request) => (request as Asked).url.host)).toEqual(["api.github.com"]);
    });
  });
});
