/**
 * Makes of an OpenAPI description's schemas what a JSON Schema 2020-12 validator can compile, and closes
 * them: a property that nothing describes is a mistake unless the schema says that it may be there.
 *
 * OpenAPI 3.0's `nullable` becomes a type. A property that is `readOnly` need not be sent. A schema that
 * the validator cannot compile is an error of the check, never a silent pass.
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { formats } from "./formats.ts";

export type Schema = boolean | { readonly [keyword: string]: unknown };

/** Where references to `#/components/schemas/…` lead once the schemas are registered. */
const registry = "spec";

export interface Schemas {
  /** @throws Error when the schema, or one that it refers to, cannot be compiled. */
  compile(schema: Schema): ValidateFunction;
  /** The schema that a chain of references leads to. */
  resolve(schema: Schema): Exclude<Schema, boolean>;
}

/** @param components the description's `components.schemas`. */
export function prepareSchemas(components: Readonly<Record<string, Schema>>): Schemas {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false, formats });
  ajv.addVocabulary(["components", "discriminator", "example", "xml"]);
  const prepared = Object.fromEntries(Object.entries(components).map(([name, schema]) => [name, open(schema)]));
  ajv.addSchema({ $id: registry, components: { schemas: prepared } });
  const compiled = new Map<Schema, ValidateFunction>();
  return {
    compile(schema) {
      const known = compiled.get(schema);
      if (known) return known;
      const validate = ajv.compile(closed(schema) as object);
      compiled.set(schema, validate);
      return validate;
    },
    resolve: (schema) => follow(components, schema),
  };
}

function follow(components: Readonly<Record<string, Schema>>, schema: Schema): Exclude<Schema, boolean> {
  if (typeof schema === "boolean") return {};
  if (typeof schema.$ref !== "string") return schema;
  const name = schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  const target = components[name];
  if (target === undefined) throw new Error(`There is no schema ${schema.$ref}.`);
  return follow(components, target);
}

/** A schema in the place of a value: nothing beyond what it describes. */
function closed(schema: Schema): Schema {
  const inner = open(schema);
  if (typeof inner === "boolean" || inner.additionalProperties !== undefined) return inner;
  const describes = ["properties", "$ref", "allOf", "anyOf", "oneOf"].some((keyword) => inner[keyword] !== undefined);
  return describes ? { ...inner, unevaluatedProperties: false } : inner;
}

/** A schema that is a part of another one's description of the same value: its holder closes it. */
function open(schema: Schema): Schema {
  if (typeof schema === "boolean") return schema;
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) result[keyword] = part(keyword, value);
  delete result.nullable;
  if (schema.nullable === true) allowNull(result);
  if (Array.isArray(result.required)) result.required = required(schema);
  if (isFree(result)) result.additionalProperties = true;
  return result;
}

function part(keyword: string, value: unknown): unknown {
  if (keyword === "$ref") return String(value).replace(/^#/, `${registry}#`);
  if (keyword === "properties" || keyword === "patternProperties")
    return mapped(value as Record<string, Schema>, closed);
  if (keyword === "items" || keyword === "additionalProperties") return closed(value as Schema);
  if (keyword === "prefixItems") return (value as Schema[]).map(closed);
  if (keyword === "allOf" || keyword === "anyOf" || keyword === "oneOf") return (value as Schema[]).map(open);
  return keyword === "not" ? open(value as Schema) : value;
}

function mapped(schemas: Readonly<Record<string, Schema>>, change: (schema: Schema) => Schema): Record<string, Schema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, change(schema)]));
}

function allowNull(schema: Record<string, unknown>): void {
  if (schema.type !== undefined) schema.type = [schema.type, "null"].flat();
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum = [...schema.enum, null];
}

function required(schema: Exclude<Schema, boolean>): unknown[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const readOnly = (name: string) => typeof properties[name] === "object" && properties[name].readOnly === true;
  return (schema.required as string[]).filter((name) => !readOnly(name));
}

/** Whether a schema says nothing about an object's properties, and so lets it have any. */
function isFree(schema: Record<string, unknown>): boolean {
  const objects = schema.type === undefined || [schema.type].flat().includes("object");
  const says = [
    "properties",
    "patternProperties",
    "additionalProperties",
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "enum",
    "const",
  ];
  return objects && says.every((keyword) => schema[keyword] === undefined);
}
