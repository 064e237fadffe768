/** Statuses of commits (docs.github.com/rest/commits/statuses), which the emulator lacks; of any commit, since it has none. */
import { type Answer, fieldsOf, json, type Received } from "../loopback.ts";
import { type GitHubState, invalid } from "./state.ts";

/** The newest first, as the list on GitHub. */
export interface CommitStatus {
  sha: string;
  state: string;
  context: string;
  description: string;
}

const STATES = ["error", "failure", "pending", "success"];

/** Answers what sets a status. */
export async function statuses(state: GitHubState, { method, path, body }: Received): Promise<Answer | undefined> {
  const sha = /^\/repos\/[^/]+\/[^/]+\/statuses\/([0-9a-f]{40})$/.exec(path)?.[1];
  if (sha === undefined || method !== "POST") return undefined;
  const { state: result, context = "default", description = "" } = fieldsOf(body) as Record<string, string>;
  if (result === undefined || !STATES.includes(result)) return invalid("Validation Failed");
  if (description.length > 140) return invalid("Validation Failed", [{ resource: "Status", field: "description" }]);
  const status = { sha, state: result, context, description };
  state.statuses.unshift(status);
  return json(201, status);
}
