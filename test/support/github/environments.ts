/**
 * Environments, which the emulator lacks (docs.github.com/rest/deployments/environments): a PUT resets what it does
 * not name, and answers come as rules.
 */
import { type Answer, fieldsOf, isRecord, json, type Received } from "../loopback.ts";
import type { Environment } from "./configuration.ts";
import { wrapped } from "./scopes.ts";
import { all, type GitHubState, invalid, refusal } from "./state.ts";

const environmentPath = /^\/repos\/([^/]+)\/([^/]+)\/environments(?:\/([^/]+))?$/;
const MOST_MINUTES = 43_200;
const MOST_REVIEWERS = 6;

/** Answers what concerns environments themselves. */
export async function environments(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const [, owner, repository, encoded] = environmentPath.exec(request.path) ?? [];
  const known = state.repositories.get(`${owner}/${repository}`.toLowerCase());
  if (!known) return undefined;
  const ofRepository = state.configuration.environments.get(known.id) ?? new Map<string, Environment>();
  state.configuration.environments.set(known.id, ofRepository);
  if (encoded === undefined) {
    if (request.method !== "GET") return undefined;
    return wrapped(request, "environments", [...ofRepository.values()], { most: 100, usual: 30, shown });
  }
  const name = decodeURIComponent(encoded);
  if (request.method === "PUT") return put(state, request, ofRepository, name);
  const found = ofRepository.get(name.toLowerCase());
  if (!found) return refusal(404, "Not Found");
  if (request.method === "GET") return json(200, shown(found));
  if (request.method !== "DELETE") return undefined;
  ofRepository.delete(name.toLowerCase());
  for (const kept of [state.configuration.variables, state.configuration.secrets])
    kept.delete(`${known.id}/${found.id}`);
  return { status: 204, headers: {}, body: Buffer.alloc(0) };
}

async function put(
  state: GitHubState,
  request: Received,
  ofRepository: Map<string, Environment>,
  name: string,
): Promise<Answer> {
  const body = fieldsOf(request.body);
  const reviewers = Array.isArray(body.reviewers) ? (body.reviewers as { type: string; id: number }[]) : [];
  const wrong = mistake(body, reviewers.length);
  if (wrong) return invalid(wrong);
  const people = await Promise.all(reviewers.map(async (one) => ({ ...one, reviewer: await find(state, one) })));
  if (people.some(({ reviewer }) => !reviewer))
    return invalid("Failed to create or update the environment protection rule.");
  const environment: Environment = {
    id: ofRepository.get(name.toLowerCase())?.id ?? state.configuration.nextId(),
    name: ofRepository.get(name.toLowerCase())?.name ?? name,
    waitTimer: Number(body.wait_timer ?? 0),
    preventSelfReview: body.prevent_self_review === true,
    reviewers: people.map(({ type, reviewer }) => ({ type, reviewer: reviewer as Record<string, unknown> })),
    branchPolicy: isRecord(body.deployment_branch_policy) ? body.deployment_branch_policy : null,
    patterns: ofRepository.get(name.toLowerCase())?.patterns ?? [],
  };
  ofRepository.set(name.toLowerCase(), environment);
  return json(200, shown(environment));
}

function mistake(
  { wait_timer: wait, prevent_self_review: prevent, deployment_branch_policy: policy }: Record<string, unknown>,
  reviewers: number,
): string | undefined {
  if (wait !== undefined && !(Number.isInteger(wait) && Number(wait) >= 0 && Number(wait) <= MOST_MINUTES)) {
    return "The wait timer is not in the range.";
  }
  if (reviewers > MOST_REVIEWERS) return "Only six reviewers are allowed.";
  if (prevent === true && reviewers === 0) {
    return "Required reviewers must have at least one reviewer to set prevent_self_review.";
  }
  if (isRecord(policy) && policy.protected_branches === policy.custom_branch_policies) {
    return "protected_branches and custom_branch_policies cannot have the same value.";
  }
  return undefined;
}

/** Answers for a person, whose login is one in upper and lower case. */
export async function person(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const name = /^\/users\/([^/]+)$/.exec(request.path)?.[1];
  if (name === undefined) return undefined;
  const login = decodeURIComponent(name).toLowerCase();
  const known = (await all(state, "/users")).find((one) => String(one.login).toLowerCase() === login);
  return state.forward(known ? { ...request, path: `/users/${known.login}` } : request);
}

async function find(state: GitHubState, { type, id }: { type: string; id: number }) {
  if (type === "Team") {
    const team = state.organization.teams.get(id);
    return team && { id, name: team.name, slug: team.slug };
  }
  return (await all(state, "/users")).find((one) => one.id === id);
}

function shown({
  id,
  name,
  waitTimer,
  preventSelfReview,
  reviewers,
  branchPolicy,
}: Environment): Record<string, unknown> {
  const rules = [
    ...(waitTimer > 0 ? [{ id: id * 10, type: "wait_timer", wait_timer: waitTimer }] : []),
    ...(reviewers.length > 0
      ? [{ id: id * 10 + 1, type: "required_reviewers", prevent_self_review: preventSelfReview, reviewers }]
      : []),
    ...(branchPolicy ? [{ id: id * 10 + 2, type: "branch_policy" }] : []),
  ];
  return { id, name, can_admins_bypass: true, protection_rules: rules, deployment_branch_policy: branchPolicy };
}
