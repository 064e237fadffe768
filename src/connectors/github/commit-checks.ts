/**
 * What is said of a commit: statuses, and the check runs of a GitHub App.
 *
 * Of a context's statuses the newest counts, so setting one twice is setting it once. A check run carries its
 * run's key as `external_id`, by which a repetition is found.
 */
import { byLink, ConnectorError, defineAction, path, Type } from "../../connector-kit/index.ts";
import { address, closed, created, type Place, placeOf, repository, sha } from "./action-parameters.ts";
import { annotations } from "./annotations.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { keyHash } from "./marks.ts";

const commit = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

const link = Type.String({
  pattern: "^https?://",
  description: "Where the details are.",
  examples: ["https://ci.example.com/builds/7"],
});

const state = Type.Enum(["error", "failure", "pending", "success"], {
  description: "How it went.",
  examples: ["success"],
});

const context = Type.String({
  minLength: 1,
  description: "Who says it: of each context the newest status counts.",
  examples: ["ci/build"],
});

export const createCommitStatus = defineAction({
  description: "Says of a commit how something went.",
  idempotent: true,
  parameters: Type.Object(
    {
      repository,
      sha,
      state,
      context: Type.Optional(context),
      description: Type.Optional(
        Type.String({ maxLength: 140, description: "A short text.", examples: ["Built in 2 minutes"] }),
      ),
      target_url: Type.Optional(link),
    },
    {
      ...closed,
      description: "The status. Without a context it is `default`'s.",
      examples: [{ repository: "billing", sha: commit, state: "success", context: "ci/build" }],
    },
  ),
  result: Type.Object(
    { id: Type.Integer({ description: "The status's id.", examples: [1] }), state, context },
    { ...closed, description: "The status.", examples: [{ id: 1, state: "success", context: "ci/build" }] },
  ),
  run: async (github: GitHubWriter, { repository: name, sha: ref, ...json }) => {
    const place = placeOf(github, name);
    const options = { json, repeatable: true, what: `set a status of ${ref} in ${place.full}` };
    const { body } = await github.http.post(place.path + path`/statuses/${ref}`, options);
    const { id, state: set, context: of } = body as { id: number; state: typeof json.state; context: string };
    return { id, state: set, context: of };
  },
});

const conclusion = Type.Enum(
  ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"],
  { description: "How it ended; left out, it has not ended.", examples: ["success"] },
);

const time = Type.String({
  pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$",
  description: "A moment, as ISO 8601 writes it.",
  examples: ["2027-01-31T10:00:00Z"],
});

const markdown = Type.String({ maxLength: 65_535, description: "In Markdown.", examples: ["All **12** passed."] });

const output = Type.Object(
  {
    title: Type.String({ minLength: 1, description: "The report's title.", examples: ["12 tests passed"] }),
    summary: markdown,
    text: Type.Optional(markdown),
    annotations: Type.Optional(annotations),
  },
  {
    ...closed,
    description: "The report.",
    examples: [{ title: "12 tests passed", summary: "All **12** passed." }],
  },
);

export const createCheckRun = defineAction({
  description: "Adds a check run to a commit; only a GitHub App may. Tried again, the same run finds its check run.",
  idempotent: true,
  parameters: Type.Object(
    {
      repository,
      name: Type.String({ minLength: 1, description: "The check's name.", examples: ["unit tests"] }),
      head_sha: sha,
      status: Type.Optional(
        Type.Enum(["queued", "in_progress"], {
          description: "How far it is, as long as it has no conclusion; left out, queued.",
          examples: ["in_progress"],
        }),
      ),
      conclusion: Type.Optional(conclusion),
      details_url: Type.Optional(link),
      started_at: Type.Optional(time),
      completed_at: Type.Optional(time),
      output: Type.Optional(output),
    },
    {
      ...closed,
      description: "The check run.",
      examples: [{ repository: "billing", name: "unit tests", head_sha: commit, conclusion: "success" }],
    },
  ),
  result: Type.Object(
    {
      id: Type.Integer({ description: "The check run's id.", examples: [4] }),
      html_url: Type.Optional(address),
      created,
    },
    {
      ...closed,
      description: "The check run.",
      examples: [{ id: 4, html_url: "https://github.com/acme/billing/runs/4", created: true }],
    },
  ),
  run: async (github: GitHubWriter, { repository: name, ...fields }, { key }) => {
    if (fields.status !== undefined && fields.conclusion !== undefined) {
      throw new ConnectorError("VALIDATION", "A check run with a conclusion has ended: leave `status` out.");
    }
    const place = placeOf(github, name);
    const id = keyHash(key);
    const found = await checkRunWith(github, place, fields.head_sha, fields.name, id);
    if (found) return { ...resultOf(found), created: false };
    const ended = fields.conclusion === undefined ? {} : { status: "completed" };
    const json = { ...fields, ...ended, external_id: id };
    const what = `create the check run "${fields.name}" in ${place.full}`;
    const { body } = await github.http.post(`${place.path}/check-runs`, { json, what });
    return { ...resultOf(body as RawCheckRun), created: true };
  },
});

interface RawCheckRun {
  id: number;
  html_url?: string | null;
  external_id?: string | null;
}

function resultOf({ id, html_url }: RawCheckRun): { id: number; html_url?: string } {
  return { id, ...(html_url ? { html_url } : {}) };
}

async function checkRunWith(
  { http }: GitHubReader,
  place: Place,
  ref: string,
  name: string,
  externalId: string,
): Promise<RawCheckRun | undefined> {
  const items = (body: unknown) => (body as { check_runs?: readonly RawCheckRun[] }).check_runs;
  const query = { check_name: name, filter: "all", per_page: 100 };
  const options = { query, pageSize: 100, items, what: `list the check runs of ${ref} in ${place.full}` };
  for await (const one of byLink<RawCheckRun>(http, place.path + path`/commits/${ref}/check-runs`, options)) {
    if (one.external_id === externalId) return one;
  }
  return undefined;
}
