/**
 * Secrets of GitHub Actions, of a repository and of an environment.
 *
 * Of a secret only its name can be read; whether the value is the declared one is known by its keyed hash alone, so
 * a value that somebody else set stays until the declared one moves. A secret has no id; its name stands in for one.
 */
import { defineResource, perParent, type Resource, Secret, Type } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { environmentScope, repositoryScope, type ScopeOf } from "./scopes.ts";
import { deleteSecret, listSecrets, putSecret } from "./secrets-api.ts";
import { NAME } from "./variables.ts";

const ActionsSecret = Type.Object(
  {
    name: Type.String({
      pattern: NAME,
      maxLength: 255,
      description:
        "The secret's name: letters, digits and _, not beginning with a digit or GITHUB_. Kept in upper case.",
      examples: ["DEPLOY_TOKEN"],
    }),
    value: Secret({
      description: "Where its value is; at most 48 KB. It cannot be read back.",
      examples: [{ env: "DEPLOY_TOKEN" }],
    }),
  },
  {
    additionalProperties: false,
    description: "A secret.",
    examples: [{ name: "DEPLOY_TOKEN", value: { env: "DEPLOY_TOKEN" } }],
  },
);

export const secrets = secretsBelow("repositories", repositoryScope);
export const environmentSecrets = secretsBelow("environments", environmentScope);

function secretsBelow(parent: string, scopeOf: ScopeOf): Resource {
  return defineResource({
    schema: ActionsSecret,
    parent,
    key: (secret) => secret.name,
    normalizeKey: (name) => name.toUpperCase(),
    normalize: (secret) => (secret.name === undefined ? secret : { ...secret, name: secret.name.toUpperCase() }),
    list: (github: GitHubReader, { parents }) =>
      perParent(parents, async function* (above) {
        for await (const { name, updated_at: revision } of listSecrets(github, scopeOf(github, above))) {
          yield { id: name, spec: { name }, revision };
        }
      }),
    async create(github: GitHubWriter, { desired, parent: above }) {
      const name = desired.name.toUpperCase();
      await putSecret(github, scopeOf(github, above), { name, value: desired.value });
      return { id: name };
    },
    async update(github, { observed: { id, parent: above }, changes: { value } }) {
      if (above && value !== undefined) await putSecret(github, scopeOf(github, above), { name: id, value });
    },
    async remove(github, { id, parent: above }) {
      if (above) await deleteSecret(github, scopeOf(github, above), id);
    },
  });
}
