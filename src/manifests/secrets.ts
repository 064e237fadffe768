/**
 * Resolves references to secrets, and connection values that come from the environment.
 *
 * The configuration's lists are enforced here again, although validation did: a plan may come from
 * a file, and the address behind a variable is only known now. No value ever reaches a message.
 */
import { resolve } from "node:path";
import type { Configuration } from "../api/config.ts";
import type { Integration } from "../api/integration.ts";
import type { AnnotatedSchema, SecretReference } from "../api/schema.ts";
import { createAllowlist } from "./allowlist.ts";
import { connectionHosts } from "./connection-hosts.ts";
import { ownValue } from "./defaults.ts";
import { SecretError } from "./secret-error.ts";
import { isEnvReference, isSecretReference } from "./secret-references.ts";
import type { Platform } from "./types.ts";

/** Where secrets are looked up. */
export interface SecretContext {
  env: Readonly<Record<string, string | undefined>>;
  /** Reads a file as text. @param file an absolute path. */
  readFile(file: string): Promise<string>;
  /** The configuration's folder, else the working folder: where relative paths start. */
  folder: string;
  /** The configuration's lists; without them all is allowed. */
  allow?: Configuration["allow"];
}

/**
 * Resolves one reference.
 *
 * @param field what it is for, for messages: `credentials.token`.
 * @throws SecretError
 */
export async function resolveSecret(
  reference: SecretReference,
  context: SecretContext,
  field: string,
): Promise<string> {
  if ("env" in reference) return resolveEnv(reference.env, context, field);
  if ("file" in reference) return resolveFile(reference.file, context, field);
  if ("sealed" in reference) {
    throw new SecretError(
      "Unsupported",
      field,
      "sealed values cannot be opened, because this version has no `plumbline secrets` yet. Use { env: NAME } or { file: path }.",
    );
  }
  const { name, key } = reference.secretKeyRef;
  throw new SecretError(
    "Unsupported",
    field,
    `the key "${key}" of the Secret "${name}" can only be read by the controller on Kubernetes. Elsewhere use { env: NAME } or { file: path }.`,
  );
}

/**
 * Resolves an Integration's credentials, one after the other.
 *
 * @returns the strings by name; those inside a map of credentials as `map.name`.
 * @throws SecretError for the first that cannot be resolved.
 */
export async function resolveCredentials(
  credentials: Integration["spec"]["credentials"],
  context: SecretContext,
): Promise<Record<string, string>> {
  const resolved: [string, string][] = [];
  for (const [field, reference] of referencesIn(credentials)) {
    resolved.push([field, await resolveSecret(reference, context, `credentials.${field}`)]);
  }
  return Object.fromEntries(resolved);
}

/**
 * Resolves what can be had of an Integration's credentials.
 *
 * @returns the strings, and for each that cannot be had why, all by name as {@link resolveCredentials} has them.
 */
export async function resolveAvailableCredentials(
  credentials: Integration["spec"]["credentials"],
  context: SecretContext,
): Promise<{ credentials: Record<string, string>; faults: Record<string, string> }> {
  const found: [string, string][] = [];
  const faults: [string, string][] = [];
  for (const [field, reference] of referencesIn(credentials)) {
    try {
      found.push([field, await resolveSecret(reference, context, `credentials.${field}`)]);
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      faults.push([field, error.message]);
    }
  }
  return { credentials: Object.fromEntries(found), faults: Object.fromEntries(faults) };
}

function referencesIn(credentials: Integration["spec"]["credentials"]): [name: string, SecretReference][] {
  return Object.entries(credentials ?? {}).flatMap(([name, value]): [string, SecretReference][] =>
    isSecretReference(value)
      ? [[name, value]]
      : Object.entries(value).map(([inner, reference]) => [`${name}.${inner}`, reference]),
  );
}

/**
 * Resolves the connection of an Integration, with values from the environment in the types of their
 * fields, and checks the result against the platform's schema and `allow.hosts`.
 *
 * @throws SecretError
 */
