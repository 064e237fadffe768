/** GitHub's protected branches: what a change keeps, what a 404 means, and branches that come later. */
import { describe, expect, test } from "vitest";
import type { Spec } from "../../../src/connector-kit/index.ts";
import { create, detailsOf, failureOf, listOf, type Scripted, type Stage, thingsOf, update } from "../stage.ts";
import { branchProtection, githubStaging, parent } from "./organization.ts";

const { withAnswers } = githubStaging();
const api = parent("api");
const made = { ...api, spec: { name: "api", auto_init: true } };
const address = "/repos/acme/api/branches/main/protection";

/** As GitHub answers, with fields that must survive a change of another. */
const live = {
  url: "https://api.github.com/x",
  required_status_checks: {
    url: "u",
    strict: true,
    contexts: ["ci", "lint"],
    contexts_url: "c",
    checks: [
      { context: "ci", app_id: 15368 },
      { context: "lint", app_id: null },
    ],
  },
  enforce_admins: { url: "u", enabled: true },
  required_pull_request_reviews: {
    url: "u",
    dismiss_stale_reviews: true,
    require_code_owner_reviews: false,
    required_approving_review_count: 2,
    require_last_push_approval: true,
    dismissal_restrictions: { url: "u", users: [{ login: "ada", id: 1 }], teams: [{ slug: "core" }], apps: [] },
  },
  restrictions: { url: "u", users: [], teams: [{ slug: "core", id: 2 }], apps: [{ slug: "renovate" }] },
  required_linear_history: { enabled: true },
  allow_force_pushes: { enabled: false },
  required_signatures: { url: "u", enabled: true },
};

/** The body that a change of the live protection to this sends. */
async function bodyAfter(stated: Spec): Promise<unknown> {
  let body: unknown;
  await withAnswers(
    () => ({ body: live }),
    async (stage) => {
      const [observed] = await read(stage);
      if (!observed) throw new Error("There is no protection.");
      const desired = { branch: "main", ...stated };
      const request = { observed, desired, changes: stated, lists: {} };
      await stage.session.guardErrors(async () => branchProtection.update?.(stage.session.writer, request));
      expect(stage.writes().map(({ method, path }) => [method, path])).toEqual([["PUT", address]]);
      body = stage.writes()[0]?.body;
    },
  );
  return body;
}

function read({ session }: Stage, keys = [["api", "main"]]) {
  const request = { parents: [api], keys, fields: "all" as const };
  return session.guardErrors(async () => {
    const found = await Array.fromAsync(branchProtection.list(session.reader, request));
    return found.map((one) => {
      if ("error" in one) throw one.error;
      return one;
    });
  });
}

/** All that is live, as it has to be sent. */
const kept = {
  enforce_admins: true,
  required_linear_history: true,
  allow_force_pushes: false,
  required_status_checks: {
    strict: true,
    contexts: [],
    checks: [
      { context: "ci", app_id: 15368 },
      { context: "lint", app_id: -1 },
    ],
  },
  required_pull_request_reviews: {
    dismiss_stale_reviews: true,
    require_code_owner_reviews: false,
    required_approving_review_count: 2,
    require_last_push_approval: true,
    dismissal_restrictions: { users: ["ada"], teams: ["core"], apps: [] },
  },
  restrictions: { users: [], teams: ["core"], apps: ["renovate"] },
};

describe("a change", () => {
  const reviews = kept.required_pull_request_reviews;
  test.each<{ name: string; stated: Spec; body: unknown }>([
    {
      name: "of one setting keeps all others",
      stated: { allow_force_pushes: true },
      body: { ...kept, allow_force_pushes: true },
    },
    {
      name: "inside a section keeps the rest of it",
      stated: { required_pull_request_reviews: { required_approving_review_count: 1 } },
      body: { ...kept, required_pull_request_reviews: { ...reviews, required_approving_review_count: 1 } },
    },
    {
      name: "to no checks sends an empty list and keeps strict",
      stated: { required_status_checks: { checks: [] } },
      body: { ...kept, required_status_checks: { strict: true, contexts: [], checks: [] } },
    },
    {
      name: "to a list of checks keeps the App of those that state none",
      stated: { required_status_checks: { checks: [{ context: "ci" }, { context: "new" }] } },
      body: {
        ...kept,
        required_status_checks: {
          strict: true,
          contexts: [],
          checks: [{ context: "ci", app_id: 15368 }, { context: "new" }],
        },
      },
    },
    {
      name: "that switches a section off sends null for it alone",
      stated: { restrictions: { enabled: false } },
      body: { ...kept, restrictions: null },
    },
    {
      name: "that switches a part of the reviews off leaves that part out",
      stated: { required_pull_request_reviews: { dismissal_restrictions: { enabled: false } } },
      body: { ...kept, required_pull_request_reviews: { ...reviews, dismissal_restrictions: undefined } },
    },
    {
      name: "of a setting that the server does not know sends it",
      stated: { lock_branch: true },
      body: { ...kept, lock_branch: true },
    },
  ])("$name", async ({ stated, body }) => {
    expect(await bodyAfter(stated)).toEqual(JSON.parse(JSON.stringify(body)));
  });

  test("of signatures alone is a request of its own and does not touch the rest", async () => {
    await withAnswers(
      () => ({ body: live }),
      async (stage) => {
        const [observed] = await read(stage);
        if (!observed) throw new Error("There is no protection.");
        await update(stage, branchProtection, observed, { required_signatures: false });
        expect(stage.writes().map(({ method, path }) => [method, path])).toEqual([
          ["DELETE", `${address}/required_signatures`],
        ]);
      },
    );
  });
});

