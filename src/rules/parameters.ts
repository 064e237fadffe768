/**
 * An action's parameters: a tree of constants and templates, rendered for one event and one schema.
 *
 * Texts are rendered first and put together after, so that a quote in a value cannot break a structure. A parameter
 * that is one expression keeps its type; where the schema takes only texts, a number becomes its digits, as it would
 * beside other text. Nothing is ever made a number that is none.
 */
import type { AnnotatedSchema } from "../api/schema.ts";
import { type Escape, escapeNamed } from "../expressions/escape.ts";
import type { Lookup } from "../expressions/paths.ts";
import { evaluateTemplate, isTemplate, parseTemplate, type Template, TemplateError } from "../expressions/template.ts";
import type { DocumentPath } from "../manifests/types.ts";

export type ParameterTree =
  | { type: "constant"; value: unknown }
  | { type: "template"; template: Template; text: string }
  | { type: "list"; items: readonly ParameterTree[] }
  | { type: "map"; entries: readonly (readonly [name: string, value: ParameterTree])[] };

/** A parameter that cannot be had from this event. */
export class ParameterError extends Error {
  override readonly name = "ParameterError";
  /** Such as `message` or `blocks[0].text`. */
  readonly parameter: string;

  constructor(parameter: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.parameter = parameter;
  }
}

/** @param report is told of each template that cannot be read; a constant stands in its place. */
export function compileParameters(
  value: unknown,
  report: (path: DocumentPath, error: TemplateError) => void,
  path: DocumentPath = [],
): ParameterTree {
  if (Array.isArray(value)) {
    return { type: "list", items: value.map((item, index) => compileParameters(item, report, [...path, index])) };
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(
      ([name, inner]) => [name, compileParameters(inner, report, [...path, name])] as const,
    );
    return { type: "map", entries };
  }
  if (typeof value !== "string" || !isTemplate(value)) return { type: "constant", value };
  try {
    return { type: "template", template: parseTemplate(value), text: value };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    report(path, error);
    return { type: "constant", value };
  }
}

/** Calls back for each template, with where it stands. */
export function visitTemplates(
  tree: ParameterTree,
  visit: (template: Template, path: DocumentPath) => void,
  path: DocumentPath = [],
): void {
  if (tree.type === "template") visit(tree.template, path);
  if (tree.type === "list") {
    for (const [index, item] of tree.items.entries()) visitTemplates(item, visit, [...path, index]);
  }
  if (tree.type === "map") for (const [name, inner] of tree.entries) visitTemplates(inner, visit, [...path, name]);
}

/**
 * Renders parameters for what they are handed to.
 *
 * @param schema the action's; says how inserted text is escaped and where a number has to be text.
 * @throws ParameterError
 */
export type RenderParameters = (schema: AnnotatedSchema | undefined, lookup: Lookup) => Record<string, unknown>;

/** What a schema says of each place is looked up once, and kept for as long as the schema lives. */
export function parameterRenderer(tree: ParameterTree): RenderParameters {
  const placed = new WeakMap<AnnotatedSchema, PlacedTree>();
  const placedFor = (schema: AnnotatedSchema): PlacedTree => {
    const known = placed.get(schema) ?? place(tree, { schemas: branchesOf(schema), escaping: "none", name: "" });
    placed.set(schema, known);
    return known;
  };
  const free: AnnotatedSchema = {};
  return (schema = free, lookup) => render(placedFor(schema), lookup) as Record<string, unknown>;
}

/** Where a value stands: the schemas that it may follow, the escape of the nearest one that names one. */
interface Place {
  schemas: readonly AnnotatedSchema[];
  escaping: Escape;
  name: string;
}

/** A tree with what has to be known to render each of its templates. */
type PlacedTree =
  | { type: "constant"; value: unknown }
  | ({ type: "template"; template: Template } & Target)
  | { type: "list"; items: readonly PlacedTree[] }
  | { type: "map"; entries: readonly (readonly [name: string, value: PlacedTree])[] };

/** What takes a template's value. */
interface Target {
  /** JSON types that its schemas name. */
  types: readonly string[];
  escaping: Escape;
  name: string;
}

function place(tree: ParameterTree, at: Place): PlacedTree {
  if (tree.type === "constant") return tree;
  if (tree.type === "list") return { type: "list", items: tree.items.map((item, n) => place(item, below(at, n))) };
  if (tree.type === "map") {
    return { type: "map", entries: tree.entries.map(([name, inner]) => [name, place(inner, below(at, name))]) };
  }
  const { schemas, escaping, name } = at;
  return { type: "template", template: tree.template, types: schemas.flatMap(typesOf), escaping, name };
}

function render(tree: PlacedTree, lookup: Lookup): unknown {
  if (tree.type === "constant") return tree.value;
  if (tree.type === "list") return tree.items.map((item) => render(item, lookup));
  if (tree.type === "map") {
    return Object.fromEntries(tree.entries.map(([name, inner]) => [name, render(inner, lookup)]));
  }
  return fitted(rendered(tree.template, tree, lookup), tree);
}

function rendered(template: Template, { escaping, name }: Target, lookup: Lookup): unknown {
  try {
    return evaluateTemplate(template, lookup, escaping);
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new ParameterError(name, `The parameter "${name}": ${cause.message}`, cause);
  }
}

/** Scalars become texts where the schema takes texts and not them. JSON has no exact large numbers, so these do too. */
function fitted(value: unknown, { types, name }: Target): unknown {
  if (typeof value === "bigint") {
    if (types.length === 0 || types.includes("string")) return String(value);
    throw new ParameterError(name, `The parameter "${name}" is a whole number that is too large to be sent exactly.`);
  }
  if (typeof value === "number" || typeof value === "boolean") {
    const textOnly = types.includes("string") && !types.includes(typeof value) && !types.includes("integer");
    return textOnly ? String(value) : value;
  }
  return typeof value === "object" ? plainJson(value, name) : value;
}

function plainJson(value: unknown, name: string): unknown {
  try {
    return withoutBigInts(value);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ParameterError(name, `The parameter "${name}" is nested too deeply.`, cause);
  }
}

function withoutBigInts(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(withoutBigInts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutBigInts(inner)]));
}

function below({ schemas, escaping, name }: Place, segment: string | number): Place {
  const inner = schemas.flatMap((schema) => schemaBelow(schema, segment)).flatMap(branchesOf);
  const [named] = inner.flatMap((schema) => schema["x-plumbline-escape"] ?? []);
  const inList = typeof segment === "number" ? `${name}[${segment}]` : `${name}.${segment}`;
  return {
    schemas: inner,
    escaping: named === undefined ? escaping : escapeNamed(named),
    name: name === "" ? String(segment) : inList,
  };
}

function schemaBelow(schema: AnnotatedSchema, segment: string | number): AnnotatedSchema[] {
  const { properties = {}, items, additionalProperties } = schema;
  if (typeof segment === "number") return items ? [items] : [];
  const stated = Object.hasOwn(properties, segment) ? properties[segment] : undefined;
  if (stated) return [stated];
  return typeof additionalProperties === "object" ? [additionalProperties] : [];
}

/** A schema and the branches of its unions, the annotated outer one first. */
function branchesOf(schema: AnnotatedSchema): AnnotatedSchema[] {
  return [schema, ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(branchesOf)];
}

function typesOf({ type, enum: values = [], const: only }: AnnotatedSchema): string[] {
  const constants = [...values, ...(only === undefined ? [] : [only])].map((value) => typeof value);
  return [...(type === undefined ? [] : [type].flat()), ...constants];
}
