/** GitHub's calls about rulesets, which are the same below a repository and below an organisation. */
import { byLink, path } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";

/** Where rulesets stand. */
export interface RulesetScope {
  /** What is followed by `/rulesets`. */
  address: string;
  /** As in messages. */
  title: string;
  /** What the rulesets of this place say of their source; a list may hold others. */
  source: "Repository" | "Organization";
}

export interface RawActor {
  actor_id?: number | null;
  actor_type: string;
  bypass_mode?: string;
}

export interface RawRule {
  type: string;
  parameters?: Readonly<Record<string, unknown>>;
}

/** A ruleset; a list's items lack actors, conditions and rules, and who may not write sees no actors at all. */
export interface RawRuleset {
  id: number;
  name: string;
  target?: string;
  enforcement: string;
  source_type?: string;
  bypass_actors?: readonly RawActor[];
  conditions?: Readonly<Record<string, unknown>> | null;
  rules?: readonly RawRule[];
}

export async function* listRulesets(
  { http }: GitHubReader,
  { address, title, source }: RulesetScope,
): AsyncGenerator<RawRuleset, void, undefined> {
  const inherited = source === "Repository" ? { includes_parents: false } : {};
  const options = { query: { per_page: 100, ...inherited }, pageSize: 100, what: `list the rulesets of ${title}` };
  for await (const raw of byLink<RawRuleset>(http, `${address}/rulesets`, options)) {
    if (raw.source_type === undefined || raw.source_type === source) yield raw;
  }
}

export async function rulesetById({ http }: GitHubReader, scope: RulesetScope, id: string): Promise<RawRuleset> {
  const what = `show the ruleset ${id} of ${scope.title}`;
  return (await http.get(`${scope.address}${path`/rulesets/${id}`}`, { what })).body as RawRuleset;
}

type Fields = Readonly<Record<string, unknown>>;

export async function createRuleset(
  { http }: GitHubWriter,
  { address, title }: RulesetScope,
  ruleset: Fields & { name: string },
): Promise<RawRuleset> {
  const what = `create the ruleset "${ruleset.name}" in ${title}`;
  return (await http.post(`${address}/rulesets`, { json: ruleset, what })).body as RawRuleset;
}

/** Replaces the given fields, each whole; leaves the others. */
export async function updateRuleset(
  { http }: GitHubWriter,
  { address, title }: RulesetScope,
  id: string,
  fields: Fields,
): Promise<void> {
  await http.put(`${address}${path`/rulesets/${id}`}`, { json: fields, what: `change the ruleset ${id} of ${title}` });
}

export async function deleteRuleset({ http }: GitHubWriter, scope: RulesetScope, id: string): Promise<void> {
  const what = `delete the ruleset ${id} of ${scope.title}`;
  await http.delete(`${scope.address}${path`/rulesets/${id}`}`, { expect: [404], what });
}
