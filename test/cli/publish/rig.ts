/** A run inside a pull request's checks: the environment, and a folder with manifests of the fake platform. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { CliOptions, CliResult } from "../../support/cli.ts";
import { VirtualClock } from "../../support/clock.ts";
import {
  type HostOptions,
  type PullRequestHost,
  startGitHubComments,
  startGitLabNotes,
  TOKEN,
} from "../../support/pull-request-hosts.ts";
import { type Place, place } from "../fixture.ts";

export const HEAD = "a".repeat(40);

export interface Checks extends Place {
  host: PullRequestHost;
  env: Record<string, string>;
  /** What the job's summary holds. */
  summary(): string;
  /** Runs a command as a step of the job. */
  step(line: string | readonly string[], options?: Partial<CliOptions>): Promise<CliResult>;
}

export interface ChecksOptions extends Partial<HostOptions> {
  files?: Readonly<Record<string, string>>;
  /** What the event says of the pull request's origin; default the repository itself. */
  from?: string;
  event?: unknown;
}

/** GitHub Actions, at the pull request 7 of acme/infra. */
export async function githubChecks(options: ChecksOptions = {}): Promise<Checks> {
  const { files, from = "acme/infra", accounts = { [TOKEN]: "github-actions[bot]" } } = options;
  const host = await startGitHubComments({ ...options, accounts });
  const stage = place(files);
  const at = (name: string) => join(stage.folder, ".git", name);
  const pull = { number: 7, head: { sha: HEAD, repo: { full_name: from } } };
  prepare(stage.folder, { "event.json": JSON.stringify(options.event ?? { pull_request: pull }), "summary.md": "" });
  const env = {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: host.url,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "acme/infra",
    GITHUB_WORKSPACE: stage.folder,
    GITHUB_SHA: "b".repeat(40),
    GITHUB_RUN_ID: "99",
    GITHUB_EVENT_PATH: at("event.json"),
    GITHUB_STEP_SUMMARY: at("summary.md"),
    GITHUB_TOKEN: TOKEN,
  };
  return checks(stage, host, env, () => readFileSync(at("summary.md"), "utf8"));
}

/** GitLab CI, at the merge request 7 of the project 42. */
export async function gitlabChecks(options: ChecksOptions = {}): Promise<Checks> {
  const { files, accounts = { [TOKEN]: "project_42_bot" } } = options;
  const host = await startGitLabNotes({ ...options, accounts });
  const stage = place(files);
  const env = {
    CI: "true",
    CI_API_V4_URL: `${host.url}/api/v4`,
    CI_PROJECT_ID: "42",
    CI_PROJECT_PATH: "acme/infra",
    CI_PROJECT_URL: "https://gitlab.com/acme/infra",
    CI_PROJECT_DIR: stage.folder,
    CI_MERGE_REQUEST_IID: "7",
    CI_MERGE_REQUEST_PROJECT_ID: "42",
    CI_COMMIT_SHA: HEAD,
    CI_JOB_URL: "https://gitlab.com/acme/infra/-/jobs/5",
    GITLAB_TOKEN: TOKEN,
  };
  return checks(stage, host, env, () => "");
}

function prepare(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, ".git"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, ".git", name), text);
}

function checks(stage: Place, host: PullRequestHost, env: Record<string, string>, summary: () => string): Checks {
  onTestFinished(() => host.close());
  const step: Checks["step"] = (line, options = {}) =>
    stage.run(line, { env, network: true, clock: new VirtualClock(), ...options });
  return { ...stage, host, env, summary, step };
}
