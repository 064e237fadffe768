/**
 * Who is in an organisation, as GitHub keeps it (docs.github.com/rest/orgs/members): roles, people from outside
 * who are invited first, and pages. The emulator keeps members as a team, which GitHub does not list.
 */
import { type Answer, fieldsOf, json, type Received } from "../loopback.ts";
import { page } from "./pages.ts";
import { type GitHubState, invalid, refusal } from "./state.ts";

export interface Person {
  id: number;
  /** Spelled as it was made; logins are compared without regard to case. */
  login: string;
}

export interface Invitation {
  id: number;
  login: string;
  role: "admin" | "direct_member";
  /** Ids of the teams that are waiting. */
  teams: Set<number>;
}

export interface Team {
  id: number;
  name: string;
  slug: string;
  description: string | null;
  privacy: string;
  notification_setting: string;
  parent: number | undefined;
  /** Roles by login in lower case. */
  members: Map<string, "member" | "maintainer">;
  /** Permissions by a repository's id. */
  repositories: Map<number, string>;
}

export interface Organization {
  login: string;
  /** Whose token it is. */
  account: string;
  /** Every account there is, by login in lower case. */
  people: Map<string, Person>;
  /** Members of the organisation, by login in lower case. */
  roles: Map<string, "admin" | "member">;
  /** By login in lower case. */
  invitations: Map<string, Invitation>;
  /** By id. */
  teams: Map<number, Team>;
  nextId: number;
}

/** @param account its owner. @param members logins of its other members. */
export function createOrganization(login: string, account: string, members: readonly string[]): Organization {
  return {
    login,
    account,
    people: new Map(),
    roles: new Map([
      [account.toLowerCase(), "admin" as const],
      ...members.map((member) => [member.toLowerCase(), "member"] as const),
    ]),
    invitations: new Map(),
    teams: new Map(),
    nextId: 9000,
  };
}

/** Answers what concerns the members of the organisation. */
export async function organization(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const { organization: org } = state;
  const match = /^\/orgs\/([^/]+)\/(members|memberships|invitations)(?:\/([^/]+))?$/.exec(request.path);
  if (!match || match[1]?.toLowerCase() !== org.login.toLowerCase()) return undefined;
  const [, , what, name] = match;
  const login = name === undefined ? undefined : decodeURIComponent(name).toLowerCase();
  if (what === "members" && login === undefined) return listMembers(org, request);
  if (what === "invitations" && login === undefined)
    return page(request, [...org.invitations.values()], shownInvitation);
  if (what !== "memberships" || login === undefined) return undefined;
  if (request.method === "PUT") return putMember(org, request, login);
  if (request.method === "DELETE") return deleteMember(org, login);
  return membership(org, login);
}

function listMembers(org: Organization, request: Received): Answer {
  const role = request.query.get("role") ?? "all";
  const logins = [...org.roles].filter(([, has]) => role === "all" || has === role).map(([login]) => login);
  return page(request, logins, (login) => shownPerson(org, login));
}

function putMember(org: Organization, request: Received, login: string): Answer {
  if (!org.people.has(login)) return refusal(404, "Not Found");
  const role = fieldsOf(request.body).role ?? "member";
  if (role !== "admin" && role !== "member") return invalid("Validation Failed");
  if (org.roles.has(login)) org.roles.set(login, role);
  else invite(org, login).role = role === "admin" ? "admin" : "direct_member";
  return membership(org, login);
}

function deleteMember(org: Organization, login: string): Answer {
  if (!org.roles.has(login) && !org.invitations.has(login)) return refusal(404, "Not Found");
  org.roles.delete(login);
  org.invitations.delete(login);
  for (const team of org.teams.values()) team.members.delete(login);
  return { status: 204, headers: {}, body: Buffer.alloc(0) };
}

function membership(org: Organization, login: string): Answer {
  const role = org.roles.get(login);
  const invitation = org.invitations.get(login);
  if (role === undefined && !invitation) return refusal(404, "Not Found");
  return json(200, {
    state: role === undefined ? "pending" : "active",
    role: role ?? (invitation?.role === "admin" ? "admin" : "member"),
    user: shownPerson(org, login),
  });
}

/** The open invitation of somebody outside. */
export function invite(org: Organization, login: string): Invitation {
  const known = org.invitations.get(login);
  if (known) return known;
  org.nextId += 1;
  const spelled = org.people.get(login)?.login ?? login;
  const made: Invitation = { id: org.nextId, login: spelled, role: "direct_member", teams: new Set() };
  org.invitations.set(login, made);
  return made;
}

export function shownPerson(org: Organization, login: string): Record<string, unknown> {
  const { id, login: spelled } = org.people.get(login) as Person;
  return { id, login: spelled, type: "User", site_admin: false };
}

export function shownInvitation({ id, login, role, teams }: Invitation): Record<string, unknown> {
  return { id, login, email: null, role, team_count: teams.size, invitation_source: "member" };
}
