/** The calls for secrets of GitHub Actions, below a repository or an environment. Values go in sealed and never out. */
import { byLink, path } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import type { Scope } from "./scopes.ts";
import { type PublicKey, seal } from "./seal.ts";

export interface RawSecret {
  name: string;
  created_at: string;
  updated_at: string;
}

const PAGE = 100;

export function listSecrets({ http }: GitHubReader, { address, title }: Scope): AsyncGenerator<RawSecret> {
  return byLink<RawSecret>(http, `${address}/secrets`, {
    query: { per_page: PAGE },
    pageSize: PAGE,
    items: (body) => (body as { secrets?: readonly RawSecret[] }).secrets,
    what: `list the secrets of ${title}`,
  });
}

/** Makes a secret or gives it another value. */
export async function putSecret(
  github: GitHubWriter,
  scope: Scope,
  { name, value }: { name: string; value: string },
): Promise<void> {
  const key = await github.publicKeys.get(scope.id, () => publicKey(github, scope));
  await github.http.put(`${scope.address}${path`/secrets/${name}`}`, {
    json: { encrypted_value: await seal(value, key), key_id: key.key_id },
    what: `set the secret ${name} in ${scope.title}`,
  });
}

export async function deleteSecret({ http }: GitHubWriter, { address, title }: Scope, name: string): Promise<void> {
  await http.delete(`${address}${path`/secrets/${name}`}`, {
    expect: [404],
    what: `delete the secret ${name} in ${title}`,
  });
}

async function publicKey({ http }: GitHubWriter, { address, title }: Scope): Promise<PublicKey> {
  const { body } = await http.get(`${address}/secrets/public-key`, {
    what: `show the key that secrets of ${title} are sealed with`,
  });
  return body as PublicKey;
}
