/**
 * GitHub and GitLab on a free port, as far as comments of one pull request and statuses of commits go. Both keep
 * state. From docs.github.com/rest (issue comments, commit statuses, users) and docs.gitlab.com/api (notes, commits):
 * pages, who may do what, the longest body, and that a token which can write may change anybody's comment.
 */
import { type Answer, fieldsOf, json, type Received, serve } from "./loopback.ts";

export interface HostedComment {
  id: number;
  author: string;
  body: string;
}

export interface HostOptions {
  /** Logins by token; a login that ends in `[bot]` is an App's, which is refused at `/user`. */
  accounts: Readonly<Record<string, string>>;
  comments?: readonly Omit<HostedComment, "id">[];
  /** Answers in the host's place; `undefined` leaves it to the host. May wait. */
  answer?: (request: Received) => Answer | undefined | Promise<Answer | undefined>;
}

export interface PullRequestHost {
  url: string;
  comments: HostedComment[];
  statuses: { sha: string; fields: Record<string, unknown> }[];
  /** `POST /path`, in the order in which they came. */
  writes: string[];
  requests: Received[];
  close(): Promise<void>;
}

/** The tokens of all tests; nothing that is written may hold one. */
export const TOKEN = "ghs_commentTokenCommentTokenCommentTok00";

/** `acme/infra`, pull request 7. */
export const startGitHubComments = (options: HostOptions) => start(options, githubAnswer);

/** Project 42, merge request 7; the address ends in `/api/v4`. */
export const startGitLabNotes = (options: HostOptions) => start(options, gitlabAnswer);

interface State extends PullRequestHost {
  next: number;
}

type Route = (state: State, request: Received, login: string) => Answer | undefined;

async function start(options: HostOptions, route: Route): Promise<PullRequestHost> {
  const comments = (options.comments ?? []).map((comment, index) => ({ id: index + 1, ...comment }));
  const state: State = {
    url: "",
    comments,
    statuses: [],
    writes: [],
    requests: [],
    next: comments.length + 1,
    close: async () => undefined,
  };
  const loopback = await serve(async (request) => {
    state.requests.push(request);
    const given = request.headers["private-token"] ?? /^Bearer (.*)$/.exec(request.headers.authorization ?? "")?.[1];
    const login = options.accounts[given ?? ""];
    if (login === undefined) return json(401, { message: "Bad credentials" });
    const own = await options.answer?.(request);
    if (own) return own;
    if (request.method !== "GET" && request.path !== "/graphql") state.writes.push(`${request.method} ${request.path}`);
    return route(state, request, login) ?? json(404, { message: "Not Found" });
  });
  return Object.assign(state, loopback);
}

function githubAnswer(
  state: State,
  { method, path, query, headers, body }: Received,
  login: string,
): Answer | undefined {
  const bot = login.endsWith("[bot]");
  if (path === "/user")
    return bot ? json(403, { message: "Resource not accessible by integration" }) : json(200, { login });
  if (path === "/graphql") return json(200, { data: { viewer: { login } } });
  if (path === "/repos/acme/infra/pulls/7") {
    return json(200, { number: 7, head: { sha: "c".repeat(40), repo: { full_name: "acme/infra" } } });
  }
  const sha = /^\/repos\/acme\/infra\/statuses\/(\w+)$/.exec(path)?.[1];
  if (sha !== undefined) return addStatus(state, sha, fieldsOf(body), "description", 140);
  const list = "/repos/acme/infra/issues/7/comments";
  const text = String(fieldsOf(body).body);
  if (path === list && method === "GET")
    return page(state.comments.map(githubComment), query, `http://${headers.host}${list}`);
  const tooLong = [...text].length > 65_536 || Buffer.byteLength(text) > 262_144;
  if (tooLong && method !== "DELETE")
    return json(422, { message: "Validation Failed", errors: [{ message: "Body is too long" }] });
  if (path === list) return json(201, githubComment(add(state, login, text)));
  return change(state, method, /^\/repos\/acme\/infra\/issues\/comments\/(\d+)$/.exec(path)?.[1], text, githubComment);
}

function gitlabAnswer(
  state: State,
  { method, path, query, headers, body }: Received,
  login: string,
): Answer | undefined {
  if (path === "/api/v4/user") return json(200, { id: 1, username: login });
  const sha = /^\/api\/v4\/projects\/42\/statuses\/(\w+)$/.exec(path)?.[1];
  if (sha !== undefined) return addStatus(state, sha, fieldsOf(body), "name", 255);
  const list = "/api/v4/projects/42/merge_requests/7/notes";
  const text = String(fieldsOf(body).body);
  if (path === list && method === "GET")
    return page(state.comments.map(gitlabNote), query, `http://${headers.host}${list}`);
  if (text.length > 1_000_000) return json(400, { message: { note: ["is too long"] } });
  if (path === list) return json(201, gitlabNote(add(state, login, text)));
  return change(state, method, new RegExp(`^${list}/(\\d+)$`).exec(path)?.[1], text, gitlabNote);
}

function add(state: State, author: string, body: string): HostedComment {
  const comment = { id: state.next, author, body };
  state.next += 1;
  state.comments.push(comment);
  return comment;
}

function change(
  state: State,
  method: string,
  id: string | undefined,
  text: string,
  shown: (comment: HostedComment) => unknown,
): Answer | undefined {
  const found = state.comments.find((comment) => comment.id === Number(id));
  if (!found) return undefined;
  if (method === "DELETE") {
    state.comments.splice(state.comments.indexOf(found), 1);
    return { status: 204, headers: {}, body: Buffer.alloc(0) };
  }
  found.body = text;
  return json(200, shown(found));
}

function addStatus(state: State, sha: string, fields: Record<string, unknown>, field: string, most: number): Answer {
  if (String(fields[field]).length > most) return json(422, { message: `${field} is too long` });
  state.statuses.push({ sha, fields });
  return json(201, { state: fields.state });
}

function page(items: readonly unknown[], query: URLSearchParams, address: string): Answer {
  const number = Number(query.get("page") ?? 1);
  const size = Math.min(Number(query.get("per_page") ?? 30), 100);
  const next = `<${address}?per_page=${size}&page=${number + 1}>; rel="next"`;
  return json(200, items.slice((number - 1) * size, number * size), items.length > number * size ? { link: next } : {});
}

function githubComment({ id, author, body }: HostedComment): unknown {
  return { id, body, user: { login: author }, html_url: `https://github.com/acme/infra/pull/7#issuecomment-${id}` };
}

function gitlabNote({ id, author, body }: HostedComment): unknown {
  return { id, body, author: { username: author }, system: false };
}
