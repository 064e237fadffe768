/**
 * Comments of issues and pull requests.
 *
 * One that is changed in place is known by a hidden mark at the end of its text, and only where this account
 * wrote it: anybody can write a mark, and a comment of somebody else is never changed.
 */
import { byLink, type Check, defineAction, path, Type } from "../../connector-kit/index.ts";
import { address, closed, created, number, type Place, placeOf, repository } from "./action-parameters.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { commentMark, hasMark, marked, runMark } from "./marks.ts";

export interface RawComment {
  id: number;
  html_url: string;
  body?: string | null;
  user?: { login: string } | null;
  performed_via_github_app?: { id: number } | null;
}

const PAGE = 100;

const text = Type.String({
  minLength: 1,
  maxLength: 65_000,
  "x-plumbline-escape": "markdown",
  description: "The text, in Markdown.",
  examples: ["Deployed to production."],
});

const comment = {
  id: Type.Integer({ description: "The comment's id.", examples: [987654321] }),
  html_url: address,
};

const made = { id: 987654321, html_url: "https://github.com/acme/billing/issues/42#issuecomment-987654321" };

export const addComment = defineAction({
  description: "Comments on an issue or a pull request. Tried again, the same run finds its comment.",
  idempotent: true,
  parameters: Type.Object(
    { repository, number, body: text },
    {
      ...closed,
      description: "The issue and the comment.",
      examples: [{ repository: "billing", number: 42, body: "Deployed to production." }],
    },
  ),
  result: Type.Object(
    { ...comment, created },
    { ...closed, description: "The comment.", examples: [{ ...made, created: true }] },
  ),
  run: async (github: GitHubWriter, { repository: name, number: issue, body: given }, { key }) => {
    const place = placeOf(github, name);
    const mark = runMark(key);
    const found = await commentWith(github, place, issue, (one) => hasMark(one.body, mark));
    if (found) return { ...resultOf(found), created: false };
    return { ...resultOf(await createComment(github, place, issue, marked(given, mark))), created: true };
  },
});

export const upsertComment = defineAction({
  description: "Makes a comment, or changes the one that this account made under the same marker.",
  idempotent: true,
  parameters: Type.Object(
    {
      repository,
      number,
      marker: Type.String({
        pattern: "^[A-Za-z0-9]+([._:/-][A-Za-z0-9]+)*$",
        maxLength: 100,
        description: "Which comment of the issue it is; kept in its text, where nobody sees it.",
        examples: ["test-report"],
      }),
      body: text,
    },
    {
      ...closed,
      description: "The issue, and the comment as it is to be.",
      examples: [{ repository: "billing", number: 42, marker: "test-report", body: "All green." }],
    },
  ),
  result: Type.Object(
    { ...comment, created },
    { ...closed, description: "The comment.", examples: [{ ...made, created: false }] },
  ),
  run: async (github: GitHubWriter, { repository: name, number: issue, marker, body: given }) => {
    const place = placeOf(github, name);
    const mark = commentMark(marker);
    const { account } = await github.access.get("check", () => github.check());
    const isOwn = (one: RawComment) => hasMark(one.body, mark) && isBy(one, account);
    const found = await commentWith(github, place, issue, isOwn);
    const whole = marked(given, mark);
    if (!found) return { ...resultOf(await createComment(github, place, issue, whole)), created: true };
    if (found.body !== whole) await updateComment(github, place, found.id, whole);
    return { ...resultOf(found), created: false };
  },
});

/** An App's account is its id and, mostly, the login of its bot; a person's the id and login. */
function isBy({ user, performed_via_github_app: app }: RawComment, account: Check["account"]): boolean {
  if (account?.name !== undefined) return user?.login.toLowerCase() === account.name.toLowerCase();
  return user?.login.endsWith("[bot]") === true && app != null && String(app.id) === account?.id;
}

function resultOf({ id, html_url }: RawComment): { id: number; html_url: string } {
  return { id, html_url };
}

/** @returns the first comment of an issue that fits. */
export async function commentWith(
  { http }: GitHubReader,
  place: Place,
  issue: number,
  fits: (comment: RawComment) => boolean,
): Promise<RawComment | undefined> {
  const what = `list the comments of ${place.full}#${issue}`;
  const options = { query: { per_page: PAGE }, pageSize: PAGE, what };
  for await (const one of byLink<RawComment>(http, place.path + path`/issues/${issue}/comments`, options)) {
    if (fits(one)) return one;
  }
  return undefined;
}

/** Comments on an issue, once a call. */
export async function createComment(
  { http }: GitHubWriter,
  place: Place,
  issue: number,
  whole: string,
): Promise<RawComment> {
  const options = { json: { body: whole }, what: `comment on ${place.full}#${issue}` };
  return (await http.post(place.path + path`/issues/${issue}/comments`, options)).body as RawComment;
}

/** Gives a comment another text. */
export async function updateComment({ http }: GitHubWriter, place: Place, id: number, whole: string): Promise<void> {
  const options = { json: { body: whole }, repeatable: true, what: `change the comment ${id} in ${place.full}` };
  await http.patch(place.path + path`/issues/comments/${id}`, options);
}
