/** What parameters and results of several actions have in common. */
import { path, Type } from "../../connector-kit/index.ts";
import type { GitHubReader } from "./client.ts";

export const closed = { additionalProperties: false } as const;

export const repository = Type.String({
  pattern: "^([A-Za-z0-9_.-]+/)?[A-Za-z0-9_.-]+$",
  description: "A repository's name in the connection's account, or OWNER/NAME.",
  examples: ["billing"],
});

export const number = Type.Integer({
  minimum: 1,
  description: "The number in its repository, as its address shows it.",
  examples: [42],
});

export const title = Type.String({
  minLength: 1,
  maxLength: 256,
  description: "The title.",
  examples: ["Printer on fire"],
});

/** GitHub takes 65,536 characters; the rest is for the hidden mark. */
export const body = Type.String({
  maxLength: 65_000,
  description: "The text, in Markdown.",
  examples: ["Seen in **production**."],
});

export const labelNames = Type.Array(Type.String({ minLength: 1, description: "A label.", examples: ["bug"] }), {
  maxItems: 100,
  description: "Names of labels. One that the repository lacks is made.",
  examples: [["bug"]],
});

export const assignees = Type.Array(Type.String({ minLength: 1, description: "A login.", examples: ["octocat"] }), {
  maxItems: 10,
  description: "Logins of those who it is assigned to, at most ten.",
  examples: [["octocat"]],
});

export const milestone = Type.Integer({
  minimum: 1,
  description: "A milestone's number, as its address shows it; not its title.",
  examples: [3],
});

export const issueType = Type.String({
  minLength: 1,
  description: "One of the organisation's issue types.",
  examples: ["Bug"],
});

export const address = Type.String({
  description: "Where people see it.",
  examples: ["https://github.com/acme/billing/issues/42"],
});

export const created = Type.Boolean({
  description: "Whether it was made now; false: it was there already.",
  examples: [true],
});

/** 40 hex digits, or 64 in repositories that use SHA-256. */
export const sha = Type.String({
  pattern: "^([0-9a-f]{40}|[0-9a-f]{64})$",
  description: "The commit's whole SHA.",
  examples: ["6dcb09b5b57875f334f61aebed695e2e4193db5e"],
});

export const link = Type.String({
  pattern: "^https?://",
  description: "Where the details are.",
  examples: ["https://ci.example.com/builds/7"],
});

export interface Place {
  owner: string;
  name: string;
  /** `OWNER/NAME`, for messages and searches. */
  full: string;
  /** The path below which everything of the repository is. */
  path: string;
}

/** @param given a name in the connection's account, or `OWNER/NAME`. */
export function placeOf({ account }: GitHubReader, given: string): Place {
  const [first = "", second] = given.split("/");
  const owner = second === undefined ? account.login : first;
  const name = second ?? first;
  return { owner, name, full: `${owner}/${name}`, path: path`/repos/${owner}/${name}` };
}
