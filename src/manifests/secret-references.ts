/** Where an Integration names secrets and environment variables: what trust is decided on. */
import type { Integration } from "../api/integration.ts";
import type { AnnotatedSchema, SecretReference } from "../api/schema.ts";
import type { CompiledConnector, Kind } from "../connector-kit/compile.ts";
import { isObject, ownValue, type Values } from "./defaults.ts";
import { someSchema, walkValue } from "./schema-walk.ts";
import type { DocumentPath } from "./types.ts";

/** A reference and where it stands. */
export interface LocatedReference {
  reference: SecretReference;
  path: DocumentPath;
  /** The part of the spec that it is in. */
  part: "credentials" | "connection" | "resources" | "defaults";
}

const sources = ["env", "file", "secretKeyRef", "sealed"] as const;

/** Whether a value has the form of a reference to a secret: one source, and nothing beside it. */
export function isSecretReference(value: unknown): value is SecretReference {
  if (!isObject(value)) return false;
  const [name, ...more] = Object.keys(value);
  if (name === undefined || more.length > 0 || !(sources as readonly string[]).includes(name)) return false;
  return name === "secretKeyRef" ? isObject(value[name]) : typeof value[name] === "string";
}

/** Whether a connection's value comes from the environment. */
export function isEnvReference(value: unknown): value is { env: string } {
  return isSecretReference(value) && "env" in value;
}

/**
 * Lists every reference of an Integration, in the order credentials, connection, defaults, resources.
 *
 * @param compiled its connector; without it (a user's own, whose code may not run now) the write-only
 *   fields of resources are unknown and left out.
 */
export function secretReferences(object: Integration, compiled?: CompiledConnector): LocatedReference[] {
  const { credentials, connection, defaults, resources } = object.spec;
  const found: LocatedReference[] = [];
  collect(credentials, ["spec", "credentials"], (reference, path) => {
    found.push({ reference, path, part: "credentials" });
  });
  for (const [name, value] of Object.entries(connection ?? {})) {
    const path = ["spec", "connection", name];
    if (isEnvReference(value)) found.push({ reference: value, path, part: "connection" });
  }
  const secret = new Map<Kind, boolean>();
  for (const kind of compiled?.kinds.values() ?? []) {
    if (kind.parent) continue;
    const beneath = ownValue(defaults, kind.property);
    collectEntry({ secret, part: "defaults", found }, kind, beneath, ["spec", "defaults", kind.property]);
    collectList({ secret, part: "resources", found }, kind, resources, ["spec", "resources"]);
  }
  return found;
}

/** What is looked for among resources. */
interface Search {
  /** Whether a kind has write-only fields; filled as kinds are met. */
  secret: Map<Kind, boolean>;
  part: LocatedReference["part"];
  found: LocatedReference[];
}

/** Finds references in a value of any shape. */
function collect(
  value: unknown,
  path: DocumentPath,
  found: (reference: SecretReference, path: DocumentPath) => void,
): void {
  if (isSecretReference(value)) found(value, path);
  else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      collect(item, [...path, Array.isArray(value) ? Number(name) : name], found);
    }
  }
}

function isWriteOnly(schema: AnnotatedSchema): boolean {
  return schema.writeOnly === true;
}

function hasSecrets({ secret }: Search, kind: Kind): boolean {
  const has = secret.get(kind) ?? someSchema(kind.schema, isWriteOnly);
  secret.set(kind, has);
  return has;
}

function collectList(search: Search, kind: Kind, values: Values | undefined, path: DocumentPath): void {
  const list = ownValue(values, kind.property);
  if (!Array.isArray(list)) return;
  for (const [index, entry] of list.entries()) collectEntry(search, kind, entry, [...path, kind.property, index]);
}

function collectEntry(search: Search, kind: Kind, entry: unknown, path: DocumentPath): void {
  if (!isObject(entry)) return;
  const { found, part } = search;
  if (hasSecrets(search, kind)) {
    walkValue(kind.schema, entry, path, (schema, value, at) => {
      if (!isWriteOnly(schema)) return true;
      collect(value, at, (reference, where) => found.push({ reference, path: where, part }));
      return false;
    });
  }
  for (const child of kind.children) collectList(search, child, entry, path);
}
