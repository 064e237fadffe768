/**
 * Repositories as GitHub keeps them, where the emulator differs: one setting set (docs.github.com/rest/
 * repos/repos), names without regard to case, `visibility` on create, topics in lower case, and the
 * list of an organisation, whose items lack the settings that only a single repository's answer has.
 */
import { type Answer, fieldsOf, json, type Received } from "../loopback.ts";
import { addDefaultLabels } from "./labels.ts";
import { page } from "./pages.ts";
import { all, type GitHubState, invalid, refusal, withBody } from "./state.ts";

/** Settings that the emulator drops, with GitHub's values for a new repository. */
const kept: Readonly<Record<string, unknown>> = {
  allow_update_branch: false,
  has_pull_requests: true,
  merge_commit_message: "PR_TITLE",
  merge_commit_title: "MERGE_MESSAGE",
  pull_request_creation_policy: "all",
  security_and_analysis: { secret_scanning: { status: "disabled" } },
  squash_merge_commit_message: "COMMIT_MESSAGES",
  squash_merge_commit_title: "COMMIT_OR_PR_TITLE",
  web_commit_signoff_required: false,
};

/** Settings that the emulator takes when it changes a repository, not when it makes one. */
const takenLater = ["allow_auto_merge", "has_discussions", "is_template", "visibility"] as const;

/** What an item of a list lacks, beside all of {@link kept} but `web_commit_signoff_required` and the two of pulls. */
const notListed = new Set([
  "allow_auto_merge",
  "allow_merge_commit",
  "allow_rebase_merge",
  "allow_squash_merge",
  "allow_update_branch",
  "delete_branch_on_merge",
  "merge_commit_message",
  "merge_commit_title",
  "organization",
  "security_and_analysis",
  "squash_merge_commit_message",
  "squash_merge_commit_title",
]);

const onePath = /^\/repos\/([^/]+\/[^/]+)$/;

/** Answers the list, and whatever makes, changes, reads or removes one repository. */
export async function repositories(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const owner = /^\/(?:orgs\/([^/]+)|user)\/repos$/.exec(request.path);
  if (owner && request.method === "POST") return create(state, request);
  if (owner?.[1] && request.method === "GET") return list(state, request, owner[1]);
  if (request.method === "PUT" && request.path.endsWith("/topics")) return putTopics(state, request);
  const one = onePath.exec(request.path)?.[1];
  if (one === undefined) return undefined;
  if (request.method === "PATCH") return update(state, request, one);
  if (request.method === "DELETE") return remove(state, request, one);
  return request.method === "GET" ? read(state, request) : undefined;
}

async function list(state: GitHubState, request: Received, org: string): Promise<Answer> {
  if ((await state.call("GET", `/orgs/${org}`)).status === 404) return refusal(404, "Not Found");
  const type = request.query.get("type") ?? "all";
  const found = (await all(state, `/search/repositories?q=org:${org}`))
    .filter((repository) => type === "all" || type === (repository.private === true ? "private" : "public"))
    .map((repository) => complete(state, repository));
  return page(request, ordered(found, request.query), (repository) =>
    Object.fromEntries(Object.entries(repository).filter(([name]) => !notListed.has(name))),
  );
}

/** By default the newest first; by name in ascending order. */
function ordered(found: Record<string, unknown>[], query: URLSearchParams): Record<string, unknown>[] {
  const byName = query.get("sort") === "full_name";
  const ascending = query.get("direction") === "asc" || (byName && query.get("direction") !== "desc");
  const sorted = byName
    ? found.toSorted((a, b) => (String(a.full_name) < String(b.full_name) ? -1 : 1))
    : found.toSorted((a, b) => Number(a.id) - Number(b.id));
  return ascending ? sorted : sorted.toReversed();
}

