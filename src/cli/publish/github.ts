/**
 * Pull requests on GitHub, from GitHub Actions' environment (docs.github.com: "Variables reference", "Events that
 * trigger workflows") and the REST API.
 *
 * A pull request is an issue where comments are concerned. `GITHUB_SHA` is a merge that nobody committed;
 * statuses and links belong to the head's commit, which only the event names. Comments of other people may be
 * changed by a token that can write, so that who wrote one has to be checked here.
 */
import { readFile } from "node:fs/promises";
import { byLink, ConnectorError, type HttpWriter, path } from "../../connector-kit/index.ts";
import { githubComment } from "../markdown/budget.ts";
import type { CommitStatus, Env, Found, Host, HostKind, PostedComment, PullRequest } from "./host.ts";

/** The account of the token that a workflow is given (docs.github.com, "Automatic token authentication"). */
const ACTIONS_ACCOUNT = "github-actions[bot]";
const PAGE = 100;
/** The longest description of a status (docs.github.com, REST API endpoints for commit statuses). */
const DESCRIPTION = 140;

interface RawPull {
  number?: number;
  head?: { sha?: string; repo?: { full_name?: string } | null };
}

interface RawEvent {
  pull_request?: RawPull;
  issue?: { number?: number; pull_request?: object };
  workflow_run?: { pull_requests?: readonly RawPull[] };
}

interface RawComment {
  id: number;
  body?: string | null;
  user?: { login: string } | null;
}

export const github: HostKind = {
  title: "GitHub",
  tokenName: "GITHUB_TOKEN",
  takes:
    "Posting takes the permissions `pull-requests: write` and `statuses: write`; " +
    "a pull request from a fork gets a read-only token whatever the workflow says.",
  forks: "This pull request comes from a fork, whose runs get a read-only token or none.",
  baseUrl: (env) => (env.GITHUB_API_URL || "https://api.github.com").replace(/\/+$/, ""),
  find,
  runPage({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run }) {
    return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined;
  },
};

async function find(env: Env): Promise<Found | undefined> {
  const repository = env.GITHUB_REPOSITORY;
  const pull = await pullOf(env);
  if (!repository || pull?.number === undefined) return undefined;
  const { number } = pull;
  const place = repository
    .split("/")
    .map((part) => path`/${part}`)
    .join("");
  return {
    pullRequest: described(env, repository, number, pull),
    open: (http) => hostOf(http, `/repos${place}`, `${repository}#${number}`, number),
    async complete(http) {
      if (pull.head?.sha !== undefined) return described(env, repository, number, pull);
      const what = `show the pull request ${repository}#${number}`;
      const { body } = await http.get(`/repos${place}${path`/pulls/${number}`}`, { what });
      return described(env, repository, number, body as RawPull);
    },
  };
}

/** What the event says of the pull request; for events without one, what the ref says. */
async function pullOf(env: Env): Promise<RawPull | undefined> {
  const event = await eventOf(env);
  if (event.pull_request) return event.pull_request;
  if (event.issue?.pull_request && event.issue.number !== undefined) return { number: event.issue.number };
  const [first, ...others] = event.workflow_run?.pull_requests ?? [];
  if (first?.number !== undefined && others.length === 0) return { number: first.number };
  const number = /^refs\/pull\/(\d+)\//.exec(env.GITHUB_REF ?? "")?.[1];
  return number === undefined ? undefined : { number: Number(number) };
}

async function eventOf({ GITHUB_EVENT_PATH: file }: Env): Promise<RawEvent> {
  if (!file) return {};
  try {
    return (JSON.parse(await readFile(file, "utf8")) as RawEvent | null) ?? {};
  } catch (cause) {
    // Not the parser's own words: they quote the file.
    throw new Error(`The event in ${file}, which GITHUB_EVENT_PATH names, cannot be read.`, { cause });
  }
}

function described(env: Env, repository: string, number: number, { head }: RawPull): PullRequest {
  const from = head?.repo === undefined ? repository : head.repo?.full_name;
  const server = (env.GITHUB_SERVER_URL || "https://github.com").replace(/\/+$/, "");
  const sha = head?.sha;
  return {
    name: `${repository}#${number}`,
    sha,
    fork: from?.toLowerCase() !== repository.toLowerCase(),
    files: sha === undefined ? undefined : `${server}/${from ?? repository}/blob/${sha}`,
  };
}

function hostOf(http: HttpWriter, place: string, name: string, number: number): Host {
  const comment = (id: number) => place + path`/issues/comments/${id}`;
  return {
    budget: githubComment,
    account: () => accountOf(http),
    comments: () => commentsOf(http, place + path`/issues/${number}/comments`, name),
    async create(body) {
      const options = { json: { body }, what: `comment on ${name}` };
      return posted((await http.post(place + path`/issues/${number}/comments`, options)).body as RawComment);
    },
    async update(id, body) {
      const options = { json: { body }, repeatable: true, expect: [404, 410], what: `change the comment on ${name}` };
      return (await http.patch(comment(id), options)).status < 400;
    },
    async remove(id) {
      await http.delete(comment(id), { expect: [404, 410], what: `delete a second comment on ${name}` });
    },
    setStatus: (sha, status) => setStatus(http, place, sha, status),
  };
}

async function setStatus(http: HttpWriter, place: string, sha: string, status: CommitStatus): Promise<void> {
  const { failed, context, description, address } = status;
  await http.post(place + path`/statuses/${sha}`, {
    json: {
      state: failed ? "failure" : "success",
      context,
      description: [...description].slice(0, DESCRIPTION).join(""),
      ...(address === undefined ? {} : { target_url: address }),
    },
    repeatable: true,
    what: `set a status of the commit ${sha.slice(0, 12)}`,
  });
}

async function commentsOf(http: HttpWriter, address: string, name: string): Promise<PostedComment[]> {
  const options = { query: { per_page: PAGE }, pageSize: PAGE, what: `list the comments of ${name}` };
  return (await Array.fromAsync(byLink<RawComment>(http, address, options))).map(posted);
}

function posted({ id, body, user }: RawComment): PostedComment {
  return { id, body: body ?? "", author: user?.login };
}

/** An App's token is refused at `/user`, and knows its name by GraphQL; a workflow's own is known anyway. */
async function accountOf(http: HttpWriter): Promise<string> {
  const { status, body } = await http.get("/user", { expect: [403, 404], what: "show the token's account" });
  const { login } = (body ?? {}) as { login?: string };
  return status < 400 && login !== undefined ? login : ((await viewerOf(http)) ?? ACTIONS_ACCOUNT);
}

async function viewerOf(http: HttpWriter): Promise<string | undefined> {
  try {
    const { body } = await http.graphql(
      "/graphql",
      "query { viewer { login } }",
      {},
      { what: "show the token's account" },
    );
    return (body as { data?: { viewer?: { login?: string } } }).data?.viewer?.login;
  } catch (error) {
    if (error instanceof ConnectorError) return undefined;
    throw error;
  }
}
