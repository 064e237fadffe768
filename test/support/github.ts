/**
 * GitHub on a free port: npm `emulate`'s stateful emulator behind a small server that adds what the
 * emulator lacks of the real REST API and hands the rest on.
 *
 * Added, each from docs.github.com/rest: tokens and scopes, User-Agent, the list of an organisation's
 * repositories, names without regard to case, redirects from former names, archived repositories
 * that refuse writes, `already_exists`, default labels, ETags, and the settings that the emulator drops.
 */
import { createEmulator } from "emulate";
import { branchProtection } from "./github/branch-protection.ts";
import { collaborators } from "./github/collaborators.ts";
import { type Delivery, deliver, deliveries } from "./github/deliveries.ts";
import { environmentBranches } from "./github/environment-branches.ts";
import { environments, person } from "./github/environments.ts";
import { hooks } from "./github/hooks.ts";
import { labels } from "./github/labels.ts";
import { milestones } from "./github/milestones.ts";
import { createOrganization, organization } from "./github/organization.ts";
import { organizationVariables } from "./github/organization-variables.ts";
import { conditional, createQuota, limited } from "./github/pages.ts";
import { repositories } from "./github/repositories.ts";
import { rulesets } from "./github/rulesets.ts";
import { secrets, secretValues } from "./github/secrets.ts";
import { createState, type GitHubState, type Handler, refusal } from "./github/state.ts";
import { type CommitStatus, statuses } from "./github/statuses.ts";
import { graphql, teams } from "./github/teams.ts";
import { variables } from "./github/variables.ts";
import { type Answer, connect, fieldsOf, json, parsed, type Received, serve } from "./loopback.ts";

export interface GitHubSeed {
  /** The organisation's login; default `acme`. */
  org?: string;
  /** The account of the token, an owner of the organisation; default `plumbline-bot`. */
  login?: string;
  /** The account's token, for a test with two of them. */
  token?: string;
  /** Logins of further members of the organisation. */
  members?: readonly string[];
  /** Logins of people who are not in the organisation. */
  outsiders?: readonly string[];
  /** Repositories of the organisation that are there already; they have no labels. */
  repositories?: readonly { name: string; description?: string; private?: boolean; topics?: readonly string[] }[];
  /** Branches that every repository with a commit has beside its default one. */
  branches?: readonly string[];
  /** Whether repositories made later get GitHub's nine labels, as they do there; default true. */
  defaultLabels?: boolean;
  /** The most that a page holds, whatever was asked for; default as GitHub, 100. */
  pageLimit?: number;
}

export interface GitHub {
  url: string;
  /** A classic token of the organisation's owner, with every scope. */
  token: string;
  /** A token of the same account that may only read. */
  readOnlyToken: string;
  org: string;
  login: string;
  /** Calls the API as the owner, to look at things and to change them behind Plumbline's back. */
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** One repository of the organisation; `undefined` when there is none. */
  repository(name: string): Promise<Record<string, unknown> | undefined>;
  /** The names of the organisation's repositories, in ascending order. */
  repositoryNames(): Promise<string[]>;
  /** All labels of a repository, by name. */
  labels(repository: string): Promise<Record<string, { color: string; description: string | null }>>;
  /** All that were set, the newest first. */
  statuses: readonly CommitStatus[];
  /** What a webhook's messages are signed with, by its id. */
  hookSecret(id: number): string | undefined;
  /** Sends an event by a hook, as GitHub does: once, and kept with how it went. @param hook its address. */
  deliver(hook: string, event: string, payload: unknown): Promise<Delivery>;
  /** All attempts of a hook, the newest first. */
  deliveries(hook: string): readonly Delivery[];
  /** The values of a repository's secrets, or of one of its environments. */
  secrets(repository: string, environment?: string): Record<string, string>;
  close(): Promise<void>;
}

