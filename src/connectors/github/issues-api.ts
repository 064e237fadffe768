/**
 * The calls for issues. To GitHub a pull request is an issue too: it stands in the same list, and has
 * `pull_request` there.
 */
import { byLink, ConnectorError, path, type Static, Type } from "../../connector-kit/index.ts";
import {
  address,
  assignees,
  body,
  closed,
  labelNames,
  number,
  type Place,
  placeOf,
  title,
} from "./action-parameters.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { hasMark, unmarked } from "./marks.ts";

export const Issue = Type.Object(
  {
    number,
    html_url: address,
    title,
    body,
    state: Type.Enum(["open", "closed"], { description: "Whether it is open.", examples: ["open"] }),
    state_reason: Type.Optional(
      Type.String({ description: "Why it was closed or opened again.", examples: ["completed"] }),
    ),
    labels: labelNames,
    assignees,
    is_pull_request: Type.Boolean({ description: "Whether the number is a pull request's.", examples: [false] }),
  },
  {
    ...closed,
    description: "The issue.",
    examples: [
      {
        number: 42,
        html_url: "https://github.com/acme/billing/issues/42",
        title: "Printer on fire",
        body: "Seen in **production**.",
        state: "open",
        labels: ["bug"],
        assignees: ["octocat"],
        is_pull_request: false,
      },
    ],
  },
);
export type Issue = Static<typeof Issue>;

interface RawIssue {
  number: number;
  html_url: string;
  title: string;
  body?: string | null;
  state: "open" | "closed";
  state_reason?: string | null;
  labels: readonly (string | { name?: string })[];
  assignees?: readonly { login: string }[] | null;
  pull_request?: object;
}

const PAGE = 100;
/** How many of the newest issues and pull requests are looked through for a run's mark. */
const NEWEST = 300;

/** What the answers of three calls have in common, with a text that has no marks. */
function issueOf(raw: unknown): Issue {
  const issue = raw as RawIssue;
  return {
    number: issue.number,
    html_url: issue.html_url,
    title: issue.title,
    body: unmarked(issue.body),
    state: issue.state,
    ...(issue.state_reason ? { state_reason: issue.state_reason } : {}),
    labels: issue.labels.map((label) => (typeof label === "string" ? label : (label.name ?? ""))),
    assignees: (issue.assignees ?? []).map(({ login }) => login),
    is_pull_request: issue.pull_request !== undefined,
  };
}

/** @returns the issue, among the newest, whose text ends with the mark. */
export async function markedIssue({ http }: GitHubReader, place: Place, mark: string): Promise<Issue | undefined> {
  const query = { state: "all", sort: "created", direction: "desc", per_page: PAGE };
  const options = { query, pageSize: PAGE, what: `list the newest issues of ${place.full}` };
  let seen = 0;
  for await (const raw of byLink<RawIssue>(http, `${place.path}/issues`, options)) {
    if (raw.pull_request === undefined && hasMark(raw.body, mark)) return issueOf(raw);
    seen += 1;
    if (seen >= NEWEST) return undefined;
  }
  return undefined;
}

export async function createIssue(
  { http }: GitHubWriter,
  place: Place,
  fields: Readonly<Record<string, unknown>>,
): Promise<Issue> {
  const options = { json: fields, what: `create the issue "${fields.title}" in ${place.full}` };
  return issueOf((await http.post(`${place.path}/issues`, options)).body);
}

export async function getIssue(github: GitHubReader, repository: string, issue: number): Promise<Issue> {
  const place = placeOf(github, repository);
  const what = `show the issue ${place.full}#${issue}`;
  return issueOf((await github.http.get(place.path + path`/issues/${issue}`, { what })).body);
}

/** @param fields what changes; the lists replace what is there. */
export async function updateIssue(
  github: GitHubWriter,
  repository: string,
  issue: number,
  fields: Readonly<Record<string, unknown>>,
): Promise<Issue> {
  const place = placeOf(github, repository);
  const options = { json: fields, repeatable: true, what: `change the issue ${place.full}#${issue}` };
  return issueOf((await github.http.patch(place.path + path`/issues/${issue}`, options)).body);
}

/**
 * @param q what is searched for, with qualifiers.
 * @param limit how many issues are given at most; GitHub gives no more than 1,000.
 * @throws ConnectorError when GitHub told no total.
 */
export async function searchIssues(
  { http }: GitHubReader,
  q: string,
  limit: number,
): Promise<{ total: number; incomplete: boolean; issues: Issue[] }> {
  let total: number | undefined;
  let incomplete = false;
  const items = (answer: unknown) => {
    const page = answer as { total_count?: number; incomplete_results?: boolean; items?: readonly unknown[] };
    total = page.total_count;
    incomplete ||= page.incomplete_results === true;
    return page.items;
  };
  const perPage = Math.min(limit, PAGE);
  const options = { query: { q, per_page: perPage }, pageSize: perPage, items, what: "search issues" };
  const issues: Issue[] = [];
  for await (const raw of byLink<unknown>(http, "/search/issues", options)) {
    issues.push(issueOf(raw));
    if (issues.length >= limit) break;
  }
  if (total === undefined) throw new ConnectorError("UNAVAILABLE", "GitHub told no total of the issues that it found.");
  return { total, incomplete, issues };
}

/** @returns the names of all labels that the issue has now. */
export async function addLabels(
  github: GitHubWriter,
  repository: string,
  issue: number,
  labels: readonly string[],
): Promise<string[]> {
  const place = placeOf(github, repository);
  const options = { json: { labels }, repeatable: true, what: `label the issue ${place.full}#${issue}` };
  const answer = await github.http.post(place.path + path`/issues/${issue}/labels`, options);
  return (answer.body as { name: string }[]).map(({ name }) => name);
}
