/**
 * The settings that programs hand over, put where a connector looks for them.
 *
 * They come as `{ connection, credentials }`, or flat, as a configuration file of a host program has them:
 * `token`, `base_url`. A flat name leads to the field of that name, in camelCase or snake_case, among the
 * credentials or the connection; other names are the connector's own `settings`. A value `{ env: NAME }` is
 * looked up in the given environment. An empty text counts as not set. No message holds a value.
 */
import type { AnnotatedSchema } from "../../api/index.ts";
import type { Connector } from "../contract.ts";
import { ConnectorError } from "../errors.ts";
import { isRecord } from "./item.ts";
import type { FieldProblem, SchemaChecks } from "./schema-checks.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings in their places, not checked yet. */
export interface Settings {
  connection: Record<string, unknown>;
  credentials: Record<string, unknown>;
}

/** Settings as a session takes them. */
export interface ResolvedSettings {
  connection: Record<string, unknown>;
  credentials: Record<string, string>;
}

type Part = keyof Settings;
const parts: readonly Part[] = ["credentials", "connection"];

/** Names that users have for the address, where a connector has `baseUrl`. */
const addresses = ["server_url", "serverUrl", "url"];

/** @throws ConnectorError VALIDATION for a name that leads nowhere, with the names that there are. */
export function arrangeSettings(connector: Connector, config: Readonly<Record<string, unknown>>): Settings {
  const settings: Settings = { connection: {}, credentials: {} };
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(config)) {
    const part = parts.find((one) => one === name);
    if (part && isRecord(value)) {
      for (const [field, inner] of Object.entries(value)) put(settings, [part, field], inner);
    } else {
      const path = placeOf(connector, name);
      if (path) put(settings, path, value);
      else unknown.push(`"${name}"`);
    }
  }
  if (unknown.length === 0) return settings;
  const word = unknown.length > 1 ? "settings" : "setting";
  const known = knownSettings(connector).join(", ");
  const message = `${connector.title} has no ${word} ${unknown.join(", ")}. Known settings: ${known}.`;
  throw new ConnectorError("VALIDATION", message);
}

/** @returns the flat names of a connector's settings, sorted. */
export function knownSettings(connector: Connector): string[] {
  const fields = parts.flatMap((part) => Object.keys(fieldsOf(connector, part)));
  return [...new Set([...fields, ...Object.keys(connector.settings ?? {})])].sort();
}

/**
 * Looks up what comes from the environment, and checks all against the connector's schemas.
 *
 * @throws ConnectorError VALIDATION naming every setting that is missing or wrong.
 */
export async function resolveSettings(
  connector: Connector,
  settings: Settings,
  { env, checks }: { env: Environment; checks: SchemaChecks },
): Promise<ResolvedSettings> {
  const unset: string[] = [];
  const look = (part: Part) => {
    const fields = fieldsOf(connector, part);
    const entries = Object.entries(settings[part]).map(([name, value]) => {
      const own = Object.hasOwn(fields, name) ? fields[name] : undefined;
      const asText = (one: unknown) => (part === "credentials" && typeof one === "number" ? String(one) : one);
      return [
        name,
        asText(fromEnvironment(value, own, env, (variable) => unset.push(`${variable} (${part}.${name})`))),
      ];
    });
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<string, unknown>;
  };
  const resolved = { connection: look("connection"), credentials: look("credentials") };
  const problems = await problemsOf(connector, resolved, checks);
  if (unset.length + problems.length > 0) throw unusable(connector, unset, problems);
  return { connection: resolved.connection, credentials: flattened(resolved.credentials) };
}

function placeOf(connector: Connector, name: string): string[] | undefined {
  const alias = connector.settings;
  if (alias && Object.hasOwn(alias, name)) return (alias[name] as string).split(".");
  for (const part of parts) {
    const fields = fieldsOf(connector, part);
    const field = [name, camelCase(name)].find((one) => Object.hasOwn(fields, one));
    if (field !== undefined) return [part, field];
  }
  const isAddress = addresses.includes(name) && Object.hasOwn(fieldsOf(connector, "connection"), "baseUrl");
  return isAddress ? ["connection", "baseUrl"] : undefined;
}

