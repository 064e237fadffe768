/** GitHub's calls about who is in an organisation. */
import { byLink, path } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import type { RawInvitation } from "./teams-api.ts";

export type OrganizationRole = "admin" | "member";

const page = { query: { per_page: 100 }, pageSize: 100 } as const;

/** The people with one role; `admin` are the owners. */
export function organizationMembers(
  { http, account: { login } }: GitHubReader,
  role: OrganizationRole,
): AsyncGenerator<{ id: number; login: string }> {
  const query = { ...page.query, role };
  return byLink(http, path`/orgs/${login}/members`, { ...page, query, what: `list the members of ${login}` });
}

export function organizationInvitations({ http, account: { login } }: GitHubReader): AsyncGenerator<RawInvitation> {
  return byLink(http, path`/orgs/${login}/invitations`, { ...page, what: `list the invitations to ${login}` });
}

/** Changes a role; who is not in the organisation is invited. */
export async function putOrganizationMember(
  { http, account: { login } }: GitHubWriter,
  username: string,
  role: OrganizationRole,
): Promise<void> {
  const what = `make ${username} ${role === "admin" ? "an owner" : "a member"} of ${login}`;
  await http.put(path`/orgs/${login}/memberships/${username}`, { json: { role }, what });
}

/** Takes somebody out of the organisation and all its teams, or takes the invitation back. */
export async function deleteOrganizationMember(
  { http, account: { login } }: GitHubWriter,
  username: string,
): Promise<void> {
  const what = `take ${username} out of ${login}`;
  await http.delete(path`/orgs/${login}/memberships/${username}`, { expect: [404], what });
}
