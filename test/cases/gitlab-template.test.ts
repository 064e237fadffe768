/**
 * The template for GitLab, `ci/gitlab.yml`: its lines in bash as the runner runs them, against a GitLab that keeps
 * comments of one merge request. GitLab's own part, such as which rule holds, is not run here.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { ACTION } from "../support/actions/job.ts";
import { folderOf } from "../support/cli.ts";
import { repositoryIn } from "../support/git.ts";
import { startGitLabNotes, TOKEN } from "../support/pull-request-hosts.ts";
import { startSlack } from "../support/slack.ts";
import { incidents, releases, slackManifest } from "./scratch-manifests.ts";

interface Job {
  variables?: Record<string, string>;
  before_script?: string[];
  script?: string[];
}

const template = parse(readFileSync(join(ACTION, "ci/gitlab.yml"), "utf8")) as Record<string, Job>;
const shared = template[".plumbline"] as Required<Job>;

/** The repository that the template clones; setting it up is done already. */
function program(): string {
  const folder = folderOf();
  for (const name of ["ci", "bin"]) cpSync(join(ACTION, name), join(folder, name), { recursive: true });
  for (const name of ["dist", "node_modules"]) symlinkSync(join(ACTION, name), join(folder, name));
  const { git, commit } = repositoryIn(folder);
  git("init", "--quiet", "--initial-branch=main");
  commit();
  git("tag", "v0");
  return folder;
}

/** A project, and its jobs: each in a new clone of a branch, with what GitLab sets. */
async function project() {
  const [host, slack] = await Promise.all([startGitLabNotes({ accounts: { [TOKEN]: "bot" } }), startSlack()]);
  onTestFinished(async () => void (await Promise.all([host.close(), slack.close()])));
  const [origin, cloned, checkout] = [join(folderOf(), "origin.git"), folderOf(), program()];
  mkdirSync(origin);
  repositoryIn(origin).git("init", "--quiet", "--bare", "--initial-branch=main");
  const clone = repositoryIn(cloned);
  clone.git("init", "--quiet", "--initial-branch=main");
  clone.git("remote", "add", "origin", `file://${origin}`);
  clone.commit({
    ".gitignore": ".plumbline/\n",
    "plumbline.config.yaml": "allow: { env: [SLACK_*] }\n",
    "manifests/slack.yaml": slackManifest(incidents),
  });
  clone.git("push", "--quiet", "origin", "HEAD:main");

  const job = async (name: string, branch: string, variables: Record<string, string>) => {
    const folder = folderOf();
    const { git } = repositoryIn(folder);
    git("init", "--quiet");
    git("remote", "add", "origin", `file://${origin}`);
    git("fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*");
    git("checkout", "--quiet", "--detach", `origin/${branch}`);
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: folderOf({ ".gitconfig": "[user]\n\tname = runner\n\temail = runner@example.com\n" }),
      CI: "true",
      CI_API_V4_URL: `${host.url}/api/v4`,
      CI_PROJECT_ID: "42",
      CI_PROJECT_DIR: folder,
      CI_COMMIT_SHA: git("rev-parse", "HEAD"),
      SLACK_URL: slack.url,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `url.file://${checkout}.insteadOf`,
      GIT_CONFIG_VALUE_0: "https://github.com/plumbline-dev/plumbline",
      ...shared.variables,
      PLUMBLINE_HOME: join(folderOf(), "plumbline"),
      ...variables,
    };
    const lines = [...shared.before_script, ...(template[name]?.script ?? [])];
    const child = spawn("bash", ["-eo", "pipefail", "-c", lines.join("\n")], { cwd: folder, env });
    let log = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        log += text;
      });
    }
    const [code] = (await once(child, "close")) as [number | null];
    return { code, log };
  };
  const secrets = {
    ...{ GITLAB_TOKEN: TOKEN, SLACK_BOT_TOKEN: slack.token },
    PLUMBLINE_STATE_KEY: Buffer.alloc(32, 7).toString("base64"),
  };
  const mergeRequest = { CI_MERGE_REQUEST_IID: "7", CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main" };
  return { host, slack, clone, job, secrets, mergeRequest };
}

test("a merge request's plan is its comment, and the merge applies it", async () => {
  const { host, slack, clone, job, secrets, mergeRequest } = await project();
  const first = await job("plumbline-apply", "main", secrets);
  expect(first.code, first.log).toBe(0);
  clone.git("switch", "--quiet", "--create", "releases");
  clone.commit({ "manifests/slack.yaml": slackManifest(incidents + releases) });
  clone.git("push", "--quiet", "origin", "HEAD:releases");

  const plan = await job("plumbline-plan", "releases", { ...secrets, ...mergeRequest });
  expect(plan.code, plan.log).toBe(0);
  expect(host.comments.map(({ body }) => body.split("\n")[0])).toEqual([
    "**Plumbline plan** of `manifests`: 1 to create, 0 to change, 0 to remove.",
  ]);
  expect(host.comments[0]?.body).toContain("**create** `channels/releases`");
  expect(await slack.channel("releases")).toBeUndefined();

  clone.git("push", "--quiet", "origin", "HEAD:main");
  const merged = await job("plumbline-apply", "main", secrets);
  expect(merged.code, merged.log).toBe(0);
  expect(await slack.channel("releases")).toMatchObject({ topic: { value: "What ships" } });
}, 60_000);

test("a fork's merge request is planned without any secret", async () => {
  const { host, clone, job, mergeRequest } = await project();
  const base = clone.git("rev-parse", "HEAD");
  clone.git("switch", "--quiet", "--create", "releases");
  clone.commit({ "manifests/slack.yaml": slackManifest(incidents + releases) });
  clone.git("push", "--quiet", "origin", "HEAD:releases");
  const variables = { ...mergeRequest, CI_MERGE_REQUEST_DIFF_BASE_SHA: base };
  const { code, log } = await job("plumbline-plan-of-fork", "releases", variables);
  expect({ code, comments: host.comments }).toEqual({ code: 0, comments: [] });
  expect(log).toContain("+ channels/releases");
}, 60_000);