/** @throws ConnectorError VALIDATION when two names lead to one place. */
function put(settings: Settings, path: readonly string[], value: unknown): void {
  if (value === undefined || value === null || value === "") return;
  const last = path.at(-1) as string;
  let at: Record<string, unknown> = settings as unknown as Record<string, unknown>;
  for (const segment of path.slice(0, -1)) {
    const inner = Object.hasOwn(at, segment) ? at[segment] : undefined;
    const below = isRecord(inner) ? inner : {};
    at[segment] = below;
    at = below;
  }
  if (Object.hasOwn(at, last)) throw new ConnectorError("VALIDATION", `The setting ${path.join(".")} is given twice.`);
  at[last] = value;
}

function fromEnvironment(
  value: unknown,
  schema: AnnotatedSchema | undefined,
  env: Environment,
  missing: (variable: string) => void,
): unknown {
  if (!isRecord(value)) return value;
  const { env: variable, ...others } = value;
  if (typeof variable !== "string" || Object.keys(others).length > 0) {
    const inner = Object.entries(value).map(([name, one]) => [name, fromEnvironment(one, undefined, env, missing)]);
    return Object.fromEntries(inner);
  }
  const text = Object.hasOwn(env, variable) ? env[variable] : undefined;
  if (text) return asType(schema, text);
  missing(variable);
  return undefined;
}

/** The environment holds texts; a number or a switch is read as one. */
function asType(schema: AnnotatedSchema | undefined, text: string): unknown {
  if (schema?.type === "boolean" && (text === "true" || text === "false")) return text === "true";
  const isNumber = schema?.type === "integer" || schema?.type === "number";
  return isNumber && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

async function problemsOf(connector: Connector, settings: Settings, checks: SchemaChecks): Promise<FieldProblem[]> {
  const found: FieldProblem[] = [];
  for (const part of parts) {
    const problems = await checks.problems(connector[part] as unknown as AnnotatedSchema, settings[part]);
    found.push(...problems.map((one) => ({ ...one, field: one.field === "" ? part : `${part}.${one.field}` })));
  }
  return found;
}

function unusable(connector: Connector, unset: readonly string[], problems: readonly FieldProblem[]): ConnectorError {
  const waiting = (field: string) => unset.some((one) => one.endsWith(`(${field})`));
  const of = (wanted: FieldProblem["problem"]) =>
    problems.filter(({ problem, field }) => problem === wanted && !waiting(field));
  const names = (some: readonly FieldProblem[]) => some.map(({ field }) => field).join(", ");
  const [missing, unknown, invalid] = [of("missing"), of("unknown"), of("invalid")];
  const sentences = [
    ...(missing.length > 0 ? [`required but not set: ${names(missing)}`] : []),
    ...(unset.length > 0 ? [`environment variables that are not set: ${unset.join(", ")}`] : []),
    ...(unknown.length > 0 ? [`unknown: ${names(unknown)} (known: ${knownSettings(connector).join(", ")})`] : []),
    ...invalid.map(({ field, text }) => `${field} ${text}`),
  ];
  return new ConnectorError(
    "VALIDATION",
    `The settings of ${connector.title} are not complete or wrong: ${sentences.join("; ")}.`,
  );
}

/** A credential that is a map becomes one credential an entry, `channels.general`. */
function flattened(credentials: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(credentials).flatMap(([name, value]) =>
    isRecord(value)
      ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, String(one)])
      : [[name, String(value)]],
  );
  return Object.fromEntries(entries);
}

function fieldsOf(connector: Connector, part: Part): Readonly<Record<string, AnnotatedSchema>> {
  return (connector[part] as unknown as AnnotatedSchema).properties ?? {};
}

function camelCase(name: string): string {
  return name.replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
