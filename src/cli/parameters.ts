/**
 * Parameters of an action, from a file and from `-p NAME=VALUE`.
 *
 * A value on the command line is JSON where it is valid JSON and the parameter can take what that is: a
 * message `123` stays a text, and so does a Slack `ts`, whose last digits a number would lose.
 */
import type { AnnotatedSchema } from "../api/index.ts";
import type { FieldProblem } from "../connector-kit/facade/schema-checks.ts";
import { decode } from "../manifests/decode.ts";
import { didYouMean } from "../manifests/nearest.ts";
import { parseYaml } from "../manifests/yaml.ts";
import { UserError } from "./errors.ts";

type Parameters = Record<string, unknown>;

/**
 * @param assignments as after `-p`.
 * @throws UserError for one without `=`, or a name that is given twice.
 */
export function parseAssignments(assignments: readonly string[], schema: AnnotatedSchema): Parameters {
  const given = new Map<string, unknown>();
  for (const assignment of assignments) {
    const end = assignment.indexOf("=");
    if (end < 1) throw new UserError("-p takes NAME=VALUE, such as -p channel=#ops.");
    const name = assignment.slice(0, end);
    if (given.has(name)) throw new UserError(`-p ${name} is given twice.`);
    const field = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
    given.set(name, readValue(assignment.slice(end + 1), field));
  }
  return Object.fromEntries(given);
}

function readValue(text: string, field: AnnotatedSchema | undefined): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  const types = field ? typesOf(field) : [];
  return types.includes("string") && !types.includes(typeOf(value)) ? text : value;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

/** The types that a field takes; `number` includes `integer`. */
function typesOf({
  type,
  anyOf = [],
  oneOf = [],
  enum: values = [],
  const: only,
  writeOnly,
}: AnnotatedSchema): string[] {
  if (writeOnly) return ["string"];
  const stated = type === undefined ? [] : [type].flat();
  const constants = [...values, ...(only === undefined ? [] : [only])].map(typeOf);
  const all = [...stated, ...constants, ...[...anyOf, ...oneOf].flatMap(typesOf)];
  return all.includes("number") ? [...all, "integer"] : all;
}

/**
 * Reads a file of parameters: one YAML document, and so JSON too.
 *
 * @param shown the file's name, for messages.
 * @throws UserError that does not repeat what the file holds.
 */
export function parseParameters(bytes: Uint8Array, shown: string): Parameters {
  const decoded = decode(bytes);
  if ("fault" in decoded) throw new UserError(`${shown}:${decoded.line}: ${decoded.fault.message}`);
  const { documents, fault, source } = parseYaml(decoded.text);
  const [first] = [...(fault ? [fault] : []), ...documents.flatMap((document) => document.faults)];
  if (first) throw new UserError(`${shown}:${source.position(first.offset).line}: ${first.message}`);
  const value: unknown = documents[0]?.value;
  if (documents.length === 1 && typeof value === "object" && value !== null && !Array.isArray(value)) {
    return { ...value };
  }
  throw new UserError(`${shown} must hold one object of parameters, such as {"message": "Hello"}.`);
}

/** @returns one sentence for each parameter that is missing, unknown or wrong, with the nearest right name. */
export function parameterProblems(problems: readonly FieldProblem[], schema: AnnotatedSchema): string[] {
  const known = Object.keys(schema.properties ?? {});
  return problems.map(({ field, problem, text }) => {
    if (problem === "missing") return `The parameter "${field}" is missing.${described(schema.properties?.[field])}`;
    if (problem === "invalid") return field === "" ? `The parameters: ${text}.` : `The parameter "${field}" ${text}.`;
    const near = didYouMean(field, known);
    return `There is no parameter "${field}".${near || ` There is ${known.join(", ") || "none"}.`}`;
  });
}

function described(schema: AnnotatedSchema | undefined): string {
  return schema?.description === undefined ? "" : ` ${schema.description}`;
}
