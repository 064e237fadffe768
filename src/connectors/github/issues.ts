/**
 * Issues: making, changing, closing, labelling, finding.
 *
 * A text ends with the hidden mark of the run that made it, since GitHub has no idempotency key: a run that is
 * tried again finds its issue among the newest and makes no second one.
 */
import { defineAction, Type } from "../../connector-kit/index.ts";
import {
  assignees,
  body,
  closed,
  created,
  issueType,
  labelNames,
  milestone,
  number,
  placeOf,
  repository,
  title,
} from "./action-parameters.ts";
import type { GitHubWriter } from "./client.ts";
import * as api from "./issues-api.ts";
import { marked, runMark } from "./marks.ts";

const one = { repository: "billing", number: 42 };
const made = {
  number: 42,
  html_url: "https://github.com/acme/billing/issues/42",
  title: "Printer on fire",
  body: "",
  state: "open",
  labels: ["bug"],
  assignees: [],
  is_pull_request: false,
  created: true,
};

export const createIssue = defineAction({
  description: "Makes an issue. Tried again, the same run finds the issue that it made.",
  idempotent: true,
  parameters: Type.Object(
    {
      repository,
      title,
      body: Type.Optional(body),
      labels: Type.Optional(labelNames),
      assignees: Type.Optional(assignees),
      milestone: Type.Optional(milestone),
      type: Type.Optional(issueType),
    },
    { ...closed, description: "The issue.", examples: [{ repository: "billing", title: "Printer on fire" }] },
  ),
  result: Type.Object(
    { ...api.Issue.properties, created },
    { ...closed, description: "The issue as GitHub made it.", examples: [made] },
  ),
  run: async (github: GitHubWriter, { repository: name, body: text = "", ...fields }, { key }) => {
    const place = placeOf(github, name);
    const mark = runMark(key);
    const found = await api.markedIssue(github, place, mark);
    if (found) return { ...found, created: false };
    return { ...(await api.createIssue(github, place, { ...fields, body: marked(text, mark) })), created: true };
  },
});

const stateReason = Type.Enum(["completed", "not_planned", "duplicate"], {
  description: "Why it is closed; completed where nothing is said.",
  examples: ["not_planned"],
});

export const updateIssue = defineAction({
  description: "Changes an issue: what is stated, and nothing else.",
  idempotent: true,
  parameters: Type.Object(
    {
      repository,
      number,
      title: Type.Optional(title),
      body: Type.Optional(body),
      state: Type.Optional(
        Type.Enum(["open", "closed"], { description: "`open` opens it again.", examples: ["open"] }),
      ),
      state_reason: Type.Optional(stateReason),
      labels: Type.Optional(labelNames),
      assignees: Type.Optional(assignees),
      milestone: Type.Optional(milestone),
      type: Type.Optional(issueType),
    },
    {
      ...closed,
      minProperties: 3,
      description: "The issue and what changes. Lists replace what is there: `[]` takes all away.",
      examples: [{ ...one, labels: ["bug", "urgent"] }],
    },
  ),
  result: api.Issue,
  run: (github: GitHubWriter, { repository: name, number: issue, ...fields }) =>
    api.updateIssue(github, name, issue, fields),
});

export const closeIssue = defineAction({
  description: "Closes an issue.",
  idempotent: true,
  parameters: Type.Object(
    {
      repository,
      number,
      state_reason: Type.Optional(stateReason),
    },
    { ...closed, description: "The issue, and why.", examples: [{ ...one, state_reason: "completed" }] },
  ),
  result: api.Issue,
  run: (github: GitHubWriter, { repository: name, number: issue, state_reason: reason = "completed" }) =>
    api.updateIssue(github, name, issue, { state: "closed", state_reason: reason }),
});

export const getIssue = defineAction({
  description: "Shows an issue.",
  idempotent: true,
  parameters: Type.Object({ repository, number }, { ...closed, description: "The issue.", examples: [one] }),
  result: api.Issue,
  run: (github: GitHubWriter, parameters) => api.getIssue(github, parameters.repository, parameters.number),
});

export const searchIssues = defineAction({
  description: "Finds issues of a repository or of the whole account, and no pull requests.",
  idempotent: true,
  parameters: Type.Object(
    {
      query: Type.Optional(
        Type.String({
          maxLength: 256,
          description: "Words and qualifiers of GitHub's search.",
          examples: ["printer is:open label:bug"],
        }),
      ),
      repository: Type.Optional(repository),
      limit: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1000,
          default: 100,
          description: "How many are given at most.",
          examples: [10],
        }),
      ),
    },
    { ...closed, description: "What is searched for.", examples: [{ repository: "billing", query: "is:open" }] },
  ),
  result: Type.Object(
    {
      total: Type.Integer({ minimum: 0, description: "How many there are.", examples: [1] }),
      incomplete: Type.Boolean({
        description: "Whether GitHub gave up before it had looked everywhere.",
        examples: [false],
      }),
      issues: Type.Array(api.Issue, { description: "The issues, best match first.", examples: [[]] }),
    },
    { ...closed, description: "What was found.", examples: [{ total: 0, incomplete: false, issues: [] }] },
  ),
  run: (github: GitHubWriter, { query = "", repository: name, limit = 100 }) => {
    const { type, login } = github.account;
    const owner = type === "organization" ? `org:${login}` : `user:${login}`;
    const scope = name === undefined ? owner : `repo:${placeOf(github, name).full}`;
    return api.searchIssues(github, `${scope} is:issue ${query}`.trim(), limit);
  },
});

const newLabels = Type.Array(labelNames.items, {
  minItems: 1,
  maxItems: 100,
  description: "Names of labels. One that the repository lacks is made.",
  examples: [["bug"]],
});

export const addLabels = defineAction({
  description: "Adds labels to an issue or a pull request; those that it has stay.",
  idempotent: true,
  parameters: Type.Object(
    { repository, number, labels: newLabels },
    { ...closed, description: "The issue and its new labels.", examples: [{ ...one, labels: ["bug"] }] },
  ),
  result: Type.Object(
    { labels: labelNames },
    { ...closed, description: "All labels that it has now.", examples: [{ labels: ["bug", "urgent"] }] },
  ),
  run: async (github: GitHubWriter, { repository: name, number: issue, labels }) => ({
    labels: await api.addLabels(github, name, issue, labels),
  }),
});
