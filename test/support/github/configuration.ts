/** What the stand-in keeps of a repository's configuration: hooks' secrets, environments, variables and secrets. */

import type { Delivery } from "./deliveries.ts";

export interface Environment {
  id: number;
  name: string;
  /** Minutes. */
  waitTimer: number;
  preventSelfReview: boolean;
  reviewers: readonly { type: string; reviewer: Readonly<Record<string, unknown>> }[];
  branchPolicy: Readonly<Record<string, unknown>> | null;
  /** Names of branches and tags that may deploy. */
  patterns: { id: number; name: string; type: string }[];
}

export interface OrganizationVariable {
  value: string;
  visibility: string;
  /** Ids of the repositories that see it, where they are selected. */
  repositories: readonly number[];
}

/** Secrets that are sealed for one key. */
export interface SecretScope {
  keys: { publicKey: Uint8Array; privateKey: Uint8Array };
  /** Opened, by name in upper case. */
  values: Map<string, string>;
}

export interface Configuration {
  /** By hook id. */
  hookSecrets: Map<number, string>;
  /** Attempts by the hook's address, the newest first. */
  deliveries: Map<string, Delivery[]>;
  /** By repository id and name in lower case. */
  environments: Map<number, Map<string, Environment>>;
  /** Variables by name in upper case; by the repository's id, `REPOSITORY/ENVIRONMENT` for an environment's. */
  variables: Map<string, Map<string, string>>;
  /** The organisation's, by name in upper case. */
  organizationVariables: Map<string, OrganizationVariable>;
  /** By the same as variables. */
  secrets: Map<string, SecretScope>;
  /** An id that nothing had before. */
  nextId(): number;
}

export function createConfiguration(): Configuration {
  let last = 9000;
  return {
    hookSecrets: new Map(),
    deliveries: new Map(),
    environments: new Map(),
    variables: new Map(),
    organizationVariables: new Map(),
    secrets: new Map(),
    nextId() {
      last += 1;
      return last;
    },
  };
}
