/**
 * What an entry of a manifest states of a live thing: only what a person would write and a plan compares.
 *
 * Left out are fields that the platform did not show, that cannot be read or stated, and those that say
 * nothing: an empty text, the schema's default, `archived: false`. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import type { AnnotatedSchema } from "../../api/index.ts";
import type { Kind } from "../../connector-kit/compile.ts";
import type { Spec } from "../../connector-kit/contract.ts";

/** Whether a live value of a field can be read, and stated in a manifest. */
export function isReadable(field: AnnotatedSchema | undefined): field is AnnotatedSchema {
  return (
    field !== undefined &&
    field.writeOnly !== true &&
    field.readOnly !== true &&
    field.deprecated !== true &&
    field["x-plumbline-create-only"] !== true
  );
}

/** The fields of a kind in the order in which they are written: what every entry has comes first. */
export function fieldOrder({ schema }: Kind): string[] {
  const names = Object.keys(schema.properties ?? {});
  const required = new Set(schema.required ?? []);
  return [...names.filter((name) => required.has(name)), ...names.filter((name) => !required.has(name))];
}

/**
 * @param whole false for a thing that is only there for its children: it states what it must.
 * @returns the stated fields in their order; objects are copies.
 */
export function statedFields(kind: Kind, spec: Spec, whole: boolean): Spec {
  const required = new Set(kind.schema.required ?? []);
  const shown = shownFields(kind, spec);
  const isArchived = (name: string, value: unknown) =>
    name === "archived" && value === true && kind.resource.archived !== undefined;
  const kept = shown.filter(([name, value]) => {
    if (required.has(name) || isArchived(name, value)) return true;
    return whole && !saysNothing(kind, name, value);
  });
  const entry = Object.fromEntries(kept);
  return kind.resource.key(entry) === kind.resource.key(spec) ? entry : Object.fromEntries(shown);
}

/** @returns all that can be read and stated of a live thing, in the order in which it is written; copies. */
export function shownFields(kind: Kind, spec: Spec): [string, unknown][] {
  return fieldOrder(kind).flatMap((name): [string, unknown][] => {
    const schema = kind.schema.properties?.[name];
    const value = spec[name];
    if (!isReadable(schema) || isUnknown(schema, value)) return [];
    return [[name, stated(schema, value)]];
  });
}

function saysNothing({ schema, resource }: Kind, name: string, value: unknown): boolean {
  if (value === "" || (name === "archived" && resource.archived && value === false)) return true;
  const standard = schema.properties?.[name]?.default;
  return standard !== undefined && isDeepStrictEqual(value, standard);
}

/** A field that is not there, or null where null is no value of its own. */
function isUnknown(schema: AnnotatedSchema, value: unknown): boolean {
  return value === undefined || (value === null && !takesNull(schema));
}

function takesNull({ type, anyOf = [], oneOf = [], enum: values = [], const: only }: AnnotatedSchema): boolean {
  const types = type === undefined ? [] : [type].flat();
  return types.includes("null") || values.includes(null) || only === null || [...anyOf, ...oneOf].some(takesNull);
}

/** A value without what cannot be read or stated inside of it, the order of sets settled. */
function stated(schema: AnnotatedSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => (schema.items ? stated(schema.items, item) : structuredClone(item)));
    const isSet = schema["x-kubernetes-list-type"] === "set" && items.every((item) => typeof item === "string");
    return isSet ? items.toSorted() : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const { properties } = schema;
  if (!properties) return structuredClone(value);
  const inner = value as Spec;
  const names = Object.keys(properties).filter((name) => Object.hasOwn(inner, name));
  const known = names.flatMap((name): [string, unknown][] => {
    const field = properties[name];
    return isReadable(field) && !isUnknown(field, inner[name]) ? [[name, stated(field, inner[name])]] : [];
  });
  const others = schema.additionalProperties ? Object.entries(inner).filter(([name]) => !names.includes(name)) : [];
  return { ...Object.fromEntries(known), ...structuredClone(Object.fromEntries(others)) };
}

/** The paths of the fields that cannot be read back, outermost first. */
export function unreadableFields(schema: AnnotatedSchema): { path: string[]; required: boolean }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const required = schema.required?.includes(name) === true;
    if (field.writeOnly) return [{ path: [name], required }];
    return unreadableFields(field).map((inner) => ({
      path: [name, ...inner.path],
      required: required && inner.required,
    }));
  });
}
