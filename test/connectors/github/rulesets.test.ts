/** GitHub's rulesets: inherited ones, actors without a number, and what a change keeps. */
import { describe, expect, test } from "vitest";
import { detailsOf, type Stage, thingsOf, update } from "../stage.ts";
import { githubStaging, organizationRulesets, parent, rulesets } from "./organization.ts";

const { withAnswers } = githubStaging();
const api = parent("api");
const base = { enforcement: "active", target: "branch" };
const own = { ...base, id: 8, name: "own", source_type: "Repository" };
const inherited = { ...base, id: 7, name: "protect", source_type: "Organization" };
const reviews = {
  dismiss_stale_reviews_on_push: true,
  require_code_owner_review: true,
  require_last_push_approval: false,
  required_approving_review_count: 2,
  required_review_thread_resolution: true,
};
const whole = {
  ...own,
  bypass_actors: [
    { actor_id: null, actor_type: "DeployKey", bypass_mode: "always" },
    { actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" },
    { actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "always" },
  ],
  conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: ["refs/heads/wip"] } },
  rules: [{ type: "deletion" }, { type: "pull_request", parameters: reviews }],
};

const onGitHub = (one: unknown, run: (stage: Stage) => Promise<void>) =>
  withAnswers(({ path }) => ({ body: path.endsWith("/rulesets") ? [inherited, own] : one }), run);

async function readWhole(stage: Stage) {
  const [observed] = await detailsOf(stage, rulesets, await thingsOf(stage, rulesets, [api]), ["rules"]);
  if (!observed) throw new Error("There is no ruleset.");
  return observed;
}

describe("a list", () => {
  test("of a repository neither asks for its organisation's rulesets nor takes one for its own", async () => {
    await onGitHub(whole, async (stage) => {
      const found = await thingsOf(stage, rulesets, [api]);
      expect(found.map(({ id, spec }) => [id, spec])).toEqual([["8", { name: "own", ...base }]]);
      expect(stage.requests[0]?.query.includes_parents).toBe("false");
      expect(stage.sent()).toEqual(["GET /repos/acme/api/rulesets"]);
    });
  });

  test("of an organisation holds its own", async () => {
    await onGitHub(whole, async (stage) => {
      expect((await thingsOf(stage, organizationRulesets)).map(({ id }) => id)).toEqual(["7"]);
      expect(stage.requests[0]?.query).not.toHaveProperty("includes_parents");
    });
  });
});

describe("reading one", () => {
  test("keeps actors without a number apart from the number nought", async () => {
    await onGitHub(whole, async (stage) => {
      const { spec } = await readWhole(stage);
      expect(rulesets.normalize?.(spec).bypass_actors).toEqual([
        { actor_type: "DeployKey", bypass_mode: "always" },
        { actor_type: "RepositoryRole", actor_id: 5, bypass_mode: "always" },
        { actor_type: "OrganizationAdmin", bypass_mode: "always" },
      ]);
    });
  });

  test("without actors, as for a token that may not write, leaves them unknown", async () => {
    const { bypass_actors: _, ...blind } = whole;
    await onGitHub(blind, async (stage) => {
      expect((await readWhole(stage)).spec).not.toHaveProperty("bypass_actors");
    });
  });
});

describe("a change", () => {
  test("sends what differs, and keeps of a rule and a condition what is not stated", async () => {
    await onGitHub(whole, async (stage) => {
      await update(stage, rulesets, await readWhole(stage), {
        rules: [{ type: "pull_request", parameters: { required_approving_review_count: 1 } }, { type: "deletion" }],
        conditions: { ref_name: { include: ["~ALL"] } },
      });
      expect(stage.writes().map(({ method, path, body }) => [method, path, body])).toEqual([
        [
          "PUT",
          "/repos/acme/api/rulesets/8",
          {
            rules: [
              { type: "pull_request", parameters: { ...reviews, required_approving_review_count: 1 } },
              { type: "deletion" },
            ],
            conditions: { ref_name: { include: ["~ALL"], exclude: ["refs/heads/wip"] } },
          },
        ],
      ]);
    });
  });

  test("writes actors that are there once by the number that GitHub takes", async () => {
    await onGitHub(whole, async (stage) => {
      await update(stage, rulesets, await readWhole(stage), {
        bypass_actors: [{ actor_type: "OrganizationAdmin" }, { actor_type: "DeployKey", bypass_mode: "exempt" }],
      });
      expect(stage.writes()[0]?.body).toEqual({
        bypass_actors: [
          { actor_type: "OrganizationAdmin", actor_id: 1, bypass_mode: "always" },
          { actor_type: "DeployKey", actor_id: null, bypass_mode: "exempt" },
        ],
      });
    });
  });
});
