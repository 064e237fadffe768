/**
 * Checks what a program hands over against a connector's schemas, in words that name the field.
 *
 * A program has literal secrets where a manifest has references, and an update states a part of a thing; so
 * a schema is rewritten before it is compiled. Compiled checks are kept by schema, for as long as the schema
 * lives. ajv is loaded with the first check. No message ever holds a value.
 */
import type { Ajv, ErrorObject, ValidateFunction } from "ajv";
import { formats } from "../../api/formats.ts";
import { type AnnotatedSchema, isSecretSchema } from "../../api/index.ts";
import { ConnectorError } from "../errors.ts";

export interface CheckOptions {
  /** Required fields may be left out. */
  partial?: boolean;
}

/** One field that is wrong. */
export interface FieldProblem {
  /** As in `channel` or `blocks[0].text`; empty for the whole. */
  field: string;
  problem: "missing" | "unknown" | "invalid";
  /** For an invalid one, what it must be. */
  text: string;
}

/** What is looked at of ajv's errors. */
type FieldError = Pick<ErrorObject, "keyword" | "params" | "instancePath" | "message">;

export class SchemaChecks {
  #ajv: Promise<Ajv> | undefined;
  readonly #whole = new WeakMap<AnnotatedSchema, ValidateFunction>();
  readonly #partial = new WeakMap<AnnotatedSchema, ValidateFunction>();

  /** @returns what is wrong with a value, a problem a field; empty when it fits. */
  async problems(schema: AnnotatedSchema, value: unknown, { partial = false }: CheckOptions = {}) {
    const kept = partial ? this.#partial : this.#whole;
    const check = kept.get(schema) ?? (await this.#compile(schema, partial));
    kept.set(schema, check);
    return check(value) ? [] : fieldProblems(check.errors ?? []);
  }

  /** @returns whether it surely fits; false also where its schema is not compiled yet: {@link problems} says which. */
  fits(schema: AnnotatedSchema, value: unknown): boolean {
    return this.#whole.get(schema)?.(value) === true;
  }

  /**
   * @param what begins the message, such as `The operation "send_message"`.
   * @throws ConnectorError VALIDATION naming every field that is wrong, and the fields that there are.
   */
  async mustFit(what: string, schema: AnnotatedSchema, value: unknown, options?: CheckOptions): Promise<void> {
    const problems = await this.problems(schema, value, options);
    if (problems.length > 0) throw new ConnectorError("VALIDATION", describe(what, schema, problems));
  }

  async #compile(schema: AnnotatedSchema, partial: boolean): Promise<ValidateFunction> {
    this.#ajv ??= import("ajv").then(
      ({ Ajv }) => new Ajv({ allErrors: true, strict: false, inlineRefs: false, logger: false, formats }),
    );
    const { required, ...rest } = literal(schema);
    return (await this.#ajv).compile(partial || required === undefined ? rest : { ...rest, required });
  }
}

/** @returns the names of an object schema's fields, the required ones marked: `channel (required), message`. */
function fieldList({ properties = {}, required = [] }: AnnotatedSchema): string {
  const names = Object.entries(properties).filter(([, field]) => field.readOnly !== true);
  const marked = names.map(([name]) => (required.includes(name) ? `${name} (required)` : name));
  return marked.length === 0 ? "It has no fields." : `Its fields: ${marked.join(", ")}.`;
}

/** The schema as programs fill it: secrets are strings, what only the platform sets is not there. */
function literal(schema: AnnotatedSchema): AnnotatedSchema {
  if (isSecretSchema(schema)) return { type: "string", minLength: 1 };
  const result: AnnotatedSchema = { ...schema };
  if (schema.properties) {
    const writable = Object.entries(schema.properties).filter(([, field]) => field.readOnly !== true);
    result.properties = Object.fromEntries(writable.map(([name, field]) => [name, literal(field)]));
  }
  if (schema.items) result.items = literal(schema.items);
  if (schema.anyOf) result.anyOf = schema.anyOf.map(literal);
  if (schema.oneOf) result.oneOf = schema.oneOf.map(literal);
  if (typeof schema.additionalProperties === "object") {
    result.additionalProperties = literal(schema.additionalProperties);
  }
  if (isRecord(schema.patternProperties)) {
    const patterns = Object.entries(schema.patternProperties as Record<string, AnnotatedSchema>);
    result.patternProperties = Object.fromEntries(patterns.map(([name, field]) => [name, literal(field)]));
  }
  return result;
}

/** @param errors ajv's, of a check that collects all. @returns a problem a field. */
export function fieldProblems(errors: readonly FieldError[]): FieldProblem[] {
  const problems = new Map<string, FieldProblem>();
  for (const error of errors) {
    if (error.keyword === "anyOf" || error.keyword === "oneOf") continue; // its branches say more
    const one = problemOf(error);
    const known = problems.get(one.field);
    if (!known) problems.set(one.field, one);
    else if (known.problem === "invalid" && !known.text.includes(one.text)) known.text += ` or ${one.text}`;
  }
  return [...problems.values()];
}

/** @param field as in {@link FieldProblem.field}. @returns its path in a document. */
export function fieldSegments(field: string): (string | number)[] {
  return [...field.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, index]) =>
    index === undefined ? (name as string) : Number(index),
  );
}

function problemOf({ keyword, params, instancePath, message }: FieldError): FieldProblem {
  const at = fieldName(instancePath);
  const below = (name: unknown) => (at === "" ? String(name) : `${at}.${String(name)}`);
  if (keyword === "required") return { field: below(params.missingProperty), problem: "missing", text: "" };
  if (keyword === "additionalProperties") {
    return { field: below(params.additionalProperty), problem: "unknown", text: "" };
  }
  const text =
    keyword === "enum" ? `must be one of ${params.allowedValues.join(", ")}` : (message ?? "does not fit its schema");
  return { field: at, problem: "invalid", text };
}

/** @param pointer such as `/blocks/0/text`. */
function fieldName(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((path, segment) => (/^\d+$/.test(segment) ? `${path}[${segment}]` : `${path}.${segment}`), "")
    .replace(/^\./, "");
}

function describe(what: string, schema: AnnotatedSchema, problems: readonly FieldProblem[]): string {
  const of = (wanted: FieldProblem["problem"]) => problems.filter(({ problem }) => problem === wanted);
  const quoted = (some: readonly FieldProblem[]) =>
    `the field${some.length > 1 ? "s" : ""} ${some.map(({ field }) => `"${field}"`).join(", ")}`;
  const [missing, unknown, invalid] = [of("missing"), of("unknown"), of("invalid")];
  const parts = [
    ...(missing.length > 0 ? [`needs ${quoted(missing)}`] : []),
    ...(unknown.length > 0 ? [`does not know ${quoted(unknown)}`] : []),
    ...invalid.map(({ field, text }) => (field === "" ? text : `was given a "${field}" that ${text}`)),
  ];
  const help = missing.length + unknown.length > 0 ? ` ${fieldList(schema)}` : "";
  return `${what} ${parts.join(", and ")}.${help}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
