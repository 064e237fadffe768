/** The calls for milestones, below `/repos/OWNER/NAME/milestones`. Their address holds the number, not the title. */
import { byLink, path } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";

export interface RawMilestone {
  number: number;
  title: string;
  description: string | null;
  state: "open" | "closed";
  /** ISO 8601, always at GitHub's midnight: 07:00 or 08:00 UTC. */
  due_on: string | null;
}

/** What is sent; a `due_on` of null clears the date, which only a change may do. */
export type MilestoneFields = Partial<Omit<RawMilestone, "number">>;

const PAGE = 100;

/** All milestones of a repository, closed ones too; GitHub lists only open ones when it is not asked. */
export function listMilestones({ http, account }: GitHubReader, repository: string): AsyncGenerator<RawMilestone> {
  return byLink<RawMilestone>(http, path`/repos/${account.login}/${repository}/milestones`, {
    query: { state: "all", per_page: PAGE },
    pageSize: PAGE,
    what: `list the milestones of ${account.login}/${repository}`,
  });
}

export async function createMilestone(
  { http, account }: GitHubWriter,
  repository: string,
  milestone: MilestoneFields & { title: string },
): Promise<RawMilestone> {
  const { body } = await http.post(path`/repos/${account.login}/${repository}/milestones`, {
    json: milestone,
    what: `create the milestone "${milestone.title}" in ${account.login}/${repository}`,
  });
  return body as RawMilestone;
}

/** @param title what the milestone is called in messages. */
export async function updateMilestone(
  { http, account }: GitHubWriter,
  repository: string,
  { number, title }: { number: string; title: string },
  fields: MilestoneFields,
): Promise<void> {
  await http.patch(path`/repos/${account.login}/${repository}/milestones/${number}`, {
    json: fields,
    repeatable: true,
    what: `change the milestone "${title}" in ${account.login}/${repository}`,
  });
}

export async function deleteMilestone(
  { http, account }: GitHubWriter,
  repository: string,
  { number, title }: { number: string; title: string },
): Promise<void> {
  await http.delete(path`/repos/${account.login}/${repository}/milestones/${number}`, {
    expect: [404],
    what: `delete the milestone "${title}" in ${account.login}/${repository}`,
  });
}