/** Starts it. Nothing is shared between two of them. */
export async function startGitHub(seed: GitHubSeed = {}): Promise<GitHub> {
  const org = seed.org ?? "acme";
  const login = seed.login ?? "plumbline-bot";
  const token = seed.token ?? "ghp_ownerOwnerOwnerOwnerOwnerOwnerOwner00";
  const readOnlyToken = "ghp_readerReaderReaderReaderReaderRead00";
  const emulator = await createEmulator({
    service: "github",
    port: 0,
    seed: { github: emulatorSeed(org, login, seed) },
  });
  const upstream = connect(emulator.url);
  const logins = [login, ...(seed.members ?? []), ...(seed.outsiders ?? [])];
  const own = createOrganization(org, login, seed.members ?? []);
  const state = createState(upstream, seed.defaultLabels ?? true, own);
  state.branches = seed.branches ?? [];
  for (const name of logins) await meet(state, name);
  for (const { name } of seed.repositories ?? []) await learn(state, `${org}/${name}`);
  const count = createQuota(Math.ceil(Date.now() / 1000) + 3600);
  const loopback = await serve(async (request) => {
    const refused = admit(request, token, readOnlyToken);
    const answer = refused ?? (await handle(state, limited(request, seed.pageLimit)));
    const scopes = {
      "x-oauth-scopes": "admin:org, delete_repo, repo",
      "x-github-media-type": "github.v3; format=json",
    };
    const tagged = conditional(request, answer);
    return count({ ...tagged, headers: { ...tagged.headers, ...(refused ? {} : scopes) } });
  });
  const api = caller(loopback.url, token);
  return {
    url: loopback.url,
    token,
    readOnlyToken,
    org,
    login,
    api,
    ...views(api, org),
    statuses: state.statuses,
    hookSecret: (id) => state.configuration.hookSecrets.get(id),
    deliver: (hook, event, payload) => deliver(state, hook, { event, payload }),
    deliveries: (hook) => state.configuration.deliveries.get(hook) ?? [],
    secrets: (repository, environment) => secretValues(state, `${org}/${repository}`, environment),
    async close() {
      await loopback.close();
      await upstream.close();
      await emulator.close();
    },
  };
}

function emulatorSeed(org: string, login: string, seed: GitHubSeed): Record<string, unknown> {
  const members = seed.members ?? [];
  return {
    users: [login, ...members, ...(seed.outsiders ?? [])].map((name) => ({ login: name })),
    orgs: [
      {
        login: org,
        name: org,
        members: [{ login, role: "admin" }, ...members.map((name) => ({ login: name, role: "member" }))],
      },
    ],
    repos: (seed.repositories ?? []).map((repository) => ({ owner: org, ...repository })),
  };
}

async function meet(state: GitHubState, login: string): Promise<void> {
  const { body } = await state.call("GET", `/users/${login}`);
  state.organization.people.set(login.toLowerCase(), { id: (body as { id: number }).id, login });
}

async function learn(state: GitHubState, fullName: string): Promise<void> {
  const { body } = await state.call("GET", `/repos/${fullName}`);
  state.repositories.set(fullName.toLowerCase(), { id: (body as { id: number }).id, fullName });
}

/** What GitHub says before it looks at the path. */
function admit(request: Received, token: string, readOnlyToken: string): Answer | undefined {
  if (!request.headers["user-agent"]) {
    return refusal(
      403,
      "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
    );
  }
  const given = /^(?:bearer|token) +(.*)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (given === undefined) return refusal(401, "Requires authentication");
  if (given === readOnlyToken && request.method !== "GET" && request.method !== "HEAD") {
    return refusal(403, "Resource not accessible by personal access token");
  }
  return given === token || given === readOnlyToken ? undefined : refusal(401, "Bad credentials");
}

/** Each answers what it is about. */
const handlers: readonly Handler[] = [
  rulesets,
  branchProtection,
  collaborators,
  environmentBranches,
  environments,
  deliveries,
  hooks,
  milestones,
  person,
  secrets,
  statuses,
  variables,
  organizationVariables,
  labels,
  organization,
  teams,
  graphql,
  repositories,
];

