/**
 * An organisation's variables, which the emulator lacks (docs.github.com/rest/actions/variables): repositories are
 * given with the visibility `selected` only, and listed at an address of their own.
 */
import { type Answer, fieldsOf, json, type Received } from "../loopback.ts";
import type { OrganizationVariable } from "./configuration.ts";
import { isName, wrapped } from "./scopes.ts";
import { all, type GitHubState, invalid, refusal } from "./state.ts";

const moment = "2026-11-25T12:00:00Z";
const nothing: Answer = { status: 204, headers: {}, body: Buffer.alloc(0) };
const visibilities: readonly unknown[] = ["all", "private", "selected"];

type Variables = Map<string, OrganizationVariable>;

/** Answers what concerns them. */
export async function organizationVariables(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const match = /^\/orgs\/([^/]+)\/actions\/variables(?:\/([^/]+)(\/repositories)?)?$/.exec(request.path);
  if (!match || match[1]?.toLowerCase() !== state.organization.login.toLowerCase()) return undefined;
  const known = state.configuration.organizationVariables;
  const [, , name, selected] = match;
  if (name === undefined) return ofAll(request, known);
  const key = decodeURIComponent(name).toUpperCase();
  const variable = known.get(key);
  if (!variable) return refusal(404, "Not Found");
  return selected === undefined ? ofOne(request, known, key, variable) : repositoriesOf(state, request, variable);
}

function ofAll(request: Received, known: Variables): Answer | undefined {
  if (request.method === "GET") {
    return wrapped(request, "variables", [...known].sort(), { most: 30, usual: 10, shown });
  }
  if (request.method !== "POST") return undefined;
  const body = fieldsOf(request.body);
  const made = merged({ value: "", visibility: "", repositories: [] }, body);
  if (!isName(body.name) || !made) return invalid("Validation Failed");
  if (known.has(body.name.toUpperCase())) return refusal(409, "Already exists - Variable already exists");
  known.set(body.name.toUpperCase(), made);
  return json(201, {});
}

function ofOne(request: Received, known: Variables, key: string, variable: OrganizationVariable): Answer | undefined {
  if (request.method === "GET") return json(200, shown([key, variable]));
  if (request.method === "PATCH") {
    const body = fieldsOf(request.body);
    const to = body.name ?? key;
    const changed = merged(variable, body);
    if (!isName(to) || !changed) return invalid("Validation Failed");
    known.delete(key);
    known.set(to.toUpperCase(), changed);
    return nothing;
  }
  if (request.method !== "DELETE") return undefined;
  known.delete(key);
  return nothing;
}

/** @returns undefined for what GitHub refuses: repositories that are given while others see it too, among them. */
function merged(before: OrganizationVariable, body: Record<string, unknown>): OrganizationVariable | undefined {
  const { value = before.value, visibility = before.visibility, selected_repository_ids: ids } = body;
  if (typeof value !== "string" || !visibilities.includes(visibility)) return undefined;
  if (ids !== undefined && (body.visibility !== "selected" || !Array.isArray(ids))) return undefined;
  const repositories = (ids as number[] | undefined) ?? before.repositories;
  return { value, visibility: String(visibility), repositories: visibility === "selected" ? repositories : [] };
}

async function repositoriesOf(state: GitHubState, request: Received, variable: OrganizationVariable): Promise<Answer> {
  if (variable.visibility !== "selected") return refusal(409, "The variable's visibility is not selected");
  const found = (await all(state, `/search/repositories?q=org:${state.organization.login}`)).filter(({ id }) =>
    variable.repositories.includes(Number(id)),
  );
  return wrapped(request, "repositories", found, { most: 100, usual: 30, shown: (one) => one });
}

function shown([name, { value, visibility }]: readonly [string, OrganizationVariable]): Record<string, unknown> {
  return { name, value, visibility, created_at: moment, updated_at: moment };
}
