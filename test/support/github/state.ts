/**
 * What the GitHub stand-in keeps beside the emulator, and how it asks the emulator something.
 *
 * The emulator takes a token that it does not know for its first user and counts 5,000 requests for
 * each token. The stand-in checks tokens itself, so it may ask under as many names as it needs.
 */
import { type Answer, json, parsed, type Received, type Upstream } from "../loopback.ts";
import type { Protected } from "./branch-protection.ts";
import type { Access } from "./collaborators.ts";
import { type Configuration, createConfiguration } from "./configuration.ts";
import type { Organization } from "./organization.ts";
import type { Ruleset } from "./rulesets.ts";
import type { CommitStatus } from "./statuses.ts";

/** A repository as the index knows it. */
export interface Known {
  id: number;
  /** `owner/name`, spelled as it was made. */
  fullName: string;
}

export interface Reply {
  status: number;
  body: unknown;
}

export interface GitHubState {
  /** By full name in lower case: GitHub's names are case-insensitive. */
  repositories: Map<string, Known>;
  /** Names that a repository had before, in lower case, and its id: GitHub redirects from them. */
  former: Map<string, number>;
  /** Settings that the emulator does not keep, by repository id. */
  settings: Map<number, Record<string, unknown>>;
  /** Whether a new repository gets GitHub's nine labels. */
  defaultLabels: boolean;
  /** The organisation's people and teams. */
  organization: Organization;
  /** Who may do what, by repository id. */
  access: Map<number, Access>;
  /** By id, by a repository's id or `organization`. */
  rulesets: Map<string, Map<number, Ruleset>>;
  /** Branches that every repository with a commit has beside its default one. */
  branches: readonly string[];
  /** Protected branches by name, by repository id. */
  protections: Map<number, Map<string, Protected>>;
  /** Webhooks' secrets, environments, variables and secrets. */
  configuration: Configuration;
  /** Of commits, the newest first. */
  statuses: CommitStatus[];
  /** Hands a request to the emulator. */
  forward(request: Received): Promise<Answer>;
  /** Asks the emulator something on the stand-in's own account. */
  call(method: string, path: string, body?: unknown): Promise<Reply>;
}

/** A handler that may leave a request to the next one, by giving `undefined`. */
export type Handler = (state: GitHubState, request: Received) => Promise<Answer | undefined>;

/** @param emulator where the emulator is. */
export function createState(emulator: Upstream, defaultLabels: boolean, organization: Organization): GitHubState {
  let sent = 0;
  const forward = (request: Received): Promise<Answer> => {
    sent += 1;
    const authorization = `Bearer stand-in-${Math.floor(sent / 4000)}`;
    return emulator.send({ ...request, headers: { ...request.headers, authorization } });
  };
  return {
    repositories: new Map(),
    former: new Map(),
    settings: new Map(),
    defaultLabels,
    organization,
    access: new Map(),
    rulesets: new Map(),
    branches: [],
    protections: new Map(),
    configuration: createConfiguration(),
    statuses: [],
    forward,
    async call(method, path, body) {
      const [pathname = path, search] = path.split("?");
      const answer = await forward({
        method,
        path: pathname,
        query: new URLSearchParams(search ?? ""),
        headers: { host: "127.0.0.1", "content-type": "application/json" },
        body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
      });
      return { status: answer.status, body: parsed(answer.body) };
    },
  };
}

/** Reads every page of a list of the emulator's. */
export async function all(state: GitHubState, path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let page = 1; ; page += 1) {
    const { body } = await state.call("GET", `${path}${path.includes("?") ? "&" : "?"}per_page=100&page=${page}`);
    const part = (Array.isArray(body) ? body : ((body as { items?: unknown[] })?.items ?? [])) as typeof items;
    items.push(...part);
    if (part.length < 100) return items;
  }
}

/** GitHub's answer to input that it refuses; `errors` as in its description of `validation-error`. */
export function invalid(message: string, errors?: readonly Record<string, unknown>[]): Answer {
  return json(422, {
    message,
    ...(errors ? { errors } : {}),
    documentation_url: "https://docs.github.com/rest",
    status: "422",
  });
}

export function refusal(status: number, message: string): Answer {
  return json(status, { message, documentation_url: "https://docs.github.com/rest", status: String(status) });
}

/** The same request with other fields in its JSON body. */
export function withBody(request: Received, body: Record<string, unknown>): Received {
  return { ...request, body: Buffer.from(JSON.stringify(body)) };
}
