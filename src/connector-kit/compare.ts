/**
 * How desired and observed are compared, field by field, as the schema says.
 *
 * Only what a manifest states is looked at. A field that the platform's answer lacks is unknown, never
 * different: it is reported as unreadable. Lists are sets, maps or plain sequences by their
 * `x-kubernetes-list-type`; plain is the default.
 */
import { type AnnotatedSchema, escapeSegment } from "../api/index.ts";
import type { Spec } from "./contract.ts";
import { PendingReference } from "./references.ts";

/** One stated field that differs. */
export interface FieldDifference {
  /** The first segment of the path. */
  field: string;
  /** A JSON pointer. */
  path: string;
  before: unknown;
  after: unknown;
  /** For a list that is a set or a map: what came and what went. */
  delta?: { added: readonly unknown[]; removed: readonly unknown[] };
  schema: AnnotatedSchema;
}

export interface Comparison {
  differences: FieldDifference[];
  /** JSON pointers of stated fields that could not be read. */
  unreadable: string[];
}

/** Compares two specs of one kind. */
export type Comparer = (desired: Spec, observed: Spec, ignore?: readonly string[]) => Comparison;

/**
 * Prepares the comparison of one kind.
 *
 * @param schema the resource's schema. @param skip top-level fields that are compared elsewhere.
 */
export function compileComparer(schema: AnnotatedSchema, skip: ReadonlySet<string> = new Set()): Comparer {
  const fields = new Map<string, AnnotatedSchema>();
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (skip.has(name) || field.writeOnly || field.readOnly || field["x-plumbline-create-only"]) continue;
    fields.set(name, field);
  }
  return (desired, observed, ignore) => {
    const comparison: Comparison = { differences: [], unreadable: [] };
    for (const name of Object.keys(desired)) {
      const field = fields.get(name);
      if (!field) continue;
      const path = `/${escapeSegment(name)}`;
      const value = Object.hasOwn(observed, name) ? observed[name] : undefined;
      compareValue(field, desired[name], value, name, path, comparison, ignore);
    }
    return comparison;
  };
}

function compareValue(
  schema: AnnotatedSchema,
  desired: unknown,
  observed: unknown,
  field: string,
  path: string,
  out: Comparison,
  ignore: readonly string[] | undefined,
): void {
  if (desired === observed || ignore?.includes(path)) return;
  if (observed === undefined) {
    out.unreadable.push(path);
    return;
  }
  if (isRecord(desired) && isRecord(observed) && schema.properties) {
    for (const name of Object.keys(desired)) {
      const inner = schema.properties[name];
      if (!inner || inner.writeOnly || inner["x-plumbline-create-only"]) continue;
      const value = Object.hasOwn(observed, name) ? observed[name] : undefined;
      compareValue(inner, desired[name], value, field, `${path}/${escapeSegment(name)}`, out, ignore);
    }
    return;
  }
  if (Array.isArray(desired) && Array.isArray(observed)) {
    if (sameElements(desired, observed)) return;
    if (isUnordered(schema)) {
      const delta = listDelta(schema, desired, observed);
      if (delta) out.differences.push({ field, path, before: observed, after: desired, delta, schema });
      return;
    }
  }
  if (!equal(schema, desired, observed)) {
    out.differences.push({ field, path, before: observed, after: desired, schema });
  }
}

/** Whether two lists hold the very same scalars in the same order: the common case, without any sets. */
function sameElements(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((element, index) => element === b[index]);
}

/** Whether a list is a set or a map: its order does not count. */
export function isUnordered(schema: AnnotatedSchema | undefined): boolean {
  const type = schema?.["x-kubernetes-list-type"];
  return type === "set" || type === "map";
}

function listDelta(schema: AnnotatedSchema, desired: readonly unknown[], observed: readonly unknown[]) {
  const isSet = schema["x-kubernetes-list-type"] === "set";
  return isSet ? setDelta(schema, desired, observed) : mapDelta(schema, desired, observed);
}

