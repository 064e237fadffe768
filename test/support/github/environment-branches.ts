/**
 * Names of branches that may deploy (docs.github.com/rest/deployments/branch-policies): only where the environment's
 * policy is a custom one, and each once.
 */
import { type Answer, fieldsOf, json, type Received } from "../loopback.ts";
import type { Environment } from "./configuration.ts";
import { wrapped } from "./scopes.ts";
import { type GitHubState, invalid, refusal } from "./state.ts";

const policyPath = /^\/repos\/([^/]+\/[^/]+)\/environments\/([^/]+)\/deployment-branch-policies(?:\/(\d+))?$/;

/** Answers what concerns the names of one environment. */
export async function environmentBranches(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const [, repository, encoded, id] = policyPath.exec(request.path) ?? [];
  const known = state.repositories.get(repository?.toLowerCase() ?? "");
  if (!known || encoded === undefined) return undefined;
  const name = decodeURIComponent(encoded).toLowerCase();
  const environment = state.configuration.environments.get(known.id)?.get(name);
  if (environment?.branchPolicy?.custom_branch_policies !== true) return refusal(404, "Not Found");
  if (id !== undefined) return ofOne(request, environment, Number(id));
  if (request.method === "POST") return create(state, request, environment);
  if (request.method !== "GET") return undefined;
  return wrapped(request, "branch_policies", environment.patterns, { most: 100, usual: 30, shown: (one) => one });
}

function create(state: GitHubState, request: Received, { patterns }: Environment): Answer {
  const { name, type = "branch" } = fieldsOf(request.body);
  if (typeof name !== "string" || (type !== "branch" && type !== "tag")) return invalid("Validation Failed");
  const made = { id: state.configuration.nextId(), name, type };
  if (patterns.some((one) => one.name === name && one.type === type)) {
    return { status: 303, headers: {}, body: Buffer.alloc(0) };
  }
  patterns.push(made);
  return json(200, made);
}

function ofOne(request: Received, { patterns }: Environment, id: number): Answer | undefined {
  const at = patterns.findIndex((one) => one.id === id);
  if (at < 0) return refusal(404, "Not Found");
  if (request.method !== "DELETE") return undefined;
  patterns.splice(at, 1);
  return { status: 204, headers: {}, body: Buffer.alloc(0) };
}
