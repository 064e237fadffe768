/**
 * Secrets of repositories and environments, which the emulator lacks (docs.github.com/rest/actions/secrets). Each
 * scope has a key pair; what was sealed for another key is refused.
 */
import sodium from "libsodium-wrappers";
import { type Answer, fieldsOf, json, type Received } from "../loopback.ts";
import type { SecretScope } from "./configuration.ts";
import { isName, placeOf, wrapped } from "./scopes.ts";
import { type GitHubState, invalid, refusal } from "./state.ts";

const moment = "2026-11-25T12:00:00Z";

/** Answers what concerns secrets. */
export async function secrets(state: GitHubState, request: Received): Promise<Answer | undefined> {
  const place = placeOf(state, request.path, "secrets");
  if (!place || "status" in place) return place;
  await sodium.ready;
  const scope = state.configuration.secrets.get(place.scope) ?? {
    keys: sodium.crypto_box_keypair(),
    values: new Map(),
  };
  state.configuration.secrets.set(place.scope, scope);
  if (place.rest === undefined) {
    if (request.method !== "GET") return undefined;
    const names = [...scope.values.keys()].sort();
    return wrapped(request, "secrets", names, { most: 100, usual: 30, shown });
  }
  if (place.rest === "public-key" && request.method === "GET") return publicKey(scope);
  return ofOne(request, scope, place.rest.toUpperCase());
}

/** The values in one scope by name. @param fullName `owner/name`. */
export function secretValues(state: GitHubState, fullName: string, environment?: string): Record<string, string> {
  const { configuration, repositories } = state;
  const id = repositories.get(fullName.toLowerCase())?.id ?? 0;
  const inner =
    environment === undefined ? undefined : configuration.environments.get(id)?.get(environment.toLowerCase());
  const scope = configuration.secrets.get(environment === undefined ? String(id) : `${id}/${inner?.id}`);
  return Object.fromEntries(scope?.values ?? []);
}

function publicKey({ keys }: SecretScope): Answer {
  return json(200, { key_id: keyId({ keys }), key: Buffer.from(keys.publicKey).toString("base64") });
}

function ofOne(request: Received, scope: SecretScope, name: string): Answer | undefined {
  const { values } = scope;
  if (request.method === "PUT") return put(request, scope, name);
  if (!values.has(name)) return refusal(404, "Not Found");
  if (request.method === "GET") return json(200, shown(name));
  if (request.method !== "DELETE") return undefined;
  values.delete(name);
  return { status: 204, headers: {}, body: Buffer.alloc(0) };
}

function put(request: Received, scope: SecretScope, name: string): Answer {
  const { encrypted_value: sealed, key_id: id } = fieldsOf(request.body);
  if (!isName(name)) return invalid("Secret names can only contain alphanumeric characters");
  if (id !== keyId(scope)) return invalid("The key_id is not the repository's.");
  const value = opened(String(sealed), scope);
  if (value === undefined) return invalid("The value is not sealed with the repository's public key.");
  const known = scope.values.has(name);
  scope.values.set(name, value);
  return known ? { status: 204, headers: {}, body: Buffer.alloc(0) } : json(201, {});
}

function opened(sealed: string, { keys }: SecretScope): string | undefined {
  try {
    const value = sodium.crypto_box_seal_open(Buffer.from(sealed, "base64"), keys.publicKey, keys.privateKey);
    return Buffer.from(value).toString("utf8");
  } catch {
    return undefined;
  }
}

/** A number, as GitHub's are, made of the key. */
function keyId({ keys }: Pick<SecretScope, "keys">): string {
  return String(Buffer.from(keys.publicKey).readBigUInt64BE());
}

function shown(name: string): Record<string, unknown> {
  return { name, created_at: moment, updated_at: moment };
}
