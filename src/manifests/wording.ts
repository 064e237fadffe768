/** A schema's rules in plain words, each to follow "must be". */
import type { AnnotatedSchema } from "../api/schema.ts";
import { branchesOf, typesOf } from "./schema-errors.ts";
import type { DocumentPath, SchemaError } from "./types.ts";

/** A list of allowed words that is longer than this is no help. */
const LONGEST_LIST = 12;

const TYPES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  null: "null",
};

/** What patterns of the core kinds mean; a connector's own are explained by the field's description. */
const PATTERNS: Readonly<Record<string, string>> = {
  "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$":
    "made of lower-case letters, digits and '-', with a letter or digit at both ends (a DNS-1123 label)",
  "^([0-9]+(ms|s|m|h|d))+$": "a duration such as 90s, 10m or 1h30m",
  "^https?://": "an address that starts with https:// or http://",
  "^([01][0-9]|2[0-3]):[0-5][0-9]$": "a time of day such as 09:00",
  "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$": "a time of day such as 17:00",
  "^[a-z][a-z0-9_]*$": "an action's name such as send_message",
  "^/": "a JSON pointer such as /topic",
};

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "a date and time such as 2026-11-25T12:00:00Z",
  date: "a date such as 2026-11-25",
  uri: "a URL such as https://example.com",
  email: "an e-mail address",
};

/** @returns a path as people write it: `spec.resources.channels[0].topic`. */
export function formatPath(path: DocumentPath): string {
  if (path.length === 0) return "The document";
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(segment)) text += text === "" ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment)}]`;
  }
  return text;
}

/** @returns what kind of value data is, without showing it. */
export function kindOfValue(data: unknown): string {
  if (data === null) return "nothing";
  if (Array.isArray(data)) return "a list";
  return TYPES[typeof data] ?? "something else";
}

/** @returns words joined as a choice. */
export function choice(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? "something else";
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** @returns a list of allowed words, or nothing when it is too long to help. */
export function shortList(words: readonly unknown[]): string | undefined {
  return words.length > 0 && words.length <= LONGEST_LIST ? words.map(String).join(", ") : undefined;
}

/** @returns what a schema takes. */
export function expected(schema: AnnotatedSchema): string {
  const types = typesOf(schema);
  if (types.length === 1 && types[0] === "object") return objectWords(schema);
  if (types.length > 0) return choice(types.map((type) => TYPES[type] ?? type));
  const values = allowedValues(schema);
  if (values) return `one of ${shortList(values) ?? "the allowed words"}`;
  const branches = schema.anyOf ?? schema.oneOf ?? [];
  return branches.length > 0 ? choice([...new Set(branches.map(expected))]) : "something else";
}

function objectWords(schema: AnnotatedSchema): string {
  const names = Object.keys(schema.properties ?? {});
  return names.length === 1 && names[0] === "env" ? "{ env: NAME }" : "a map";
}

/** @returns the words of an enumeration; undefined for another schema. */
export function allowedValues(schema: AnnotatedSchema): readonly unknown[] | undefined {
  if (schema.enum) return schema.enum;
  if ("const" in schema) return [schema.const];
  const branches = schema.anyOf ?? schema.oneOf;
  if (!branches || branches.length === 0 || !branches.every((branch) => "const" in branch)) return undefined;
  return branches.map((branch) => branch.const);
}

/** @returns the rule that a value breaks, to follow the field's name. */
export function rule({ keyword, params, parentSchema, message }: SchemaError): string {
  const limit = String(params.limit);
  const entries = `${limit} ${params.limit === 1 ? "entry" : "entries"}`;
  const characters = `${limit} ${params.limit === 1 ? "character" : "characters"}`;
  switch (keyword) {
    case "pattern":
      return `must be ${pattern(String(params.pattern), parentSchema as AnnotatedSchema | undefined)}`;
    case "format":
      return `must be ${FORMATS[String(params.format)] ?? String(params.format)}`;
    case "minLength":
      return params.limit === 1 ? "must not be empty" : `must have at least ${characters}`;
    case "maxLength":
      return `must have at most ${characters}`;
    case "minItems":
      return `must have at least ${entries}`;
    case "maxItems":
      return `must have at most ${entries}`;
    case "uniqueItems":
      return `must not hold a value twice; entries ${twins(params)} are the same`;
    case "minimum":
      return `must be ${limit} or more`;
    case "maximum":
      return `must be ${limit} or less`;
    case "exclusiveMinimum":
      return `must be more than ${limit}`;
    case "exclusiveMaximum":
      return `must be less than ${limit}`;
    case "multipleOf":
      return `must be a multiple of ${String(params.multipleOf)}`;
    default:
      return message ?? "is not as its schema says";
  }
}

/** The places of two equal entries, from 1. */
function twins({ i, j }: SchemaError["params"]): string {
  const [a, b] = [Number(i) + 1, Number(j) + 1];
  return a < b ? `${a} and ${b}` : `${b} and ${a}`;
}

function pattern(source: string, schema: AnnotatedSchema | undefined): string {
  const known = PATTERNS[source];
  if (known) return known;
  return schema?.description ? `as described: ${schema.description.replace(/\.$/, "")}` : `of the form ${source}`;
}

/** @returns what to write instead of nothing. */
export function insteadOfNothing(error: SchemaError): string {
  const schema = (error.parentSchema ?? {}) as AnnotatedSchema;
  const types = [...typesOf(schema), ...branchesOf(error).flatMap(typesOf)];
  if (schema.writeOnly === true && schema.anyOf) return "Write a reference such as { env: NAME }.";
  if (types.includes("array")) return "Write [] for an empty list, or leave the field out.";
  if (types.includes("string")) return 'Write "" for an empty string, or leave the field out.';
  return "Give it a value, or leave it out.";
}
