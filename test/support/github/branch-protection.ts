/**
 * Protected branches as GitHub keeps them (docs.github.com/rest/branches/branch-protection), where the emulator
 * differs: checks with their App, all settings, signatures apart from the rest, and what a 404 says.
 */
import { type Answer, fieldsOf, json, type Received } from "../loopback.ts";
import { page } from "./pages.ts";
import { all, type GitHubState, invalid, refusal } from "./state.ts";

/** What was put, and whether signatures are required. */
export interface Protected {
  body: Record<string, unknown>;
  signatures: boolean;
}

type Actors = { users?: string[]; teams?: string[]; apps?: string[] };

const nothing: Answer = { status: 204, headers: {}, body: Buffer.alloc(0) };
const required = ["required_status_checks", "enforce_admins", "required_pull_request_reviews", "restrictions"];
const toggles = [
  "required_linear_history",
  "allow_force_pushes",
  "allow_deletions",
  "block_creations",
  "required_conversation_resolution",
  "lock_branch",
  "allow_fork_syncing",
];

/** Answers what concerns protected branches. */
export async function branchProtection(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const match = /^\/repos\/([^/]+\/[^/]+)\/branches(?:\/([^/]+)\/protection(\/required_signatures)?)?$/.exec(
    request.path,
  );
  const known = match?.[1] === undefined ? undefined : state.repositories.get(match[1].toLowerCase());
  if (!match || !known) return undefined;
  const own = (await all(state, `/repos/${known.fullName}/branches`)).map(({ name }) => String(name));
  const branches = own.length > 0 ? [...own, ...state.branches] : own;
  const protections = state.protections.get(known.id) ?? new Map<string, Protected>();
  state.protections.set(known.id, protections);
  if (match[2] === undefined) return list(branches, protections, request);
  const branch = decodeURIComponent(match[2]);
  if (!branches.includes(branch)) return refusal(404, "Branch not found");
  if (request.method === "PUT" && match[3] === undefined) return put(protections, branch, fieldsOf(request.body));
  const found = protections.get(branch);
  if (!found) return refusal(404, "Branch not protected");
  if (match[3] !== undefined) {
    found.signatures = request.method === "POST";
    return request.method === "POST" ? json(200, { enabled: true }) : nothing;
  }
  if (request.method === "DELETE") {
    protections.delete(branch);
    return nothing;
  }
  return json(200, shown(found));
}

function list(branches: readonly string[], protections: Map<string, Protected>, request: Received): Answer {
  const only = request.query.get("protected");
  const found = branches.filter((name) => only === null || String(protections.has(name)) === only);
  return page(request, found, (name) => ({ name, commit: { sha: "0", url: "" }, protected: protections.has(name) }));
}

/** The whole is replaced; signatures are not part of it. */
function put(protections: Map<string, Protected>, branch: string, body: Record<string, unknown>): Answer {
  const missing = required.filter((name) => body[name] === undefined);
  if (missing.length > 0) return invalid(`Invalid request.\n\n"${missing[0]}" wasn't supplied.`);
  const made = { body, signatures: protections.get(branch)?.signatures ?? false };
  protections.set(branch, made);
  return json(200, shown(made));
}

function shown({ body, signatures }: Protected): Record<string, unknown> {
  const checks = body.required_status_checks as { strict: boolean; checks?: Record<string, unknown>[] } | null;
  const reviews = body.required_pull_request_reviews as Record<string, unknown> | null;
  const restrictions = body.restrictions as Actors | null;
  return {
    ...(checks ? { required_status_checks: shownChecks(checks) } : {}),
    ...(reviews ? { required_pull_request_reviews: shownReviews(reviews) } : {}),
    ...(restrictions ? { restrictions: shownActors(restrictions) } : {}),
    enforce_admins: { enabled: body.enforce_admins === true },
    required_signatures: { enabled: signatures },
    ...Object.fromEntries(toggles.map((name) => [name, { enabled: body[name] === true }])),
  };
}

function shownChecks({ strict, checks = [] }: { strict: boolean; checks?: Record<string, unknown>[] }) {
  const shownApp = (app: unknown) => (app === undefined || app === -1 ? null : app);
  return {
    strict,
    contexts: checks.map(({ context }) => context),
    checks: checks.map(({ context, app_id: app }) => ({ context, app_id: shownApp(app) })),
  };
}

function shownReviews(body: Record<string, unknown>): Record<string, unknown> {
  const { dismissal_restrictions: dismissal, bypass_pull_request_allowances: bypass, ...rest } = body;
  return {
    dismiss_stale_reviews: false,
    require_code_owner_reviews: false,
    require_last_push_approval: false,
    ...rest,
    ...(dismissal ? { dismissal_restrictions: shownActors(dismissal as Actors) } : {}),
    ...(bypass ? { bypass_pull_request_allowances: shownActors(bypass as Actors) } : {}),
  };
}

function shownActors({ users = [], teams = [], apps = [] }: Actors): Record<string, unknown> {
  return {
    users: users.map((login) => ({ login })),
    teams: teams.map((slug) => ({ slug })),
    apps: apps.map((slug) => ({ slug })),
  };
}
