/**
 * GitHub's calls about teams and who is in them.
 *
 * A list of a team's members holds those of its child teams too, and nothing in it tells them apart; only
 * GraphQL knows who is in a team itself.
 */
import { byLink, ConnectorError, path } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";

export interface RawTeam {
  id: number;
  name: string;
  slug: string;
  description: string | null;
  privacy?: string;
  notification_setting?: string;
  parent: { id: number; slug: string } | null;
}

export type TeamRole = "member" | "maintainer";

export interface RawTeamMember {
  login: string;
  role: TeamRole;
}

/** Somebody who was asked in and has not answered; without a login where only an address is known. */
export interface RawInvitation {
  id: number;
  login: string | null;
  role: string;
  team_count: number;
}

const page = { query: { per_page: 100 }, pageSize: 100 } as const;

/** Who is in a team itself, a hundred at a time. */
const DIRECT_MEMBERS = `query ($organization: String!, $team: String!, $after: String) {
  organization(login: $organization) {
    team(slug: $team) {
      members(membership: IMMEDIATE, first: 100, after: $after) {
        edges { role node { login } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`;

interface DirectMembers {
  edges: readonly { role: string; node: { login: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export function listTeams({ http, account: { login } }: GitHubReader): AsyncGenerator<RawTeam> {
  return byLink(http, path`/orgs/${login}/teams`, { ...page, what: `list the teams of ${login}` });
}

/** The members of a team without child teams. A role has a list of its own: the items do not tell it. */
export async function teamMembers(github: GitHubReader, slug: string): Promise<RawTeamMember[]> {
  const { http, account } = github;
  const withRole = async (role: TeamRole): Promise<RawTeamMember[]> => {
    const query = { ...page.query, role };
    const what = `list the members of the team ${slug}`;
    const address = path`/orgs/${account.login}/teams/${slug}/members`;
    const found = await Array.fromAsync(byLink<{ login: string }>(http, address, { ...page, query, what }));
    return found.map(({ login }) => ({ login, role }));
  };
  return (await Promise.all([withRole("maintainer"), withRole("member")])).flat();
}

/** The members of a team itself, without those of its child teams. */
export async function directTeamMembers(github: GitHubReader, slug: string): Promise<RawTeamMember[]> {
  const found: RawTeamMember[] = [];
  let after: string | null = null;
  do {
    const { edges, pageInfo } = await directMembersPage(github, slug, after);
    for (const { role, node } of edges) found.push({ login: node.login, role: role.toLowerCase() as TeamRole });
    if (pageInfo.hasNextPage && (pageInfo.endCursor === null || pageInfo.endCursor === after)) throw cutShort(slug);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

async function directMembersPage(github: GitHubReader, slug: string, after: string | null): Promise<DirectMembers> {
  const { http, account } = github;
  const variables = { organization: account.login, team: slug, after };
  const what = `list the direct members of the team ${slug}`;
  const { body } = await http.graphql(account.graphql, DIRECT_MEMBERS, variables, { what });
  const { data } = body as { data: { organization: { team: { members: DirectMembers } | null } | null } | null };
  const members = data?.organization?.team?.members;
  if (!members) throw cutShort(slug);
  return members;
}

function cutShort(slug: string): ConnectorError {
  return new ConnectorError("UNAVAILABLE", `GitHub did not list the direct members of the team ${slug} to their end.`);
}

export function teamInvitations({ http, account }: GitHubReader, slug: string): AsyncGenerator<RawInvitation> {
  const what = `list the invitations to the team ${slug}`;
  return byLink(http, path`/orgs/${account.login}/teams/${slug}/invitations`, { ...page, what });
}

/** @param team fields as GitHub takes them, `parent_team_id` among them. */
export async function createTeam(
  { http, account: { login } }: GitHubWriter,
  team: Readonly<Record<string, unknown>> & { name: string },
): Promise<RawTeam> {
  const what = `create the team "${team.name}" in ${login}`;
  return (await http.post(path`/orgs/${login}/teams`, { json: team, what })).body as RawTeam;
}

/** @returns the team as it is then: another name gives it another slug. */
export async function updateTeam(
  { http, account }: GitHubWriter,
  slug: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<RawTeam> {
  const what = `change the team ${slug}`;
  const repeatable = fields.name === undefined;
  const answer = await http.patch(path`/orgs/${account.login}/teams/${slug}`, { json: fields, repeatable, what });
  return answer.body as RawTeam;
}

export async function deleteTeam({ http, account }: GitHubWriter, slug: string): Promise<void> {
  const what = `delete the team ${slug}`;
  await http.delete(path`/orgs/${account.login}/teams/${slug}`, { expect: [404], what });
}

/** Puts somebody into a team, or changes the role; who is not in the organisation is invited. */
export async function putTeamMember(
  { http, account }: GitHubWriter,
  slug: string,
  username: string,
  role: TeamRole,
): Promise<void> {
  const what = `make ${username} a ${role} of the team ${slug}`;
  await http.put(path`/orgs/${account.login}/teams/${slug}/memberships/${username}`, { json: { role }, what });
}

/** Takes somebody out of a team, or takes the invitation to it back. */
export async function deleteTeamMember({ http, account }: GitHubWriter, slug: string, username: string): Promise<void> {
  const what = `take ${username} out of the team ${slug}`;
  await http.delete(path`/orgs/${account.login}/teams/${slug}/memberships/${username}`, { expect: [404], what });
}
