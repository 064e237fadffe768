/**
 * Merge requests on GitLab, from GitLab CI's environment (docs.gitlab.com: "Predefined CI/CD variables reference")
 * and the REST API.
 *
 * A job's own token, `CI_JOB_TOKEN`, may not write comments (docs.gitlab.com, "CI/CD job token"), so a project
 * access token with the scope `api` stands in `GITLAB_TOKEN`. In a pipeline of merged results `CI_COMMIT_SHA` is
 * a merge that nobody committed. A comment's lines that start with `/` are commands that GitLab runs; none of ours do.
 */
import { byPage, defineConnector, type HttpWriter, path, Type } from "../../connector-kit/index.ts";
import { gitlabNote } from "../markdown/budget.ts";
import type { CommitStatus, Env, Found, Host, HostKind, PostedComment, PullRequest } from "./host.ts";

const PAGE = 100;
/** The longest description and name of a status (docs.gitlab.com, Commits API). */
const TEXT = 255;

interface RawNote {
  id: number;
  body?: string | null;
  author?: { username?: string } | null;
}

/** GitLab, as far as posting a result goes. */
export const gitlabConnector = defineConnector({
  platform: "gitlab",
  title: "GitLab",
  connection: Type.Object({ baseUrl: Type.Optional(Type.String()) }),
  credentials: Type.Object({ token: Type.String() }),
  http: {
    baseUrl: "https://gitlab.com/api/v4",
    authorize: ({ credentials }) => ({ headers: { "private-token": credentials.token ?? "" } }),
    /** A status that is as it was asked to be is refused, with these words and no code. */
    classify({ status, body }) {
      const { message } = (body ?? {}) as { message?: unknown };
      return status === 400 && /^Cannot transition status/.test(String(message)) ? "ok" : undefined;
    },
  },
  open: ({ http }) => ({ reader: http.reader, writer: http.writer }),
  async check() {
    return { account: { id: "" }, scopes: [], missingScopes: [] };
  },
});

export const gitlab: HostKind = {
  title: "GitLab",
  tokenName: "GITLAB_TOKEN",
  takes:
    "Posting takes a project access token with the scope `api` and the role Developer; CI_JOB_TOKEN may not write " +
    "comments, and a merge request from a fork gets no protected variables.",
  forks: "This merge request comes from a fork, whose pipelines get none of this project's variables.",
  baseUrl: (env) => (env.CI_API_V4_URL || "https://gitlab.com/api/v4").replace(/\/+$/, ""),
  find,
  runPage: (env) => env.CI_JOB_URL || undefined,
};

async function find(env: Env): Promise<Found | undefined> {
  const number = env.CI_MERGE_REQUEST_IID;
  const project = env.CI_MERGE_REQUEST_PROJECT_ID || env.CI_PROJECT_ID;
  if (!number || !project) return undefined;
  const pullRequest = described(env, number, project);
  return {
    pullRequest,
    open: (http) =>
      hostOf(http, env.CI_PROJECT_ID || project, path`/projects/${project}/merge_requests/${number}`, pullRequest),
    complete: async () => pullRequest,
  };
}

function described(env: Env, number: string, project: string): PullRequest {
  const sha = env.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA || env.CI_COMMIT_SHA || undefined;
  const source = env.CI_MERGE_REQUEST_SOURCE_PROJECT_ID;
  const page = env.CI_MERGE_REQUEST_SOURCE_PROJECT_URL || env.CI_PROJECT_URL;
  return {
    name: `${env.CI_MERGE_REQUEST_PROJECT_PATH || env.CI_PROJECT_PATH || project}!${number}`,
    sha,
    fork: source !== undefined && source !== "" && source !== project,
    files: sha === undefined || !page ? undefined : `${page}/-/blob/${sha}`,
  };
}

function hostOf(http: HttpWriter, project: string, place: string, { name }: PullRequest): Host {
  return {
    budget: gitlabNote,
    async account() {
      const { body } = await http.get("/user", { what: "show the token's account" });
      return (body as { username: string }).username;
    },
    comments: () => notesOf(http, `${place}/notes`, name),
    async create(body) {
      return posted(
        (await http.post(`${place}/notes`, { json: { body }, what: `comment on ${name}` })).body as RawNote,
      );
    },
    async update(id, body) {
      const options = { json: { body }, expect: [404], what: `change the comment on ${name}` };
      return (await http.put(place + path`/notes/${id}`, options)).status < 400;
    },
    async remove(id) {
      await http.delete(place + path`/notes/${id}`, { expect: [404], what: `delete a second comment on ${name}` });
    },
    setStatus: (sha, status) => setStatus(http, project, sha, status),
  };
}

async function setStatus(http: HttpWriter, project: string, sha: string, status: CommitStatus): Promise<void> {
  const { failed, context, description, address } = status;
  await http.post(path`/projects/${project}/statuses/${sha}`, {
    json: {
      state: failed ? "failed" : "success",
      name: context,
      description: [...description].slice(0, TEXT).join(""),
      ...(address === undefined ? {} : { target_url: address }),
    },
    repeatable: true,
    what: `set a status of the commit ${sha.slice(0, 12)}`,
  });
}

async function notesOf(http: HttpWriter, address: string, name: string): Promise<PostedComment[]> {
  const query = { per_page: PAGE, order_by: "created_at", sort: "asc", activity_filter: "only_comments" };
  const notes = byPage<RawNote>(http, address, { query, what: `list the comments of ${name}` });
  return (await Array.fromAsync(notes)).map(posted);
}

function posted({ id, body, author }: RawNote): PostedComment {
  return { id, body: body ?? "", author: author?.username };
}
