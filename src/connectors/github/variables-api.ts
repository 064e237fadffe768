/** The calls for variables of GitHub Actions, below a repository or an environment. Pages hold 30 at most. */
import { byLink, path } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import type { Scope } from "./scopes.ts";

export interface RawVariable {
  name: string;
  value: string;
}

const PAGE = 30;

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
  variable: RawVariable,
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
  fields: Partial<RawVariable>,
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
