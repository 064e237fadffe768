/** The built program, whose connectors are compiled ahead and loaded on demand. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { planHash } from "../../../src/reconcile/document.ts";
import { folderOf, program } from "../../support/cli.ts";
import { startGitHubComments, startGitLabNotes, TOKEN } from "../../support/pull-request-hosts.ts";
import { samplePlan } from "../markdown/plans.ts";

test("the built program posts a saved plan on GitHub and on GitLab", async () => {
  const plan = samplePlan();
  const event = { pull_request: { number: 7, head: { sha: "a".repeat(40) } } };
  const folder = folderOf({
    "plan.json": JSON.stringify({ ...plan, hash: planHash(plan.integrations) }),
    "event.json": JSON.stringify(event),
  });
  mkdirSync(join(folder, ".git"));
  const github = await startGitHubComments({ accounts: { [TOKEN]: "github-actions[bot]" } });
  const gitlab = await startGitLabNotes({ accounts: { [TOKEN]: "bot" } });
  onTestFinished(async () => void (await Promise.all([github.close(), gitlab.close()])));
  const env = {
    GITHUB_API_URL: github.url,
    GITHUB_REPOSITORY: "acme/infra",
    GITHUB_EVENT_PATH: join(folder, "event.json"),
    GITHUB_TOKEN: TOKEN,
    CI_API_V4_URL: `${gitlab.url}/api/v4`,
    CI_PROJECT_ID: "42",
    CI_MERGE_REQUEST_IID: "7",
    GITLAB_TOKEN: TOKEN,
  };
  for (const host of ["github", "gitlab"]) {
    const { code, stderr } = await program(["show", "plan.json", "--comment", host], { cwd: folder, env });
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^The comment on .* was made\.\n$/),
    });
  }
  for (const { comments } of [github, gitlab]) {
    expect(comments.map(({ body }) => body.split("\n")[0])).toEqual([
      "**Plumbline plan** of `plan.json`: 1 to create, 2 to change, 1 to remove, 1 blocked.",
    ]);
  }
});
