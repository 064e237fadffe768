/**
 * Collaborators as GitHub keeps them (docs.github.com/rest/collaborators), where the emulator differs: who is
 * not in the organisation is invited, roles have names, and logins are compared without regard to case.
 */
import { type Answer, fieldsOf, json, type Received } from "../loopback.ts";
import { type Organization, shownPerson } from "./organization.ts";
import { page } from "./pages.ts";
import { type GitHubState, refusal } from "./state.ts";

interface Invited {
  id: number;
  login: string;
  permissions: string;
  expired: boolean;
}

/** Who may do what in one repository. */
export interface Access {
  /** Permissions by login in lower case. */
  people: Map<string, string>;
  /** By login in lower case. */
  invitations: Map<string, Invited>;
}

const nothing: Answer = { status: 204, headers: {}, body: Buffer.alloc(0) };
/** GitHub says `read` and `write` where it takes `pull` and `push`. */
const roleNames: Readonly<Record<string, string>> = { pull: "read", push: "write" };
const strength = ["pull", "triage", "push", "maintain", "admin"];

/** Answers what concerns a repository's collaborators and invitations. */
export async function collaborators(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const match = /^\/repos\/([^/]+\/[^/]+)\/(collaborators|invitations)(?:\/([^/]+))?$/.exec(request.path);
  const id = match?.[1] === undefined ? undefined : state.repositories.get(match[1].toLowerCase())?.id;
  if (!match || id === undefined) return undefined;
  const access = accessTo(state, id);
  const name = match[3] === undefined ? undefined : decodeURIComponent(match[3]).toLowerCase();
  if (match[2] === "invitations") return invitations(state.organization, access, request, name);
  if (name === undefined) return list(state.organization, access, request);
  return one(state.organization, access, request, name);
}

function accessTo(state: GitHubState, repository: number): Access {
  const known = state.access.get(repository) ?? { people: new Map(), invitations: new Map() };
  state.access.set(repository, known);
  return known;
}

function list(org: Organization, access: Access, request: Received): Answer {
  const everybody = new Map(access.people);
  if (request.query.get("affiliation") !== "direct") {
    for (const [login, role] of org.roles) if (role === "admin") everybody.set(login, "admin");
  }
  return page(request, [...everybody], ([login, permission]) => {
    const level = strength.indexOf(permission);
    const flags = Object.fromEntries(strength.map((word, index) => [word, level < 0 ? index === 0 : index <= level]));
    return { ...shownPerson(org, login), permissions: flags, role_name: roleNames[permission] ?? permission };
  });
}

function one(org: Organization, access: Access, request: Received, login: string): Answer | undefined {
  if (request.method === "DELETE") {
    access.people.delete(login);
    access.invitations.delete(login);
    return nothing;
  }
  if (request.method !== "PUT") return undefined;
  const person = org.people.get(login);
  if (!person) return refusal(404, "Not Found");
  const permission = String(fieldsOf(request.body).permission ?? "push");
  if (org.roles.has(login) || access.people.has(login)) {
    access.people.set(login, permission);
    return nothing;
  }
  org.nextId += 1;
  const made = { id: org.nextId, login, permissions: roleNames[permission] ?? permission, expired: false };
  access.invitations.set(login, made);
  return json(201, shown(org, made));
}

function invitations(org: Organization, access: Access, request: Received, name: string | undefined): Answer {
  const all = [...access.invitations.values()];
  if (name === undefined) return page(request, all, (invited) => shown(org, invited));
  const found = all.find(({ id }) => String(id) === name);
  if (!found) return refusal(404, "Not Found");
  if (request.method === "DELETE") {
    access.invitations.delete(found.login);
    return nothing;
  }
  found.permissions = String(fieldsOf(request.body).permissions ?? found.permissions);
  return json(200, shown(org, found));
}

function shown(org: Organization, { id, login, permissions, expired }: Invited): Record<string, unknown> {
  return { id, invitee: shownPerson(org, login), permissions, expired };
}