export function resolveConnection(
  object: Integration,
  platform: Platform,
  context: SecretContext,
): Record<string, unknown> {
  const { properties } = platform.compiled.schemas.connection;
  const stated = Object.entries(object.spec.connection ?? {});
  const connection = Object.fromEntries(
    stated.map(([name, value]) => {
      if (!isEnvReference(value)) return [name, value];
      const text = resolveEnv(value.env, context, `connection.${name}`);
      return [name, parseAs(ownValue(properties, name) as AnnotatedSchema | undefined, text, value.env, name)];
    }),
  );
  checkConnection(object, connection, platform);
  checkHosts(connection, platform, context);
  return connection;
}

function resolveEnv(name: string, { env, folder, allow }: SecretContext, field: string): string {
  if (!createAllowlist(allow, folder).env(name)) {
    throw new SecretError("NotAllowed", field, `the configuration's \`allow.env\` does not name the variable ${name}.`);
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (!value) {
    const state = value === undefined ? "not set" : "empty";
    throw new SecretError("NotSet", field, `the environment variable ${name} is ${state}.`);
  }
  return value;
}

async function resolveFile(name: string, { readFile, folder, allow }: SecretContext, field: string): Promise<string> {
  if (!createAllowlist(allow, folder).file(name)) {
    throw new SecretError("NotAllowed", field, `the configuration's \`allow.files\` does not name the file "${name}".`);
  }
  let text: string;
  try {
    text = await readFile(resolve(folder, name));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    if (code === "ENOENT") throw new SecretError("NotSet", field, `there is no file "${name}".`, { cause });
    throw new SecretError("Unreadable", field, `the file "${name}" cannot be read (${code ?? "unknown reason"}).`, {
      cause,
    });
  }
  const value = text.replace(/\r?\n$/, "");
  if (value === "") throw new SecretError("NotSet", field, `the file "${name}" is empty.`);
  return value;
}

/** Reads a text from the environment as its field's type; a field that takes strings gets it as it is. */
function parseAs(schema: AnnotatedSchema | undefined, text: string, variable: string, name: string): unknown {
  const types = typesOf(schema);
  const expected = types.filter((type) => type === "boolean" || type === "integer" || type === "number");
  if (expected.length === 0 || types.includes("string")) return text;
  for (const type of expected) {
    if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
    const pattern = type === "integer" ? /^-?\d+$/ : /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
    if (type !== "boolean" && pattern.test(text)) return Number(text);
  }
  const words = expected.map((type) => (type === "boolean" ? "true or false" : `a valid ${type}`)).join(" or ");
  throw new SecretError("Invalid", `connection.${name}`, `the environment variable ${variable} must hold ${words}.`);
}

function typesOf(schema: AnnotatedSchema | undefined): string[] {
  if (!schema) return [];
  const values = schema.const === undefined ? (schema.enum ?? []) : [schema.const];
  return [
    ...[schema.type ?? []].flat(),
    ...values.map((value) => typeof value),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(typesOf),
  ];
}

/** What came from the environment was not there when the manifest was checked. */
function checkConnection(object: Integration, connection: Record<string, unknown>, { validate }: Platform): void {
  const { platform, credentials } = object.spec;
  const spec = { platform, connection, ...(credentials === undefined ? {} : { credentials }) };
  if (validate({ apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata, spec })) return;
  const root = "/spec/connection";
  const error = validate.errors?.find(({ instancePath }) => instancePath.startsWith(root));
  const name = error?.instancePath.slice(root.length + 1).split("/")[0] ?? "";
  const stated = ownValue(object.spec.connection, name);
  const origin = isEnvReference(stated) ? `the value of the environment variable ${stated.env}` : "the value";
  throw new SecretError(
    "Invalid",
    name === "" ? "connection" : `connection.${name}`,
    `${origin} does not fit: it ${error?.message ?? "is not as its schema says"}.`,
  );
}

function checkHosts(
  connection: Record<string, unknown>,
  { compiled }: Platform,
  { allow, folder }: SecretContext,
): void {
  if (!allow?.hosts) return;
  const allowlist = createAllowlist(allow, folder);
  for (const { property, host, port } of connectionHosts(connection, compiled)) {
    if (host !== undefined && allowlist.host(host, port)) continue;
    const field = property === undefined ? "connection" : `connection.${property}`;
    throw new SecretError(
      "NotAllowed",
      field,
      "the configuration's `allow.hosts` does not name the host that this leads to.",
    );
  }
}
