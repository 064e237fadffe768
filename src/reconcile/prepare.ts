/**
 * Makes an Integration's entries ready: normalised, with digests, with the values of their secrets.
 *
 * A secret that has no value holds back its own entry only.
 */
import { escapeSegment, parsePointer, type SecretReference } from "../api/index.ts";
import type { Kind } from "../connector-kit/compile.ts";
import type { DesiredEntry } from "../manifests/types.ts";
import { specDigest } from "./digest.ts";
import { type KindTools, kindTools } from "./kind-tools.ts";
import { parentOf } from "./match.ts";
import type { Desired } from "./types.ts";

/** Hashes secret values for one system; see the design of write-only fields. */
export interface SecretHasher {
  hash(system: string, kind: string, key: string, path: string, value: string): string;
}

export interface PrepareContext {
  kinds: ReadonlyMap<string, Kind>;
  system: string;
  /** Undefined when no key may be made here; a stated write-only field is then an error. */
  hasher: SecretHasher | undefined;
  /** @throws Error with a message that holds no secret. */
  resolveSecret(reference: SecretReference): Promise<string>;
}

/** A stated write-only field has nothing to be compared by. */
export class StateKeyMissing extends Error {
  override readonly name = "StateKeyMissing";
}

/** Prepares entries in their order. @throws StateKeyMissing */
export async function prepareDesired(entries: readonly DesiredEntry[], context: PrepareContext): Promise<Desired[]> {
  const prepared: Desired[] = [];
  for (const entry of entries) {
    const kind = context.kinds.get(entry.kind);
    if (!kind) continue;
    const plain = withoutSystem(entry, kind);
    const { secretPaths } = kindTools(kind);
    prepared.push(
      secretPaths.length === 0 ? plain : { ...plain, ...(await readSecrets(plain.spec, secretPaths, entry, context)) },
    );
  }
  return prepared;
}

/** An entry as far as the manifest alone tells: secrets stay references, and have no hashes. */
export function withoutSystem(entry: DesiredEntry, kind: Kind): Desired {
  const spec = kindTools(kind).normalize(entry.spec);
  return {
    kind,
    key: entry.keyText,
    parentKey: parentOf(entry.keyText),
    entry,
    spec,
    resolved: spec,
    unresolved: [],
    targets: [],
    digest: specDigest(spec),
    ...noSecrets,
  };
}

const noSecrets = { hashes: Object.freeze({}), secrets: new Map<string, string>() };

async function readSecrets(
  spec: Record<string, unknown>,
  paths: KindTools["secretPaths"],
  entry: DesiredEntry,
  context: PrepareContext,
) {
  const secrets = new Map<string, string>();
  const hashes: Record<string, string> = {};
  for (const path of paths) {
    const reference = path.reduce<unknown>(
      (value, name) => (value as Record<string, unknown> | undefined)?.[name],
      spec,
    );
    if (reference === undefined) continue;
    const pointer = path.map((name) => `/${escapeSegment(name)}`).join("");
    if (!context.hasher) {
      throw new StateKeyMissing(
        `${entry.source.file}:${entry.source.line}: ${entry.kind}/${entry.keyText} states ${pointer}, which cannot be read back. ` +
          "Set PLUMBLINE_STATE_KEY to 32 random bytes (openssl rand -base64 32), the same in every run.",
      );
    }
    try {
      const value = await context.resolveSecret(reference as SecretReference);
      secrets.set(pointer, value);
      hashes[pointer] = context.hasher.hash(context.system, entry.kind, entry.keyText, pointer, value);
    } catch (error) {
      return {
        hashes: {},
        secrets: new Map<string, string>(),
        secretProblem: `${pointer}: ${(error as Error).message}`,
      };
    }
  }
  return { hashes, secrets };
}

/** A spec with the values of its secrets, for the platform only. */
export function withSecrets(
  spec: Record<string, unknown>,
  secrets: ReadonlyMap<string, string>,
): Record<string, unknown> {
  if (secrets.size === 0) return spec;
  const result = structuredClone(spec);
  for (const [pointer, value] of secrets) {
    const path = parsePointer(pointer);
    const last = path.pop() as string;
    const owner = path.reduce<Record<string, unknown>>((inner, name) => inner[name] as Record<string, unknown>, result);
    owner[last] = value;
  }
  return result;
}
