/**
 * Teams as GitHub keeps them (docs.github.com/rest/teams), where the emulator differs: parents and their end,
 * slugs that follow the name, members of child teams in a parent's list, owners who are always maintainers,
 * the creator who becomes one, invitations, the direct members that only GraphQL knows, and permissions.
 */
import { type Answer, fieldsOf, isRecord, json, type Received } from "../loopback.ts";
import { invite, type Organization, shownInvitation, shownPerson, type Team } from "./organization.ts";
import { page } from "./pages.ts";
import { all, type GitHubState, invalid, refusal } from "./state.ts";

const nothing: Answer = { status: 204, headers: {}, body: Buffer.alloc(0) };

/** Answers all that lies below an organisation's teams. */
export async function teams(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const { organization: org } = state;
  const match = /^\/orgs\/([^/]+)\/teams(?:\/([^/]+)(\/.*)?)?$/.exec(request.path);
  if (!match || match[1]?.toLowerCase() !== org.login.toLowerCase()) return undefined;
  const [, , slug, rest] = match;
  if (slug === undefined) return request.method === "POST" ? create(org, request) : list(org, request);
  const team = [...org.teams.values()].find((one) => one.slug === decodeURIComponent(slug));
  if (!team) return refusal(404, "Not Found");
  if (rest === undefined) return one(org, team, request);
  if (rest === "/members") return members(org, team, request);
  if (rest === "/invitations") return page(request, invited(org, team), shownInvitation);
  const member = /^\/memberships\/([^/]+)$/.exec(rest)?.[1];
  if (member !== undefined) return membership(org, team, request, decodeURIComponent(member).toLowerCase());
  return repositories(state, team, request, rest);
}

/** Answers the one query that the connector asks: who is in a team itself. */
export async function graphql({ organization: org }: GitHubState, request: Received): Promise<Answer | undefined> {
  if (request.path !== "/graphql" || request.method !== "POST") return undefined;
  const { query, variables } = fieldsOf(request.body);
  if (!isRecord(variables) || !String(query).includes("members(membership: IMMEDIATE"))
    return refusal(400, "Bad query");
  const team = [...org.teams.values()].find(({ slug }) => slug === variables.team);
  const start = Number(variables.after ?? 0);
  const found = [...(team?.members.keys() ?? [])];
  const edges = found.slice(start, start + 2).map((login) => ({
    role: team ? roleOf(org, team, login).toUpperCase() : "",
    node: { login: shownPerson(org, login).login },
  }));
  const end = start + edges.length;
  const pageInfo = { hasNextPage: end < found.length, endCursor: String(end) };
  return json(200, { data: { organization: { team: team ? { members: { edges, pageInfo } } : null } } });
}

function list(org: Organization, request: Received): Answer {
  return page(request, [...org.teams.values()], (team) => shown(org, team));
}

function create(org: Organization, request: Received): Answer {
  const body = fieldsOf(request.body);
  const name = String(body.name ?? "");
  const slug = slugOf(name);
  if (slug === "") return invalid("Validation Failed", [{ resource: "Team", code: "missing_field", field: "name" }]);
  if (isTaken(org, slug)) return taken();
  const parent = typeof body.parent_team_id === "number" ? body.parent_team_id : undefined;
  const wrong = mistake(org, body, parent);
  if (wrong) return wrong;
  org.nextId += 1;
  const team: Team = {
    id: org.nextId,
    name,
    slug,
    description: typeof body.description === "string" ? body.description : null,
    privacy: String(body.privacy ?? (parent === undefined ? "secret" : "closed")),
    notification_setting: String(body.notification_setting ?? "notifications_enabled"),
    parent,
    members: new Map([[org.account.toLowerCase(), "maintainer"]]),
    repositories: new Map(),
  };
  org.teams.set(team.id, team);
  return json(201, shown(org, team));
}

function one(org: Organization, team: Team, request: Received): Answer {
  if (request.method === "DELETE") {
    removeWithChildren(org, team);
    return nothing;
  }
  if (request.method === "PATCH") return update(org, team, fieldsOf(request.body));
  return json(200, shown(org, team));
}

function update(org: Organization, team: Team, body: Record<string, unknown>): Answer {
  const parent = body.parent_team_id === undefined ? team.parent : ((body.parent_team_id ?? undefined) as number);
  const wrong = mistake(org, { privacy: team.privacy, ...body }, parent);
  if (wrong) return wrong;
  if (typeof body.name === "string" && body.name !== team.name) {
    const slug = slugOf(body.name);
    if (slug !== team.slug && isTaken(org, slug)) return taken();
    Object.assign(team, { name: body.name, slug });
  }
  for (const field of ["description", "privacy", "notification_setting"] as const) {
    if (body[field] !== undefined) Object.assign(team, { [field]: body[field] });
  }
  team.parent = parent;
  return json(200, shown(org, team));
}

