/** Reads the published schemas, and walks over their fields. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnnotatedSchema } from "../../src/api/index.ts";

const folder = join(import.meta.dirname, "../../schemas");

/** The names of the published schemas, without `.json`. */
export const schemaNames = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length));

export function readSchema(name: string): AnnotatedSchema {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as AnnotatedSchema;
}

export interface Field {
  /** Where it is declared, as a JSON pointer into the schema. */
  pointer: string;
  schema: AnnotatedSchema;
}

/** Every schema that stands under `properties`, at any depth; a reference stands for what it leads to. */
export function* fieldsOf(schema: unknown, pointer = "", root = schema): Generator<Field> {
  if (Array.isArray(schema)) {
    for (const [index, part] of schema.entries()) yield* fieldsOf(part, `${pointer}/${index}`, root);
  } else if (typeof schema === "object" && schema !== null) {
    const { examples: _, enum: __, const: ___, default: ____, properties, ...rest } = schema as AnnotatedSchema;
    for (const [name, field] of Object.entries(properties ?? {})) {
      yield { pointer: `${pointer}/properties/${name}`, schema: referred(root, field) };
      yield* fieldsOf(field, `${pointer}/properties/${name}`, root);
    }
    for (const [keyword, part] of Object.entries(rest)) yield* fieldsOf(part, `${pointer}/${keyword}`, root);
  }
}

/** What a reference inside the same document leads to. */
function referred(root: unknown, schema: AnnotatedSchema): AnnotatedSchema {
  if (typeof schema.$ref !== "string") return schema;
  const [, ...names] = schema.$ref.split("/");
  return names.reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], root) as AnnotatedSchema;
}