/** What a set gained and lost; undefined when it holds the same elements. */
function setDelta(schema: AnnotatedSchema, desired: readonly unknown[], observed: readonly unknown[]) {
  const item = schema.items ?? {};
  const have = new Set(observed.map((element) => identity(item, element)));
  const want = new Set(desired.map((element) => identity(item, element)));
  const added = desired.filter((element) => !have.has(identity(item, element)));
  const removed = observed.filter((element) => !want.has(identity(item, element)));
  return added.length + removed.length > 0 ? { added, removed } : undefined;
}

/** The same for a list of objects that are told apart by their map keys; changed elements count as added. */
function mapDelta(schema: AnnotatedSchema, desired: readonly unknown[], observed: readonly unknown[]) {
  const item = schema.items ?? {};
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const name = (element: unknown): string =>
    keys
      .map((key) => identity(item.properties?.[key] ?? {}, isRecord(element) ? element[key] : element))
      .join("\u0000");
  const have = new Map(observed.map((element) => [name(element), element]));
  const want = new Set(desired.map(name));
  const added = desired.filter((element) => {
    const other = have.get(name(element));
    if (other === undefined) return true;
    const inner: Comparison = { differences: [], unreadable: [] };
    compareValue({ ...item, "x-kubernetes-list-type": "atomic" }, element, other, "", "", inner, undefined);
    return inner.differences.length > 0;
  });
  const removed = observed.filter((element) => !want.has(name(element)));
  return added.length + removed.length > 0 ? { added, removed } : undefined;
}

/** A text that is the same for elements that count as equal. */
function identity(schema: AnnotatedSchema, value: unknown): string {
  if (typeof value === "string") return fold(schema, value);
  if (value instanceof PendingReference) return `\u0000pending ${value.kind} ${value.key}`;
  return stableText(value);
}

function fold(schema: AnnotatedSchema, value: string): string {
  switch (schema["x-plumbline-compare"]) {
    case "caseInsensitive":
      return value.toLowerCase();
    case "trimmed":
      return value.trim();
    default:
      return value;
  }
}

/** Whether two values are one, as the schema compares them; objects by what `desired` states. */
export function equal(schema: AnnotatedSchema, desired: unknown, observed: unknown): boolean {
  if (desired === observed) return true;
  if (typeof desired === "string" && typeof observed === "string") {
    return schema["x-plumbline-compare"] !== undefined && fold(schema, desired) === fold(schema, observed);
  }
  if (Array.isArray(desired)) {
    if (Array.isArray(observed) && isUnordered(schema)) return listDelta(schema, desired, observed) === undefined;
    return (
      Array.isArray(observed) &&
      desired.length === observed.length &&
      desired.every((element, index) => equal(schema.items ?? {}, element, observed[index]))
    );
  }
  if (isRecord(desired) && isRecord(observed)) {
    return Object.keys(desired).every((name) => equal(schema.properties?.[name] ?? {}, desired[name], observed[name]));
  }
  return false;
}

/** JSON with sorted keys, for comparing values as a whole; what JSON cannot hold is left out or null, as there. */
export function stableText(value: unknown): string {
  if (typeof value !== "object" || value === null || value instanceof PendingReference) {
    return JSON.stringify(value) ?? "null";
  }
  if (Array.isArray(value)) return isFlat(value) ? JSON.stringify(value) : `[${value.map(stableText).join(",")}]`;
  const record = value as Record<string, unknown>;
  const names = Object.keys(record).sort();
  if (names.every((name) => isFlat(record[name]))) return JSON.stringify(inOrder(record, names));
  const stated = names.filter((name) => record[name] !== undefined);
  return `{${stated.map((name) => `${JSON.stringify(name)}:${stableText(record[name])}`).join(",")}}`;
}

/** A scalar, or a list of scalars: what JSON.stringify writes in one way only. */
function isFlat(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Array.isArray(value) && value.every((element) => typeof element !== "object" || element === null);
}

/** The same mapping with its names in this order. A `__proto__` is data too. */
function inOrder(record: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const name of names) {
    if (name !== "__proto__") result[name] = record[name];
    else Object.defineProperty(result, name, { value: record[name], enumerable: true });
  }
  return result;
}

/** Whether a value is a plain mapping. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof PendingReference);
}