async function create(state: GitHubState, request: Received): Promise<Answer> {
  const body = fieldsOf(request.body);
  const owner = /^\/orgs\/([^/]+)/.exec(request.path)?.[1] ?? (await login(state));
  if (isTaken(state, `${owner}/${body.name}`)) return nameTaken();
  const hidden = body.visibility === undefined ? body.private === true : body.visibility !== "public";
  const answer = await state.forward(withBody(request, { ...body, private: hidden }));
  if (answer.status !== 201) return answer;
  const { id, full_name: fullName } = fieldsOf(answer.body) as { id: number; full_name: string };
  state.repositories.set(fullName.toLowerCase(), { id, fullName });
  state.former.delete(fullName.toLowerCase());
  remember(state, id, body);
  const later = pick(body, takenLater);
  if (Object.keys(later).length > 0) await state.call("PATCH", `/repos/${fullName}`, later);
  if (state.defaultLabels) await addDefaultLabels(state, fullName);
  const made = await state.call("GET", `/repos/${fullName}`);
  return json(201, complete(state, made.body as Record<string, unknown>));
}

async function update(state: GitHubState, request: Received, one: string): Promise<Answer | undefined> {
  const known = state.repositories.get(one.toLowerCase());
  if (!known) return undefined;
  const body = fieldsOf(request.body);
  const name = typeof body.name === "string" ? `${one.split("/")[0]}/${body.name}` : known.fullName;
  if (name.toLowerCase() !== one.toLowerCase() && isTaken(state, name)) return nameTaken();
  const before = (await state.call("GET", `/repos/${known.fullName}`)).body as Record<string, unknown>;
  if (body.visibility !== undefined && body.visibility === before.visibility) {
    return invalid(`Visibility is already ${body.visibility}.`);
  }
  const answer = await state.forward(request);
  if (answer.status !== 200) return answer;
  remember(state, known.id, body);
  rename(state, known.fullName, String(fieldsOf(answer.body).full_name), known.id);
  return json(200, complete(state, fieldsOf(answer.body)));
}

async function remove(state: GitHubState, request: Received, one: string): Promise<Answer> {
  const answer = await state.forward(request);
  if (answer.status === 204) {
    const id = state.repositories.get(one.toLowerCase())?.id;
    state.repositories.delete(one.toLowerCase());
    for (const [name, other] of state.former) if (other === id) state.former.delete(name);
  }
  return answer;
}

async function read(state: GitHubState, request: Received): Promise<Answer> {
  const answer = await state.forward(request);
  return answer.status === 200 ? json(200, complete(state, fieldsOf(answer.body)), answer.headers) : answer;
}

/** Topics are saved in lower case; at most 20, of 50 letters, digits and hyphens each. */
function putTopics(state: GitHubState, request: Received): Promise<Answer> {
  const { names } = fieldsOf(request.body);
  const topics = Array.isArray(names) ? names.map((name) => String(name).toLowerCase()) : undefined;
  const fit = topics?.every((topic) => /^[a-z0-9][a-z0-9-]{0,49}$/.test(topic)) === true && topics.length <= 20;
  if (!fit) return Promise.resolve(invalid("Validation Failed", [{ resource: "Repository", code: "invalid" }]));
  return state.forward(withBody(request, { names: [...new Set(topics)] }));
}

function complete(state: GitHubState, repository: Record<string, unknown>): Record<string, unknown> {
  return { ...repository, ...kept, ...state.settings.get(Number(repository.id)) };
}

function remember(state: GitHubState, id: number, body: Record<string, unknown>): void {
  state.settings.set(id, { ...state.settings.get(id), ...pick(body, Object.keys(kept)) });
}

function rename(state: GitHubState, from: string, to: string, id: number): void {
  state.repositories.delete(from.toLowerCase());
  if (from.toLowerCase() !== to.toLowerCase()) state.former.set(from.toLowerCase(), id);
  state.former.delete(to.toLowerCase());
  state.repositories.set(to.toLowerCase(), { id, fullName: to });
}

function isTaken(state: GitHubState, fullName: string): boolean {
  return state.repositories.has(fullName.toLowerCase());
}

async function login(state: GitHubState): Promise<string> {
  return String(((await state.call("GET", "/user")).body as Record<string, unknown>).login);
}

function nameTaken(): Answer {
  const message = "name already exists on this account";
  return invalid("Repository creation failed.", [{ resource: "Repository", code: "custom", field: "name", message }]);
}

function pick(body: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]));
}
