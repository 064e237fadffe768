/**
 * The calls for environments, below `/repos/OWNER/NAME/environments`. A PUT makes one or changes it, and resets what
 * it does not name. Reviewers go in by id and come out with their names.
 */
import { byLink, path } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";

export type BranchPolicy = { protected_branches: boolean; custom_branch_policies: boolean };

export interface RawReviewer {
  type: "User" | "Team";
  reviewer: { id: number; login?: string; slug?: string };
}

/** One of several types; other Apps add theirs. */
export interface RawRule {
  type: string;
  wait_timer?: number;
  /** Servers before 3.11 do not have it. */
  prevent_self_review?: boolean;
  reviewers?: readonly RawReviewer[];
}

export interface RawEnvironment {
  id: number;
  name: string;
  protection_rules?: readonly RawRule[];
  deployment_branch_policy?: BranchPolicy | null;
}

export interface EnvironmentSettings {
  wait_timer?: number;
  prevent_self_review?: boolean;
  reviewers?: readonly { type: "User" | "Team"; id: number }[];
  deployment_branch_policy?: BranchPolicy | null;
}

/** A name of branches or tags that may deploy. */
export interface RawBranchPattern {
  id: number;
  name: string;
  /** Servers before 3.10 know branches only. */
  type?: "branch" | "tag";
}

export interface EnvironmentPlace {
  /** Names. */
  repository: string;
  environment: string;
}

const PAGE = 100;

export function listEnvironments({ http, account }: GitHubReader, repository: string): AsyncGenerator<RawEnvironment> {
  return byLink<RawEnvironment>(http, path`/repos/${account.login}/${repository}/environments`, {
    query: { per_page: PAGE },
    pageSize: PAGE,
    items: (body) => (body as { environments?: readonly RawEnvironment[] }).environments,
    what: `list the environments of ${account.login}/${repository}`,
  });
}

/** Makes an environment, or gives it exactly these settings. */
export async function putEnvironment(
  { http, account }: GitHubWriter,
  repository: string,
  name: string,
  settings: EnvironmentSettings,
): Promise<RawEnvironment> {
  const { body } = await http.put(path`/repos/${account.login}/${repository}/environments/${name}`, {
    json: settings,
    what: `set the environment "${name}" of ${account.login}/${repository}`,
  });
  return body as RawEnvironment;
}

/** Its variables and secrets go with it. */
export async function deleteEnvironment(
  { http, account }: GitHubWriter,
  repository: string,
  name: string,
): Promise<void> {
  await http.delete(path`/repos/${account.login}/${repository}/environments/${name}`, {
    expect: [404],
    what: `delete the environment "${name}" of ${account.login}/${repository}`,
  });
}

/** The names of branches and tags that may deploy; 404 where the environment's policy is another. */
export async function branchPatterns(
  { http, account }: GitHubReader,
  { repository, environment }: EnvironmentPlace,
): Promise<RawBranchPattern[]> {
  const address = path`/repos/${account.login}/${repository}/environments/${environment}/deployment-branch-policies`;
  const list = byLink<RawBranchPattern>(http, address, {
    query: { per_page: PAGE },
    pageSize: PAGE,
    items: (body) => (body as { branch_policies?: readonly RawBranchPattern[] }).branch_policies,
    what: `list the branches that may deploy to "${environment}" of ${account.login}/${repository}`,
  });
  return Array.fromAsync(list);
}

export async function createBranchPattern(
  { http, account }: GitHubWriter,
  { repository, environment }: EnvironmentPlace,
  pattern: { name: string; type: "branch" | "tag" },
): Promise<void> {
  const address = path`/repos/${account.login}/${repository}/environments/${environment}/deployment-branch-policies`;
  const what = `let "${pattern.name}" deploy to "${environment}" of ${account.login}/${repository}`;
  await http.post(address, { json: pattern, what });
}

export async function deleteBranchPattern(
  { http, account: { login } }: GitHubWriter,
  { repository, environment }: EnvironmentPlace,
  { id, name }: RawBranchPattern,
): Promise<void> {
  const address = path`/repos/${login}/${repository}/environments/${environment}/deployment-branch-policies/${id}`;
  const what = `no longer let "${name}" deploy to "${environment}" of ${login}/${repository}`;
  await http.delete(address, { expect: [404], what });
}

/** The id of a person or of a team of the organisation. @param name login or slug. */
export async function reviewerId(
  { http, account }: GitHubReader,
  { type, name }: { type: "User" | "Team"; name: string },
): Promise<number> {
  const [address, what] =
    type === "User"
      ? [path`/users/${name}`, `show the person ${name}, who is to review deployments`]
      : [path`/orgs/${account.login}/teams/${name}`, `show the team ${name}, which is to review deployments`];
  const { body } = await http.get(address, { what });
  return (body as { id: number }).id;
}
