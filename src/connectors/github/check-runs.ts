/**
 * The check runs of a GitHub App.
 *
 * One carries its run's key as `external_id`, by which a repetition is found. Annotations are left to the request
 * that makes one: GitHub adds those of a change to what is there, so that a repeated change would double them
 * (docs.github.com/rest/checks/runs, "Update a check run").
 */
import { byLink, ConnectorError, defineAction, path, Type } from "../../connector-kit/index.ts";
import { address, closed, created, link, type Place, placeOf, repository, sha } from "./action-parameters.ts";
import { annotations } from "./annotations.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { keyHash } from "./marks.ts";

const commit = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

const conclusion = Type.Enum(
  ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"],
  { description: "How it ended; left out, it has not ended.", examples: ["success"] },
);

const status = Type.Enum(["queued", "in_progress", "completed"], {
  description: "How far it is; with a conclusion it is completed.",
  examples: ["in_progress"],
});

const time = Type.String({
  pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$",
  description: "A moment, as ISO 8601 writes it.",
  examples: ["2027-01-31T10:00:00Z"],
});

const markdown = Type.String({ maxLength: 65_535, description: "In Markdown.", examples: ["All **12** passed."] });

const report = {
  title: Type.String({ minLength: 1, description: "The report's title.", examples: ["12 tests passed"] }),
  summary: markdown,
  text: Type.Optional(markdown),
};

const about = {
  ...closed,
  description: "The report.",
  examples: [{ title: "12 tests passed", summary: "All **12** passed." }],
};

const shown = {
  id: Type.Integer({ description: "The check run's id.", examples: [4] }),
  html_url: Type.Optional(address),
};

/** What creating and updating have in common. */
const fields = {
  status: Type.Optional(status),
  conclusion: Type.Optional(conclusion),
  details_url: Type.Optional(link),
  started_at: Type.Optional(time),
  completed_at: Type.Optional(time),
};

export const createCheckRun = defineAction({
  description: "Adds a check run to a commit; only a GitHub App may. Tried again, the same run finds its check run.",
  idempotent: true,
  parameters: Type.Object(
    {
      repository,
      name: Type.String({ minLength: 1, description: "The check's name.", examples: ["unit tests"] }),
      head_sha: sha,
      ...fields,
      output: Type.Optional(Type.Object({ ...report, annotations: Type.Optional(annotations) }, about)),
    },
    {
      ...closed,
      description: "The check run.",
      examples: [{ repository: "billing", name: "unit tests", head_sha: commit, conclusion: "success" }],
    },
  ),
  result: Type.Object(
    { ...shown, created },
    {
      ...closed,
      description: "The check run.",
      examples: [{ id: 4, html_url: "https://github.com/acme/billing/runs/4", created: true }],
    },
  ),
  run: async (github: GitHubWriter, { repository: name, ...stated }, { key }) => {
    const progress = progressOf(stated);
    const place = placeOf(github, name);
    const id = keyHash(key);
    const found = await checkRunWith(github, place, stated.head_sha, stated.name, id);
    if (found) return { ...resultOf(found), created: false };
    const json = { ...stated, ...progress, external_id: id };
    const what = `create the check run "${stated.name}" in ${place.full}`;
    const { body } = await github.http.post(`${place.path}/check-runs`, { json, what });
    return { ...resultOf(body as RawCheckRun), created: true };
  },
});

export const updateCheckRun = defineAction({
  description: "Changes a check run, or ends it with a conclusion; only the GitHub App that made it may.",
  idempotent: true,
  parameters: Type.Object(
    {
      repository,
      check_run_id: Type.Integer({ minimum: 1, description: "The check run's id.", examples: [4] }),
      ...fields,
      output: Type.Optional(Type.Object(report, about)),
    },
    {
      ...closed,
      description: "The check run, and what changes of it; what is left out stays.",
      examples: [{ repository: "billing", check_run_id: 4, conclusion: "success" }],
    },
  ),
  result: Type.Object(shown, {
    ...closed,
    description: "The check run.",
    examples: [{ id: 4, html_url: "https://github.com/acme/billing/runs/4" }],
  }),
  run: async (github: GitHubWriter, { repository: name, check_run_id: id, ...stated }) => {
    const json = { ...stated, ...progressOf(stated) };
    const place = placeOf(github, name);
    const options = { json, repeatable: true, what: `change the check run ${id} in ${place.full}` };
    const { body } = await github.http.patch(place.path + path`/check-runs/${id}`, options);
    return resultOf(body as RawCheckRun);
  },
});

/** @throws ConnectorError for an end without a conclusion, and for a conclusion without an end. */
function progressOf({ status, conclusion }: { status?: string; conclusion?: string }): { status?: string } {
  if (conclusion === undefined && status !== "completed") return {};
  if (conclusion === undefined) {
    throw new ConnectorError("VALIDATION", "A check run that is completed needs a `conclusion`.");
  }
  if (status === undefined || status === "completed") return { status: "completed" };
  const message = `A check run with a conclusion has ended: leave \`status: ${status}\` out.`;
  throw new ConnectorError("VALIDATION", message);
}

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
