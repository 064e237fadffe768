/**
 * Pull requests. GitHub keeps one open pull request for a pair of branches, and refuses a second one: the one
 * that is there is the answer.
 */
import { ConnectorError, defineAction, Type } from "../../connector-kit/index.ts";
import { address, body, closed, created, number, type Place, placeOf, repository, title } from "./action-parameters.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";

interface RawPullRequest {
  number: number;
  html_url: string;
  draft?: boolean;
}

export const createPullRequest = defineAction({
  description: "Makes a pull request, or answers the open one for the same branches.",
  idempotent: true,
  parameters: Type.Object(
    {
      repository,
      title,
      head: Type.String({
        minLength: 1,
        description: "The branch with the changes; of a fork, OWNER:BRANCH.",
        examples: ["printer-fix"],
      }),
      base: Type.String({ minLength: 1, description: "The branch that they go into.", examples: ["main"] }),
      body: Type.Optional(body),
      draft: Type.Optional(Type.Boolean({ default: false, description: "Whether it is a draft.", examples: [true] })),
      maintainer_can_modify: Type.Optional(
        Type.Boolean({ description: "Whether maintainers may change the branch of a fork.", examples: [true] }),
      ),
    },
    {
      ...closed,
      description: "The pull request.",
      examples: [{ repository: "billing", title: "Put the printer out", head: "printer-fix", base: "main" }],
    },
  ),
  result: Type.Object(
    {
      number,
      html_url: address,
      draft: Type.Boolean({ description: "Whether it is a draft.", examples: [false] }),
      created,
    },
    {
      ...closed,
      description: "The pull request, which is open.",
      examples: [{ number: 43, html_url: "https://github.com/acme/billing/pull/43", draft: false, created: true }],
    },
  ),
  run: async (github: GitHubWriter, { repository: name, ...fields }) => {
    const place = placeOf(github, name);
    const what = `create a pull request from ${fields.head} into ${fields.base} in ${place.full}`;
    try {
      const answer = await github.http.post(`${place.path}/pulls`, { json: fields, what });
      return { ...resultOf(answer.body as RawPullRequest), created: true };
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.platformCode !== "already_exists") throw error;
      const found = await openOne(github, place, fields.head, fields.base);
      if (!found) throw error;
      return { ...resultOf(found), created: false };
    }
  },
});

function resultOf({ number: id, html_url, draft = false }: RawPullRequest) {
  return { number: id, html_url, draft };
}

/** GitHub's list takes the branch with its owner only, and ignores it otherwise. */
async function openOne(
  { http }: GitHubReader,
  place: Place,
  head: string,
  base: string,
): Promise<RawPullRequest | undefined> {
  const query = { state: "open", head: head.includes(":") ? head : `${place.owner}:${head}`, base };
  const { body: list } = await http.get(`${place.path}/pulls`, { query, what: `list pull requests of ${place.full}` });
  return (list as RawPullRequest[])[0];
}
