/** GitHub's calls about the collaborators of a repository, and those who were invited. */
import { byLink, path } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import type { RawAccess } from "./permissions.ts";

export type RawCollaborator = RawAccess & { id: number; login: string };

export interface RawRepositoryInvitation {
  id: number;
  invitee: { id: number; login: string } | null;
  permissions: string;
  expired?: boolean;
}

const page = { query: { per_page: 100 }, pageSize: 100 } as const;

/** People with access of their own, not by a team or as members of the organisation. */
export function collaboratorsOf(github: GitHubReader, repository: string): AsyncGenerator<RawCollaborator> {
  const { http, account } = github;
  const query = { ...page.query, affiliation: "direct" };
  const what = `list the collaborators of ${account.login}/${repository}`;
  return byLink(http, path`/repos/${account.login}/${repository}/collaborators`, { ...page, query, what });
}

export function invitationsTo(github: GitHubReader, repository: string): AsyncGenerator<RawRepositoryInvitation> {
  const { http, account } = github;
  const what = `list the invitations to ${account.login}/${repository}`;
  return byLink(http, path`/repos/${account.login}/${repository}/invitations`, { ...page, what });
}

/**
 * Gives somebody access or changes it. Who is not in the organisation is invited.
 *
 * @returns the invitation, when it came to one.
 */
export async function putCollaborator(
  { http, account: { login } }: GitHubWriter,
  repository: string,
  username: string,
  permission: string,
): Promise<RawRepositoryInvitation | undefined> {
  const what = `give ${username} the permission ${permission} in ${login}/${repository}`;
  const address = path`/repos/${login}/${repository}/collaborators/${username}`;
  const { status, body } = await http.put(address, { json: { permission }, what });
  return status === 201 ? (body as RawRepositoryInvitation) : undefined;
}

export async function deleteCollaborator(
  { http, account: { login } }: GitHubWriter,
  repository: string,
  username: string,
): Promise<void> {
  const what = `take ${username} off ${login}/${repository}`;
  await http.delete(path`/repos/${login}/${repository}/collaborators/${username}`, { expect: [404], what });
}

/** @param permissions as invitations have it: `read` and `write` where collaborators have `pull` and `push`. */
export async function updateInvitation(
  { http, account: { login } }: GitHubWriter,
  repository: string,
  id: number,
  permissions: string,
): Promise<void> {
  const what = `change the invitation ${id} to ${login}/${repository}`;
  await http.patch(path`/repos/${login}/${repository}/invitations/${id}`, {
    json: { permissions },
    repeatable: true,
    what,
  });
}

export async function deleteInvitation(
  { http, account: { login } }: GitHubWriter,
  repository: string,
  id: number,
): Promise<void> {
  const what = `take back the invitation ${id} to ${login}/${repository}`;
  await http.delete(path`/repos/${login}/${repository}/invitations/${id}`, { expect: [404], what });
}

/** An account's number, which its login may outlive. */
export async function accountId({ http }: GitHubReader, username: string): Promise<string> {
  const { body } = await http.get(path`/users/${username}`, { what: `show the account ${username}` });
  return String((body as { id: number }).id);
}
