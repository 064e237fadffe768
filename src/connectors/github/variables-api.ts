/**
 * The calls for variables of GitHub Actions, below a repository, an environment or an organisation. Pages hold 30 at
 * most. An organisation's say which repositories see them; the selected ones have a list of their own
 * (docs.github.com/rest/actions/variables).
 */
import { byLink, path } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import type { Scope } from "./scopes.ts";

export interface RawVariable {
  name: string;
  value: string;
  /** Of an organisation's. */
  visibility?: Visibility;
}

export type Visibility = "all" | "private" | "selected";

/** What is written of one. */
export type VariableFields = RawVariable & { selected_repository_ids?: readonly number[] };

const PAGE = 30;
/** Of selected repositories. */
const REPOSITORY_PAGE = 100;

export function listVariables({ http }: GitHubReader, { address, title }: Scope): AsyncGenerator<RawVariable> {
  return byLink<RawVariable>(http, `${address}/variables`, {
    query: { per_page: PAGE },
    pageSize: PAGE,
    items: (body) => (body as { variables?: readonly RawVariable[] }).variables,
    what: `list the variables of ${title}`,
  });
}

export async function createVariable(
  { http }: GitHubWriter,
  { address, title }: Scope,
  variable: VariableFields,
): Promise<void> {
  await http.post(`${address}/variables`, {
    json: variable,
    what: `create the variable ${variable.name} in ${title}`,
  });
}

export async function updateVariable(
  { http }: GitHubWriter,
  { address, title }: Scope,
  name: string,
  fields: Partial<VariableFields>,
): Promise<void> {
  await http.patch(`${address}${path`/variables/${name}`}`, {
    json: fields,
    repeatable: fields.name === undefined,
    what: `change the variable ${name} in ${title}`,
  });
}

export async function deleteVariable({ http }: GitHubWriter, { address, title }: Scope, name: string): Promise<void> {
  await http.delete(`${address}${path`/variables/${name}`}`, {
    expect: [404],
    what: `delete the variable ${name} in ${title}`,
  });
}

/** The ids of the repositories that see an organisation's variable, whose visibility is `selected`. */
export async function selectedRepositories(
  { http }: GitHubReader,
  { address, title }: Scope,
  name: string,
): Promise<number[]> {
  const list = byLink<{ id: number }>(http, `${address}${path`/variables/${name}/repositories`}`, {
    query: { per_page: REPOSITORY_PAGE },
    pageSize: REPOSITORY_PAGE,
    items: (body) => (body as { repositories?: readonly { id: number }[] }).repositories,
    what: `list the repositories of the variable ${name} in ${title}`,
  });
  return (await Array.fromAsync(list)).map(({ id }) => id);
}
