/** What is said about a field: everything that its schema says, in words. */
import type { AnnotatedSchema } from "../../api/schema.ts";
import { isSecretSchema } from "../../api/schema.ts";
import { kindNotes, typeOf } from "../describe-connector.ts";
import type { Subject } from "./find.ts";
import { ANY_NAME, elementOf, type Field, fieldsBelow, resolved } from "./schema-tree.ts";

export interface Explanation {
  /** The path as it was asked for. */
  path: string;
  /** The kind of resource that it belongs to. */
  kind: string | undefined;
  type: string;
  required: boolean;
  default: unknown;
  /** The only values, where there are only some. */
  values: readonly unknown[];
  /** Such as `at least 1`. */
  limits: readonly string[];
  /** How it is compared with what the system has. */
  compared: readonly string[];
  /** What can be done with things of this kind; for a kind alone. */
  notes: readonly string[];
  description: string;
  examples: readonly unknown[];
  fields: readonly FieldLine[];
}

/** A field below, in short. */
export interface FieldLine {
  name: string;
  type: string;
  required: boolean;
  description: string;
  /** Its own fields, where they were asked for. */
  fields: readonly FieldLine[];
}

/** @param recursive whether the fields come with theirs, down to the last. */
export function explain(subject: Subject, recursive: boolean): Explanation {
  const { root, path, kind, required } = subject;
  const schema = resolved(subject.schema, root.schema);
  const isKind =
    kind !== undefined && path.at(-1) === kind.property && elementOf(schema, root.schema).properties?.lifecycle;
  return {
    path: [root.name, ...path].join("."),
    kind: kind && `${kind.kind} (${root.compiled?.connector.platform})`,
    type: typeName(schema, root.schema),
    required,
    default: schema.default,
    values: valuesOf(elementOf(schema, root.schema)),
    limits: limitsOf(schema, root.schema),
    compared: comparisonOf(schema, kind !== undefined && !isKind),
    notes: isKind ? kindNotes(kind) : [],
    description: schema.description ?? elementOf(schema, root.schema).description ?? "",
    examples: schema.examples ?? [],
    fields: linesBelow(schema, root.schema, recursive, []),
  };
}

function linesBelow(
  schema: AnnotatedSchema,
  root: AnnotatedSchema,
  recursive: boolean,
  above: readonly AnnotatedSchema[],
): FieldLine[] {
  const whole = elementOf(schema, root);
  if (above.includes(whole)) return []; // a route holds routes
  return fieldsBelow(whole, root).map((field) => ({
    ...lineOf(field, root),
    fields: recursive ? linesBelow(field.schema, root, true, [...above, whole]) : [],
  }));
}

function lineOf({ name, schema, required }: Field, root: AnnotatedSchema): Omit<FieldLine, "fields"> {
  const whole = resolved(schema, root);
  return { name, type: typeName(whole, root), required, description: whole.description ?? "" };
}

/** As `typeOf`, with references followed, values left out that are listed elsewhere, and maps named. */
function typeName(schema: AnnotatedSchema, root: AnnotatedSchema): string {
  const whole = resolved(schema, root);
  if (isSecretSchema(whole)) return "secret";
  if (whole.items) return `list of ${typeName(whole.items, root)}`;
  if (whole.enum && whole.enum.length > 6) return [...new Set(whole.enum.map((value) => typeof value))].join("|");
  if (whole.anyOf) return [...new Set(whole.anyOf.map((form) => typeName(form, root)))].join("|");
  const [first] = fieldsBelow(whole, root);
  return first?.name === ANY_NAME ? `map of ${typeName(first.schema, root)}` : typeOf(whole);
}

function valuesOf(schema: AnnotatedSchema): readonly unknown[] {
  if (schema.writeOnly) return [];
  if (schema.const !== undefined) return [schema.const];
  return schema.enum ?? (schema.anyOf ?? []).flatMap(valuesOf);
}

/** The words of JSON Schema that limit a value, and what people call them. */
const limitWords = {
  minimum: (given) => `at least ${given}`,
  exclusiveMinimum: (given) => `more than ${given}`,
  maximum: (given) => `at most ${given}`,
  exclusiveMaximum: (given) => `less than ${given}`,
  minLength: (given) => (given === 1 ? "not empty" : `at least ${given} characters`),
  maxLength: (given) => `at most ${given} characters`,
  minItems: (given) => (given === 1 ? "not empty" : `at least ${given} elements`),
  maxItems: (given) => `at most ${given} elements`,
  uniqueItems: () => "no element twice",
  pattern: (given) => `matches ${given}`,
  format: (given) => `a ${given}`,
} satisfies Record<string, (given: unknown) => string>;

function limitsOf(schema: AnnotatedSchema, root: AnnotatedSchema): string[] {
  const own = Object.entries(limitWords).flatMap(([word, say]) =>
    schema[word] === undefined ? [] : [say(schema[word])],
  );
  const element = schema.items ? limitsOf(resolved(schema.items, root), root) : [];
  return [...own, ...element.map((limit) => `each: ${limit}`)];
}

/** @param declared whether it is a field of a resource, which is compared at all. */
function comparisonOf(schema: AnnotatedSchema, declared: boolean): string[] {
  const element = schema.items ?? {};
  const ignored = schema["x-plumbline-compare"] ?? element["x-plumbline-compare"];
  const reference = schema["x-plumbline-ref"] ?? element["x-plumbline-ref"];
  const facts: readonly (readonly [holds: unknown, words: string])[] = [
    [schema.writeOnly && declared, "write-only: cannot be read back; compared by a keyed hash of what was applied"],
    [schema.writeOnly && !declared, "write-only: a reference to a secret, never the secret itself"],
    [schema.readOnly, "read-only: set by the platform"],
    [schema["x-plumbline-immutable"], "immutable: a change needs the thing made anew (lifecycle.allowReplace)"],
    [schema["x-plumbline-create-only"], "create-only: sent when the thing is made, never compared"],
    [reference, `a reference to ${reference}, by what people call it`],
    [ignored === "caseInsensitive", "upper and lower case are the same"],
    [ignored === "trimmed", "blanks around it do not count"],
    [schema["x-plumbline-members"], "a membership: who leaves the list is a removal"],
    [schema["x-plumbline-owners"], "owners: the list may not lose its last"],
    [schema.deprecated, "deprecated: another field says the same and more"],
  ];
  const said = facts.filter(([holds]) => holds).map(([, words]) => words);
  return [...listComparison(schema, declared), ...said];
}

function listComparison(schema: AnnotatedSchema, declared: boolean): string[] {
  const type = schema["x-kubernetes-list-type"];
  if (type === "set") return ["as a set: order does not matter"];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  if (type === "map") return [`as a map by ${keys.join(", ")}: order does not matter`];
  return declared && schema.type === "array" && !schema.items?.properties?.lifecycle
    ? ["element by element, in order"]
    : [];
}