test("new protection has all four parts that GitHub requires, and nothing that is not stated", async () => {
  await withAnswers(
    () => ({ body: live }),
    async (stage) => {
      await create(stage, branchProtection, { branch: "main" }, api);
      expect(stage.writes()[0]?.body).toEqual({
        required_status_checks: null,
        enforce_admins: null,
        required_pull_request_reviews: null,
        restrictions: null,
      });
    },
  );
});

test("a section that is stated is on, and one that says otherwise stays off", () => {
  const { normalize } = branchProtection;
  const stated = { restrictions: { teams: [] }, required_status_checks: { enabled: false } };
  const once = normalize?.(stated) ?? {};
  expect(once).toEqual({ restrictions: { enabled: true, teams: [] }, required_status_checks: { enabled: false } });
  expect(normalize?.(once)).toEqual(once);
});

describe("reading", () => {
  test("takes one request a declared branch, its name encoded once, and knows nothing of what the answer lacks", async () => {
    await withAnswers(
      () => ({ body: live }),
      async (stage) => {
        const found = await read(stage, [
          ["API", "release/1.2"],
          ["web", "main"],
        ]);
        expect(stage.sent()).toEqual(["GET /repos/acme/api/branches/release%2F1.2/protection"]);
        expect(found[0]?.spec).toMatchObject({
          branch: "release/1.2",
          enforce_admins: true,
          required_signatures: true,
        });
        expect(found[0]?.spec).not.toHaveProperty("lock_branch");
      },
    );
  });

  test.each(["Branch not protected", "Branch not found"])("a 404 with %j is no protection", async (message) => {
    await withAnswers(
      () => ({ status: 404, body: { message } }),
      async (stage) => {
        expect(await read(stage)).toEqual([]);
      },
    );
  });

  test("any other 404 is a failed read", async () => {
    await withAnswers(
      () => ({ status: 404, body: { message: "Not Found" } }),
      async (stage) => {
        expect(await failureOf(read(stage))).toMatchObject({ code: "NOT_FOUND" });
      },
    );
  });

  test("a repository that may not show it does not hold up the others", async () => {
    const upgrade = { status: 403, body: { message: "Upgrade to GitHub Pro or make this repository public." } };
    await withAnswers(
      ({ path }) => (path.startsWith("/repos/acme/api/") ? upgrade : { body: [] }),
      async (stage) => {
        const found = await listOf(stage, branchProtection, [api, parent("web")]);
        expect(found).toMatchObject([{ parent: api, error: { code: "PERMISSION" } }]);
      },
    );
  });

  test("there is nothing to be read in detail", async () => {
    await withAnswers(
      () => ({ body: [] }),
      async (stage) => {
        expect(await detailsOf(stage, branchProtection, await thingsOf(stage, branchProtection, [api]), [])).toEqual(
          [],
        );
      },
    );
  });
});

describe("a branch that is not there", () => {
  /** GitHub, where the branch comes after so many requests. */
  const comesAfter = (missing: number) => {
    let asked = 0;
    return (): Scripted => {
      asked += 1;
      return asked > missing ? { body: live } : { status: 404, body: { message: "Branch not found" } };
    };
  };

  test("is waited for in a repository that is just being made with a first commit", async () => {
    await withAnswers(comesAfter(3), async (stage) => {
      const creating = create(stage, branchProtection, { branch: "main" }, made);
      for (let second = 0; second < 20; second += 1) await stage.clock.advance(1000);
      expect(await creating).toMatchObject({ id: "main" });
      expect(stage.writes()).toHaveLength(4);
    });
  });

  test("is not waited for for ever", async () => {
    await withAnswers(comesAfter(1000), async (stage) => {
      const creating = failureOf(create(stage, branchProtection, { branch: "main" }, made));
      for (let second = 0; second < 60; second += 1) await stage.clock.advance(1000);
      expect(await creating).toMatchObject({ code: "NOT_FOUND", retryable: true });
      expect(stage.writes()).toHaveLength(15);
    });
  });

  test("is named at once in any other repository", async () => {
    await withAnswers(comesAfter(1000), async (stage) => {
      const failure = await failureOf(create(stage, branchProtection, { branch: "nope" }, api));
      expect(failure).toMatchObject({ code: "NOT_FOUND", retryable: true });
      expect(String(failure)).toContain('acme/api has no branch "nope"');
      expect(stage.writes()).toHaveLength(1);
    });
  });
});
