/**
 * Variables of GitHub Actions, of a repository and of an environment.
 *
 * GitHub keeps names in upper case and takes them in any. A variable has no id; its name stands in for one.
 */
import { defineResource, perParent, type Resource, Type } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { environmentScope, repositoryScope, type ScopeOf } from "./scopes.ts";
import { createVariable, deleteVariable, listVariables, updateVariable } from "./variables-api.ts";

/** What GitHub takes for the name of a variable or a secret (docs.github.com, "Naming conventions"). */
export const NAME = "^(?![Gg][Ii][Tt][Hh][Uu][Bb]_)[A-Za-z_][A-Za-z0-9_]*$";

/** The same for a variable of a repository, an environment and an organisation. */
export const variableFields = {
  name: Type.String({
    pattern: NAME,
    maxLength: 255,
    description:
      "The variable's name: letters, digits and _, not beginning with a digit or GITHUB_. Kept in upper case.",
    examples: ["REGION"],
  }),
  value: Type.String({
    maxLength: 49_152,
    description: "Its value, at most 48 KB. It can be read by everybody who may read the repository's settings.",
    examples: ["eu-central-1"],
  }),
};

const Variable = Type.Object(variableFields, {
  additionalProperties: false,
  description: "A variable.",
  examples: [{ name: "REGION", value: "eu-central-1" }],
});

export const variables = variablesBelow("repositories", repositoryScope);
export const environmentVariables = variablesBelow("environments", environmentScope);

function variablesBelow(parent: string, scopeOf: ScopeOf): Resource {
  return defineResource({
    schema: Variable,
    parent,
    key: (variable) => variable.name,
    normalizeKey: (name) => name.toUpperCase(),
    normalize: (variable) =>
      variable.name === undefined ? variable : { ...variable, name: variable.name.toUpperCase() },
    rename: true,
    list: (github: GitHubReader, { parents }) =>
      perParent(parents, async function* (above) {
        for await (const { name, value } of listVariables(github, scopeOf(github, above))) {
          yield { id: name, spec: { name, value } };
        }
      }),
    async create(github: GitHubWriter, { desired: { name, value }, parent: above }) {
      await createVariable(github, scopeOf(github, above), { name: name.toUpperCase(), value });
      return { id: name.toUpperCase() };
    },
    async update(github, { observed: { id, parent: above }, changes }) {
      if (above) await updateVariable(github, scopeOf(github, above), id, changes);
    },
    async remove(github, { id, parent: above }) {
      if (above) await deleteVariable(github, scopeOf(github, above), id);
    },
  });
}
