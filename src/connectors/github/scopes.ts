/**
 * Where variables and secrets of GitHub Actions stand: in a repository, in one of its environments, or, variables
 * only, in an organisation. The calls are the same below each.
 */
import { type ObservedParent, path } from "../../connector-kit/index.ts";
import type { GitHubReader } from "./client.ts";

export interface Scope {
  /** What `/variables` and `/secrets` follow, such as `/repos/acme/billing/actions`. */
  address: string;
  /** As in messages: `acme/billing`, `the environment "production" of acme/billing`. */
  title: string;
  /** Tells scopes apart however they are called: the repository's id and the environment's. */
  id: string;
}

/** @param github whose account. @param parent the one that a kind's entries stand below. */
export type ScopeOf = (github: GitHubReader, parent: ObservedParent) => Scope;

export const repositoryScope: ScopeOf = ({ account }, { id, spec }) => {
  const name = spec.name as string;
  return { address: path`/repos/${account.login}/${name}/actions`, title: `${account.login}/${name}`, id };
};

export const environmentScope: ScopeOf = ({ account }, { id, spec, parent }) => {
  const repository = parent?.spec.name as string;
  const name = spec.name as string;
  return {
    address: path`/repos/${account.login}/${repository}/environments/${name}`,
    title: `the environment "${name}" of ${account.login}/${repository}`,
    id: `${parent?.id}/${id}`,
  };
};

export function organizationScope({ account: { login } }: GitHubReader): Scope {
  return { address: path`/orgs/${login}/actions`, title: login, id: login };
}
