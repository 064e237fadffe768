/** GitHub's calls about the protection of a branch. */
import { byLink, ConnectorError, path } from "../../connector-kit/index.ts";
import type { RawProtection } from "./branch-protection-settings.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";

/** The names of a repository's protected branches. */
export async function protectedBranches(github: GitHubReader, repository: string): Promise<string[]> {
  const { http, account } = github;
  const query = { protected: true, per_page: 100 };
  const what = `list the protected branches of ${account.login}/${repository}`;
  const address = path`/repos/${account.login}/${repository}/branches`;
  const found = await Array.fromAsync(byLink<{ name: string }>(http, address, { query, pageSize: 100, what }));
  return found.map(({ name }) => name);
}

/**
 * @returns undefined for a branch that is not protected, or is not there.
 * @throws ConnectorError NOT_FOUND for any other 404: it may hide what there is.
 */
export async function protectionOf(
  github: GitHubReader,
  repository: string,
  branch: string,
): Promise<RawProtection | undefined> {
  const what = `show the protection of ${branch} in ${github.account.login}/${repository}`;
  const { status, body } = await github.http.get(addressOf(github, repository, branch), { expect: [404], what });
  if (status !== 404) return body as RawProtection;
  const message = messageOf(body);
  if (/^Branch not (?:protected|found)/i.test(message)) return undefined;
  throw new ConnectorError("NOT_FOUND", `GitHub could not ${what}: ${message}.`, { status });
}

/** @param protection the whole. @returns false when there is no such branch. */
export async function putProtection(
  github: GitHubWriter,
  repository: string,
  branch: string,
  protection: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const what = `protect ${branch} in ${github.account.login}/${repository}`;
  const address = addressOf(github, repository, branch);
  const { status, body } = await github.http.put(address, { json: protection, expect: [404], what });
  if (status !== 404) return true;
  const message = messageOf(body);
  if (/^Branch not found/i.test(message)) return false;
  throw new ConnectorError("NOT_FOUND", `GitHub could not ${what}: ${message}.`, { status });
}

export async function deleteProtection(github: GitHubWriter, repository: string, branch: string): Promise<void> {
  const what = `take the protection off ${branch} in ${github.account.login}/${repository}`;
  await github.http.delete(addressOf(github, repository, branch), { expect: [404], what });
}

/** Signed commits are a setting of their own, which the whole does not hold. */
export async function requireSignatures(
  github: GitHubWriter,
  repository: string,
  branch: string,
  required: boolean,
): Promise<void> {
  const address = `${addressOf(github, repository, branch)}/required_signatures`;
  const where = `on ${branch} in ${github.account.login}/${repository}`;
  if (required) await github.http.post(address, { repeatable: true, what: `require signed commits ${where}` });
  else await github.http.delete(address, { expect: [404], what: `no longer require signed commits ${where}` });
}

function addressOf({ account }: GitHubReader, repository: string, branch: string): string {
  return path`/repos/${account.login}/${repository}/branches/${branch}/protection`;
}

function messageOf(body: unknown): string {
  return String((body as { message?: unknown } | undefined)?.message ?? "Not Found");
}
