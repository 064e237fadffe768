/** Posting on a merge request of GitLab. */
import { expect, test } from "vitest";
import { json } from "../../support/loopback.ts";
import { TOKEN } from "../../support/pull-request-hosts.ts";
import { gitlabChecks, HEAD } from "./rig.ts";

test("a note is made once and then left as it is, after 230 others, and links to the commit", async () => {
  const others = Array.from({ length: 230 }, (_, index) => ({ author: "ada", body: `${index}` }));
  const { host, step } = await gitlabChecks({ comments: others });
  expect((await step("plan --comment gitlab")).stderr).toBe("The comment on acme/infra!7 was made.\n");
  expect((await step("plan --comment gitlab")).stderr).toBe("The comment on acme/infra!7 was as it was.\n");
  expect(host.comments).toHaveLength(231);
  expect(host.comments.at(-1)).toMatchObject({
    author: "project_42_bot",
    body: expect.stringContaining(`](https://gitlab.com/acme/infra/-/blob/${HEAD}/acme.yaml#L8)`),
  });
});

test("a note without changes is changed in place", async () => {
  const { host, step } = await gitlabChecks();
  await step("plan --comment gitlab");
  await step("apply --auto-approve");
  expect((await step("plan --comment gitlab")).stderr).toBe("The comment on acme/infra!7 was changed.\n");
  expect(host.comments.map(({ body }) => body.split("\n")[0])).toEqual([
    "**Plumbline plan**: No changes: 2 things are as declared.",
  ]);
});

test("in a pipeline of merged results the status is the proposed commit's", async () => {
  const { host, env, step } = await gitlabChecks();
  const source = "d".repeat(40);
  await step("plan --comment gitlab", { env: { ...env, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: source } });
  expect(host.statuses).toEqual([
    {
      sha: source,
      fields: {
        state: "success",
        name: "plumbline/.",
        description: "2 to create, 0 to change, 0 to remove.",
        target_url: "https://gitlab.com/acme/infra/-/jobs/5",
      },
    },
  ]);
});

test("a status that is as it was asked to be is no failure", async () => {
  const { step } = await gitlabChecks({
    answer({ path }) {
      const message = "Cannot transition status via :enqueue from :success (Reason(s): Status cannot transition)";
      return path.includes("/statuses/") ? json(400, { message }) : undefined;
    },
  });
  expect((await step("plan --comment gitlab")).stderr).toBe("The comment on acme/infra!7 was made.\n");
});

test("a job's own token is not tried, and the warning names the token that it takes", async () => {
  const { host, env, step } = await gitlabChecks();
  const { code, stderr } = await step("plan --comment gitlab", {
    env: { ...env, GITLAB_TOKEN: "", CI_JOB_TOKEN: TOKEN },
  });
  expect(code).toBe(0);
  expect(stderr).toContain("GITLAB_TOKEN is not set");
  expect(stderr).toContain("CI_JOB_TOKEN may not write comments");
  expect(host.requests).toEqual([]);
});

test("outside a merge request nothing is sent", async () => {
  const { host, env, step } = await gitlabChecks();
  const { stderr } = await step("plan --comment gitlab", { env: { ...env, CI_MERGE_REQUEST_IID: "" } });
  expect(stderr).toBe("Not in a pull request: nothing was posted.\n");
  expect(host.requests).toEqual([]);
});

test("the token is sent in its header and shown nowhere", async () => {
  const { host, step } = await gitlabChecks({ answer: () => json(403, { message: `${TOKEN} is insufficient` }) });
  const { stdout, stderr } = await step("plan --comment gitlab");
  expect(host.requests[0]?.headers["private-token"]).toBe(TOKEN);
  expect(stdout + stderr).not.toContain(TOKEN);
});
