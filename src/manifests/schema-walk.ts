/** Walks a value along its schema, to find values by what their schema says of them. */
import type { AnnotatedSchema } from "../api/schema.ts";
import { isObject, ownValue } from "./defaults.ts";
import type { DocumentPath } from "./types.ts";

/** Called for each value that has a schema. @returns false to leave out what is inside it. */
export type Visit = (schema: AnnotatedSchema, value: unknown, path: DocumentPath) => boolean;

/** Visits `value` and all that is in it; of a union, once for each variant. */
export function walkValue(schema: AnnotatedSchema, value: unknown, path: DocumentPath, visit: Visit): void {
  if (!visit(schema, value, path)) return;
  for (const variant of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) walkValue(variant, value, path, visit);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) for (const [index, item] of value.entries()) walkValue(items, item, [...path, index], visit);
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) {
      const property = propertySchema(schema, name);
      if (property) walkValue(property, value[name], [...path, name], visit);
    }
  }
}

/** Whether a schema, or one inside it, is as `test` says. */
export function someSchema(schema: AnnotatedSchema, test: (schema: AnnotatedSchema) => boolean): boolean {
  return test(schema) || innerSchemas(schema).some((inner) => someSchema(inner, test));
}

function innerSchemas(schema: AnnotatedSchema): AnnotatedSchema[] {
  const { additionalProperties, items } = schema;
  return [
    ...Object.values(schema.properties ?? {}),
    ...Object.values(patternsOf(schema)),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(items ? [items] : []),
    ...(isObject(additionalProperties) ? [additionalProperties as AnnotatedSchema] : []),
  ];
}

function propertySchema(schema: AnnotatedSchema, name: string): AnnotatedSchema | undefined {
  const stated = ownValue(schema.properties, name);
  if (stated) return stated as AnnotatedSchema;
  for (const [pattern, inner] of Object.entries(patternsOf(schema))) if (new RegExp(pattern).test(name)) return inner;
  return isObject(schema.additionalProperties) ? (schema.additionalProperties as AnnotatedSchema) : undefined;
}

/** JSON Schema's `patternProperties`, which TypeBox's records use. */
function patternsOf(schema: AnnotatedSchema): Record<string, AnnotatedSchema> {
  return isObject(schema.patternProperties) ? (schema.patternProperties as Record<string, AnnotatedSchema>) : {};
}
