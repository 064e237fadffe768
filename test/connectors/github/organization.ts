/** What the tests of the GitHub connector have in common. */
import type { ObservedParent, Spec } from "../../../src/connector-kit/index.ts";
import github from "../../../src/connectors/github/index.ts";
import { kindOf, performed, type Stage, type Staging, staging } from "../stage.ts";

export const TOKEN = "ghp_ownerOwnerOwnerOwnerOwnerOwnerOwner00";

export { github };
export const repositories = kindOf(github, "repositories");
export const labels = kindOf(github, "labels");
export const teams = kindOf(github, "teams");
export const branchProtection = kindOf(github, "repositories.branchProtection");
export const rulesets = kindOf(github, "repositories.rulesets");
export const organizationRulesets = kindOf(github, "rulesets");
export const members = kindOf(github, "members");
export const repositoryTeams = kindOf(github, "repositories.teams");
export const collaborators = kindOf(github, "repositories.collaborators");

/** To be called once in a test file. */
export function githubStaging(): Staging {
  return staging({
    connector: github,
    spec: "github",
    connection: { organization: "acme" },
    credentials: { token: TOKEN },
  });
}

/** A repository as the parent of its labels. */
export function parent(name: string): ObservedParent {
  return { id: name, key: [name], spec: { name } };
}

/** Labels as GitHub lists them: `l1`, `l2` and so on. */
export function rawLabels(from: number, to: number): Record<string, unknown>[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => ({
    id: from + index,
    name: `l${from + index}`,
    color: "ededed",
    description: null,
  }));
}

/** Does what an action of GitHub does, as a rule would. @param key the run's; the same when it is tried again. */
export function perform(stage: Stage, name: string, parameters: Spec, key?: string): Promise<Spec> {
  return performed(github, stage, name, parameters, key);
}
