/** Repositories and environments as the places of variables and secrets (docs.github.com/rest/actions). */
import { type Answer, json, parsed, type Received } from "../loopback.ts";
import { page } from "./pages.ts";
import { type GitHubState, refusal } from "./state.ts";

/** What GitHub takes for a name ("Naming conventions for configuration variables"). */
const named = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;

export interface Place {
  /** The repository's id, and the environment's where it is one. */
  scope: string;
  /** What follows `/variables` or `/secrets`, decoded. */
  rest: string | undefined;
}

/** @returns where a path of `what` leads; a refusal when there is no such environment; undefined for other paths. */
export function placeOf(state: GitHubState, path: string, what: "variables" | "secrets"): Place | Answer | undefined {
  const pattern = new RegExp(`^/repos/([^/]+/[^/]+)/(?:actions|environments/([^/]+))/${what}(?:/([^/]+))?$`);
  const [, repository, environment, rest] = pattern.exec(path) ?? [];
  const known = state.repositories.get(repository?.toLowerCase() ?? "");
  if (!known) return undefined;
  const decoded = rest === undefined ? undefined : decodeURIComponent(rest);
  if (environment === undefined) return { scope: String(known.id), rest: decoded };
  const found = state.configuration.environments.get(known.id)?.get(decodeURIComponent(environment).toLowerCase());
  return found ? { scope: `${known.id}/${found.id}`, rest: decoded } : refusal(404, "Not Found");
}

/** Whether GitHub takes a name; it is compared and kept in upper case. */
export function isName(name: unknown): name is string {
  return typeof name === "string" && named.test(name.toUpperCase());
}

/** A page of a list that stands in a property beside its total. @param most what a page holds at most. */
export function wrapped<T>(
  request: Received,
  property: string,
  items: readonly T[],
  { most, usual, shown }: { most: number; usual: number; shown: (item: T) => unknown },
): Answer {
  const query = new URLSearchParams(request.query);
  query.set("per_page", String(Math.min(most, Number(query.get("per_page")) || usual)));
  const { body, headers } = page({ ...request, query }, items, shown);
  return json(200, { total_count: items.length, [property]: parsed(body) }, headers);
}