/** What a team with a parent must be. */
function mistake(org: Organization, body: Record<string, unknown>, parent: number | undefined): Answer | undefined {
  if (parent === undefined) return undefined;
  if (!org.teams.has(parent)) return invalid("Validation Failed", [{ resource: "Team", field: "parent_team_id" }]);
  if (body.privacy === "secret") return invalid("Nested teams must be closed");
  return undefined;
}

function removeWithChildren(org: Organization, team: Team): void {
  org.teams.delete(team.id);
  for (const child of org.teams.values()) if (child.parent === team.id) removeWithChildren(org, child);
}

function members(org: Organization, team: Team, request: Received): Answer {
  const wanted = request.query.get("role") ?? "all";
  const roles = new Map<string, string>();
  for (const below of withDescendants(org, team)) {
    for (const login of below.members.keys()) if (!roles.has(login)) roles.set(login, roleOf(org, below, login));
  }
  const found = [...roles].filter(([, role]) => wanted === "all" || role === wanted);
  return page(request, found, ([login]) => shownPerson(org, login));
}

function withDescendants(org: Organization, team: Team): Team[] {
  const children = [...org.teams.values()].filter(({ parent }) => parent === team.id);
  return [team, ...children.flatMap((child) => withDescendants(org, child))];
}

function roleOf(org: Organization, team: Team, login: string): string {
  return org.roles.get(login) === "admin" ? "maintainer" : (team.members.get(login) ?? "member");
}

function invited(org: Organization, team: Team) {
  return [...org.invitations.values()].filter((invitation) => invitation.teams.has(team.id));
}

function membership(org: Organization, team: Team, request: Received, login: string): Answer {
  if (request.method === "PUT") {
    if (!org.people.has(login)) return refusal(404, "Not Found");
    const { role } = fieldsOf(request.body);
    if (org.roles.has(login)) team.members.set(login, role === "maintainer" ? "maintainer" : "member");
    else invite(org, login).teams.add(team.id);
  }
  const invitation = org.invitations.get(login);
  const waiting = invitation?.teams.has(team.id) === true;
  if (!team.members.has(login) && !waiting) return refusal(404, "Not Found");
  if (request.method === "DELETE") {
    team.members.delete(login);
    invitation?.teams.delete(team.id);
    return nothing;
  }
  return json(200, { role: roleOf(org, team, login), state: waiting ? "pending" : "active" });
}

async function repositories(state: GitHubState, team: Team, request: Received, rest: string): Promise<Answer> {
  if (rest === "/repos") {
    const found = (await all(state, `/search/repositories?q=org:${state.organization.login}`)).filter(({ id }) =>
      permissionOf(state.organization, team, Number(id)),
    );
    return page(request, found, (repository) => {
      const permission = permissionOf(state.organization, team, Number(repository.id)) as string;
      return { ...repository, role_name: roleNames[permission] ?? permission };
    });
  }
  const fullName = decodeURIComponent(rest.replace(/^\/repos\//, "")).toLowerCase();
  const known = state.repositories.get(fullName);
  if (!known) return refusal(404, "Not Found");
  if (request.method === "PUT") team.repositories.set(known.id, String(fieldsOf(request.body).permission ?? "push"));
  else team.repositories.delete(known.id);
  return nothing;
}

/** GitHub says `read` and `write` where it takes `pull` and `push`. */
const roleNames: Readonly<Record<string, string>> = { pull: "read", push: "write" };
const strength = ["pull", "triage", "push", "maintain", "admin"];

/** A team has what its parents have, too. */
function permissionOf(org: Organization, team: Team, repository: number): string | undefined {
  const own = team.repositories.get(repository);
  const above = team.parent === undefined ? undefined : org.teams.get(team.parent);
  const inherited = above && permissionOf(org, above, repository);
  if (own === undefined || inherited === undefined) return own ?? inherited;
  return strength.indexOf(inherited) > strength.indexOf(own) ? inherited : own;
}

function shown(org: Organization, team: Team): Record<string, unknown> {
  const { members: _, repositories: __, parent, ...plain } = team;
  const above = parent === undefined ? undefined : org.teams.get(parent);
  return { ...plain, permission: "pull", parent: above ? { id: above.id, name: above.name, slug: above.slug } : null };
}

function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}

function isTaken(org: Organization, slug: string): boolean {
  return [...org.teams.values()].some((team) => team.slug === slug);
}

function taken(): Answer {
  const message = "Name must be unique for this org";
  return invalid("Validation Failed", [{ resource: "Team", code: "already_exists", field: "name", message }]);
}
