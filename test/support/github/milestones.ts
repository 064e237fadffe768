/**
 * Milestones as GitHub keeps them, where the emulator differs: a title is unique (`already_exists`), a new one takes
 * no null for `due_on`, and of `due_on` only the day in California is kept, told as its midnight in UTC
 * (github.com/orgs/community/discussions, "Milestone due dates"; docs.github.com/rest/issues/milestones).
 */
import { type Answer, fieldsOf, type Received } from "../loopback.ts";
import { all, type GitHubState, invalid, withBody } from "./state.ts";

const milestonePath = /^(\/repos\/[^/]+\/[^/]+\/milestones)(?:\/(\d+))?$/;

/** Answers what makes or changes milestones. */
export async function milestones(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const [, list, number] = milestonePath.exec(request.path) ?? [];
  const makes = request.method === "POST" && number === undefined;
  if (list === undefined || !(makes || request.method === "PATCH")) return undefined;
  const body = fieldsOf(request.body);
  if (makes && body.due_on === null) return invalid('Invalid request.\n\nFor "due_on", nil is not a string.');
  const existing = await all(state, `${list}?state=all`);
  if (existing.some((other) => other.title === body.title && String(other.number) !== number)) {
    return invalid("Validation Failed", [{ resource: "Milestone", code: "already_exists", field: "title" }]);
  }
  const due = typeof body.due_on === "string" ? { due_on: midnight(body.due_on) } : {};
  return state.forward(withBody(request, { ...body, ...due }));
}

/** The midnight, in UTC, with which a moment's day begins in California. */
function midnight(moment: string): string {
  const time = Date.parse(moment);
  const hours = isSummer(time) ? 7 : 8;
  const day = new Date(time - hours * 3_600_000).toISOString().slice(0, 10);
  return `${day}T0${hours}:00:00Z`;
}

function isSummer(time: number): boolean {
  const zone = new Intl.DateTimeFormat("en", { timeZone: "America/Los_Angeles", timeZoneName: "short" });
  return zone.format(time).includes("PDT");
}