async function handle(state: GitHubState, received: Received): Promise<Answer> {
  const request = await located(state, received);
  if ("status" in request) return request;
  const refused = await archived(state, request);
  if (refused) return refused;
  for (const answer of handlers) {
    const answered = await answer(state, request);
    if (answered) return answered;
  }
  return state.forward(request);
}

/** Spells a repository's name as it was made, or redirects: 301 for reads, 307 for writes. */
async function located(state: GitHubState, request: Received): Promise<Received | Answer> {
  const byId = /^\/repositories\/(\d+)(\/.*)?$/.exec(request.path);
  if (byId) {
    const known = [...state.repositories.values()].find(({ id }) => id === Number(byId[1]));
    return known ? { ...request, path: `/repos/${known.fullName}${byId[2] ?? ""}` } : refusal(404, "Not Found");
  }
  const match = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(request.path);
  if (!match?.[1]) return request;
  const known = state.repositories.get(match[1].toLowerCase());
  if (known) return { ...request, path: `/repos/${known.fullName}${match[2] ?? ""}` };
  const id = state.former.get(match[1].toLowerCase());
  if (id === undefined) return refusal(404, "Not Found");
  const location = `http://${request.headers.host}/repositories/${id}${match[2] ?? ""}`;
  const read = request.method === "GET" || request.method === "HEAD";
  const message = read ? "Moved Permanently" : "Temporary Redirect";
  return json(read ? 301 : 307, { message, url: location }, { location });
}

/** An archived repository can be read, deleted and unarchived, and nothing else. */
async function archived(state: GitHubState, { method, path, body }: Received): Promise<Answer | undefined> {
  const match = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(path);
  if (!match || method === "GET" || method === "HEAD") return undefined;
  const whole = match[2] === undefined;
  if (whole && (method === "DELETE" || (method === "PATCH" && fieldsOf(body).archived === false))) return undefined;
  const repository = (await state.call("GET", `/repos/${match[1]}`)).body as { archived?: boolean } | undefined;
  return repository?.archived === true ? refusal(403, "Repository was archived so is read-only.") : undefined;
}

function caller(url: string, token: string): GitHub["api"] {
  return async (method, path, body) => {
    const link = connect(url);
    try {
      const [pathname = path, search] = path.split("?");
      const answer = await link.send({
        method,
        path: pathname,
        query: new URLSearchParams(search ?? ""),
        headers: { authorization: `Bearer ${token}`, "user-agent": "test", "content-type": "application/json" },
        body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
      });
      return { status: answer.status, body: parsed(answer.body) };
    } finally {
      await link.close();
    }
  };
}

function views(api: GitHub["api"], org: string): Pick<GitHub, "repository" | "repositoryNames" | "labels"> {
  const pages = async (path: string): Promise<Record<string, unknown>[]> => {
    const found: Record<string, unknown>[] = [];
    for (let page = 1; ; page += 1) {
      const { body } = await api("GET", `${path}?per_page=100&page=${page}`);
      const part = Array.isArray(body) ? (body as Record<string, unknown>[]) : [];
      if (part.length === 0) return found;
      found.push(...part);
    }
  };
  return {
    async repository(name) {
      const { status, body } = await api("GET", `/repos/${org}/${name}`);
      return status === 200 ? (body as Record<string, unknown>) : undefined;
    },
    repositoryNames: async () => (await pages(`/orgs/${org}/repos`)).map(({ name }) => String(name)).sort(),
    async labels(repository) {
      const found = (await pages(`/repos/${org}/${repository}/labels`)) as {
        name: string;
        color: string;
        description: string | null;
      }[];
      return Object.fromEntries(found.map(({ name, color, description }) => [name, { color, description }]));
    },
  };
}
