/**
 * A repository at a host, with the workflow that `init --ci github` writes, and jobs of it as the runner runs them.
 *
 * The code host and the managed organisation are two emulated GitHubs with a token each, so that a token that goes
 * to the wrong one is refused.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { githubWorkflow } from "../../src/cli/starters/ci-github.ts";
import { ACTION, type JobOptions, type JobResult, runJob } from "../support/actions/job.ts";
import { folderOf } from "../support/cli.ts";
import { repositoryIn, type TestRepository } from "../support/git.ts";
import { type GitHub, startGitHub } from "../support/github.ts";
import { type Slack, startSlack } from "../support/slack.ts";

export const COMMENT_TOKEN = "ghs_theWorkflowsOwnTokenWorkflowsOwnTok0";
export const STATE_KEY = Buffer.alloc(32, 7).toString("base64");

export interface ScratchPull {
  number: number;
  branch: string;
  /** The proposed commit. */
  sha: string;
  fork: boolean;
}

export interface PlanOptions extends Partial<JobOptions> {
  /** Default what `init` writes. */
  workflow?: string;
  job?: string;
  /** The token that the runner gives the job; a fork's may only read. */
  token?: string;
}

export interface Scratch {
  origin: string;
  clone: TestRepository;
  host: GitHub;
  organization: GitHub;
  slack: Slack;
  /** Pushes a branch with these files (null removes one) and opens a pull request. */
  open(branch: string, files: Readonly<Record<string, string | null>>, fork?: boolean): Promise<ScratchPull>;
  /** Runs the plan job that the workflow has for it. */
  plan(pull: ScratchPull, options?: PlanOptions): Promise<JobResult>;
  /** Merges it into main. */
  merge(pull: ScratchPull): void;
  /** Runs a job for what main is now. */
  push(job?: string, options?: Partial<JobOptions> & { workflow?: string }): Promise<JobResult>;
  /** The texts of a pull request's comments. */
  comments(pull: ScratchPull): Promise<string[]>;
}

/** Starts everything; main holds the files. */
export async function scratchRepository(files: Readonly<Record<string, string>>): Promise<Scratch> {
  const [host, organization, slack] = await Promise.all([
    startGitHub({ token: COMMENT_TOKEN, login: "ci-bot", repositories: [{ name: "infra" }] }),
    startGitHub({ defaultLabels: false, members: ["ada"] }),
    startSlack(),
  ]);
  onTestFinished(async () => void (await Promise.all([host.close(), organization.close(), slack.close()])));
  const root = folderOf();
  const origin = join(root, "origin.git");
  mkdirSync(origin);
  repositoryIn(origin).git("init", "--quiet", "--bare", "--initial-branch=main");
  const workflow = githubWorkflow({ variables: ["GITHUB_TOKEN", "SLACK_BOT_TOKEN"], folder: "" });
  const clone = cloneOf(origin, join(root, "clone"));
  clone.commit({ ".github/workflows/plumbline.yml": workflow, ".gitignore": ".plumbline/\n", ...files });
  clone.git("push", "--quiet", "origin", "HEAD:main");

  const shared = {
    origin,
    repository: "acme/infra",
    secrets: {
      PLUMBLINE_STATE_KEY: STATE_KEY,
      PLUMBLINE_GITHUB_TOKEN: organization.token,
      SLACK_BOT_TOKEN: slack.token,
    },
    env: { GITHUB_API_URL: host.url, GITHUB_URL: organization.url, SLACK_URL: slack.url },
    artifacts: join(root, "artifacts"),
    action: ACTION,
  };
  return {
    ...{ origin, clone, host, organization, slack },
    async open(branch, changed, fork = false) {
      const { body } = await host.api("POST", "/repos/acme/infra/issues", { title: `Stands for ${branch}` });
      const { number } = body as { number: number };
      clone.git("fetch", "--quiet", "origin");
      clone.git("switch", "--quiet", "--force-create", branch, "origin/main");
      const sha = clone.commit(changed);
      if (!fork) clone.git("push", "--quiet", "origin", `HEAD:refs/heads/${branch}`);
      clone.git("switch", "--quiet", "--detach", "origin/main");
      clone.git("merge", "--quiet", "--no-ff", "--message=Merge", sha);
      clone.git("push", "--quiet", "origin", `HEAD:refs/pull/${number}/merge`);
      return { number, branch, sha, fork };
    },
    plan(pull, given = {}) {
      const { workflow: text = workflow, token = COMMENT_TOKEN, job, ...options } = given;
      const ref = `refs/pull/${pull.number}/merge`;
      const repo = { full_name: pull.fork ? "mallory/infra" : "acme/infra" };
      const payload = { pull_request: { number: pull.number, head: { sha: pull.sha, ref: pull.branch, repo } } };
      const sha = repositoryIn(origin).git("rev-parse", ref);
      const event = {
        ...{ name: "pull_request" as const, payload, ref, sha },
        ...{ base: "main", head: pull.branch, token },
      };
      return runJob(text, job ?? (pull.fork ? "plan-of-fork" : "plan"), { ...shared, event, ...options });
    },
    merge({ sha, branch }) {
      clone.git("fetch", "--quiet", "origin");
      clone.git("switch", "--quiet", "--detach", "origin/main");
      clone.git("merge", "--quiet", "--no-ff", `--message=Merge ${branch}`, sha);
      clone.git("push", "--quiet", "origin", "HEAD:main");
    },
    push(job = "apply", { workflow: text = workflow, ...options } = {}) {
      const ref = "refs/heads/main";
      const sha = repositoryIn(origin).git("rev-parse", ref);
      const event = { name: "push" as const, payload: { ref, after: sha }, ref, sha, token: COMMENT_TOKEN };
      return runJob(text, job, { ...shared, event, ...options });
    },
    async comments({ number }) {
      const { body } = await host.api("GET", `/repos/acme/infra/issues/${number}/comments?per_page=100`);
      return (body as { body: string }[]).map((comment) => comment.body);
    },
  };
}

function cloneOf(origin: string, folder: string): TestRepository {
  mkdirSync(folder);
  const clone = repositoryIn(folder);
  clone.git("init", "--quiet", "--initial-branch=main");
  clone.git("remote", "add", "origin", origin);
  return clone;
}
