/**
 * Errors of a compiled JSON Schema, reduced to one per mistake.
 *
 * A union reports the errors of all its branches and then itself. Of those only the branch that the
 * data was meant for says something; a misspelt field that is also missed, and a value that breaks
 * two rules at once, are one mistake each.
 */
import type { AnnotatedSchema } from "../api/schema.ts";
import { nearest } from "./nearest.ts";
import type { SchemaError } from "./types.ts";

/** An error, with those of its branches where it is a union. */
interface Nested {
  error: SchemaError;
  inner: readonly Nested[];
}

/** @returns one error per mistake, in the order of the schema. */
export function mistakes(errors: readonly SchemaError[]): SchemaError[] {
  const chosen = nest(errors).flatMap(choose);
  return withoutDoubles(withoutMissed(chosen));
}

/** Puts the errors of branches under their union, which follows them. */
function nest(errors: readonly SchemaError[]): Nested[] {
  const stack: Nested[] = [];
  for (const error of errors) {
    let first = stack.length;
    if (isUnion(error)) while (first > 0 && isInside(stack[first - 1]?.error, error)) first--;
    stack.push({ error, inner: stack.splice(first) });
  }
  return stack;
}

function isUnion(error: SchemaError): boolean {
  return error.keyword === "anyOf" || error.keyword === "oneOf";
}

function isInside(error: SchemaError | undefined, union: SchemaError): boolean {
  if (!error?.schemaPath.startsWith(`${union.schemaPath}/`)) return false;
  return error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`);
}

/** Replaces a union by the errors of the branch that fits the data, where one does. */
function choose(nested: Nested): SchemaError[] {
  const { error, inner } = nested;
  if (!isUnion(error) || isWrongReference(error)) return [error];
  const index = fittingBranch(error);
  if (index === undefined) return [error];
  const prefix = `${error.schemaPath}/${index}`;
  const branch = inner.filter((each) => each.error.schemaPath.startsWith(`${prefix}/`));
  return branch.length > 0 ? branch.flatMap(choose) : [error];
}

/** Whether a secret's reference names no source, or several: then no branch was meant. */
export function isWrongReference({ keyword, parentSchema, data }: SchemaError): boolean {
  if (keyword !== "anyOf" || (parentSchema as AnnotatedSchema | undefined)?.writeOnly !== true) return false;
  return (
    typeof data === "object" && data !== null && !Array.isArray(data) && sourcesIn(parentSchema, data).length !== 1
  );
}

/** @returns the sources that a secret's reference names, such as `env`. */
export function sourcesIn(union: unknown, data: object): string[] {
  const known = sourceNames(union);
  return Object.keys(data).filter((name) => known.includes(name));
}

/** @returns the sources that a secret may come from. */
export function sourceNames(union: unknown): string[] {
  return ((union as AnnotatedSchema).anyOf ?? []).flatMap((branch) => Object.keys(branch.properties ?? {}));
}

/** @returns the branches of a union's error. */
export function branchesOf(error: SchemaError): readonly AnnotatedSchema[] {
  const schema = error.parentSchema as AnnotatedSchema | undefined;
  return schema?.anyOf ?? schema?.oneOf ?? [];
}

function fittingBranch(union: SchemaError): number | undefined {
  const { data } = union;
  const branches = branchesOf(union);
  const fitting = [...branches.keys()].filter((index) => fits(branches[index] as AnnotatedSchema, data));
  if (fitting.length <= 1) return fitting[0];
  if (typeof data !== "object" || data === null) return undefined;
  const shared = (index: number): number => sharedFields(branches[index] as AnnotatedSchema, data);
  const best = fitting.toSorted((a, b) => shared(b) - shared(a));
  return shared(best[0] as number) > 0 ? best[0] : undefined;
}

/** How much of the data a branch knows by name; a misspelt name counts half. */
function sharedFields(branch: AnnotatedSchema, data: object): number {
  const known = Object.keys(branch.properties ?? {});
  let shared = 0;
  for (const name of Object.keys(data)) {
    if (known.includes(name)) shared += 1;
    else if (nearest(name, known) !== undefined) shared += 0.5;
  }
  return shared;
}

/** Whether data is of a kind that a schema speaks of, right or wrong in its details. */
export function fits(schema: AnnotatedSchema, data: unknown): boolean {
  if (schema.type !== undefined) return typesOf(schema).some((type) => isOfType(type, data));
  const values = schema.enum ?? ("const" in schema ? [schema.const] : undefined);
  if (values) return values.some((value) => typeof value === typeof data);
  const branches = schema.anyOf ?? schema.oneOf;
  return branches ? branches.some((branch) => fits(branch, data)) : true;
}

/** @returns the types that a schema names. */
export function typesOf(schema: AnnotatedSchema): readonly string[] {
  if (schema.type === undefined) return [];
  return typeof schema.type === "string" ? [schema.type] : schema.type;
}

function isOfType(type: string, data: unknown): boolean {
  if (type === "array") return Array.isArray(data);
  if (type === "null") return data === null;
  if (type === "object") return typeof data === "object" && data !== null && !Array.isArray(data);
  if (type === "integer") return typeof data === "number";
  return typeof data === type;
}

/** @returns the field that an unknown one was most likely meant to be. */
export function meantField(error: SchemaError): string | undefined {
  const name = String(error.params.additionalProperty);
  const stated = Object.keys((error.data ?? {}) as object);
  const allowed = Object.keys((error.parentSchema as AnnotatedSchema | undefined)?.properties ?? {});
  const free = allowed.filter((each) => !stated.includes(each));
  return nearest(name, free) ?? nearest(name, allowed);
}

/** Drops the complaint about a missing field where a misspelt one was meant to be it. */
function withoutMissed(errors: readonly SchemaError[]): SchemaError[] {
  const meant = new Set<string>();
  for (const error of errors) {
    if (error.keyword === "additionalProperties") meant.add(`${error.instancePath}\n${meantField(error)}`);
  }
  const missed = (error: SchemaError): string => `${error.instancePath}\n${String(error.params.missingProperty)}`;
  return errors.filter((error) => error.keyword !== "required" || !meant.has(missed(error)));
}

/** Keywords about the value itself, the most telling first; what is in no list comes last. */
const RANK = ["type", "const", "enum", "anyOf", "oneOf", "minLength", "minItems", "format", "pattern"];

/** Keeps of several errors about one value the one that tells most. */
function withoutDoubles(errors: readonly SchemaError[]): SchemaError[] {
  const best = new Map<string, SchemaError>();
  for (const error of errors) {
    const subject = subjectOf(error);
    const known = best.get(subject);
    if (!known || rank(error) < rank(known)) best.set(subject, error);
  }
  return [...best.values()];
}

function subjectOf({ instancePath, keyword, params }: SchemaError): string {
  if (keyword === "additionalProperties") return `${instancePath}\nunknown\n${String(params.additionalProperty)}`;
  if (keyword === "required") return `${instancePath}\nmissing\n${String(params.missingProperty)}`;
  return instancePath;
}

function rank({ keyword }: SchemaError): number {
  const index = RANK.indexOf(keyword);
  return index < 0 ? RANK.length : index;
}
