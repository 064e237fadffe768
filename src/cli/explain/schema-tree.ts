/**
 * A JSON Schema as a tree of fields, whatever it is built of.
 *
 * Lists stand for their elements, references for what they lead to, and a union for the fields of all its
 * forms, so that a path is written as a manifest is: names only, without positions and variants.
 */
import type { AnnotatedSchema } from "../../api/schema.ts";

/** A field below a schema. */
export interface Field {
  /** `<name>` where any name may stand. */
  name: string;
  schema: AnnotatedSchema;
  required: boolean;
}

/** Any name may stand here, such as a label's. */
export const ANY_NAME = "<name>";

const empty: AnnotatedSchema = {};

/** @returns the schema that a reference inside the document leads to; others as they are. */
export function resolved(schema: AnnotatedSchema, root: AnnotatedSchema): AnnotatedSchema {
  const { $ref } = schema;
  if (typeof $ref !== "string") return schema;
  let found: unknown = root;
  for (const name of $ref.replace(/^#\//, "").split("/"))
    found = (found as Record<string, unknown> | undefined)?.[name];
  return (found as AnnotatedSchema | undefined) ?? empty;
}

/** @returns the schema of a list's elements, of a list of lists too; others as they are. */
export function elementOf(schema: AnnotatedSchema, root: AnnotatedSchema): AnnotatedSchema {
  const whole = resolved(schema, root);
  return whole.items ? elementOf(whole.items, root) : whole;
}

/** @returns the fields below a schema, in the order of their declaration; of a union those of all its forms. */
export function fieldsBelow(schema: AnnotatedSchema, root: AnnotatedSchema): Field[] {
  const whole = elementOf(schema, root);
  const forms = whole.anyOf ?? whole.oneOf;
  if (forms) {
    const fields = forms.flatMap((form) => fieldsBelow(form, root)).map((field) => ({ ...field, required: false }));
    return [...new Map(fields.reverse().map((field) => [field.name, field])).values()].reverse();
  }
  const required = new Set(whole.required ?? []);
  const stated = Object.entries(whole.properties ?? {}).map(([name, field]) => ({
    ...{ name, schema: field, required: required.has(name) },
  }));
  return [...stated, ...openFields(whole)];
}

function openFields({ patternProperties, additionalProperties }: AnnotatedSchema): Field[] {
  const values = [
    ...Object.values((patternProperties as Record<string, AnnotatedSchema> | undefined) ?? {}),
    ...(typeof additionalProperties === "object" ? [additionalProperties] : []),
  ];
  return values.slice(0, 1).map((schema) => ({ name: ANY_NAME, schema, required: false }));
}

/** @returns the field of that name, or the one that stands for any name. */
export function fieldNamed(fields: readonly Field[], name: string): Field | undefined {
  return fields.find((field) => field.name === name) ?? fields.find((field) => field.name === ANY_NAME);
}
