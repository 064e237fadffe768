/**
 * The schema that an Integration of one platform is checked by.
 *
 * Examples and defaults are documentation. They check nothing, and a compiled check carries its schema along, so
 * they would only be read and thrown away at every start.
 */
import { type AnnotatedSchema, integrationSchema, type PlatformSchemas } from "../api/index.ts";
import { shareDefinitions } from "./shared-definitions.ts";

/** @returns a schema for ajv; parts that were one object are still one. */
export function checkedSchema(platform: PlatformSchemas): AnnotatedSchema {
  const known = new Map<AnnotatedSchema, AnnotatedSchema>();
  const strip = (schema: AnnotatedSchema): AnnotatedSchema => {
    const done = known.get(schema);
    if (done) return done;
    const { examples: _, default: __, ...rest } = schema;
    const stripped: AnnotatedSchema = {
      ...rest,
      ...(rest.properties && {
        properties: Object.fromEntries(Object.entries(rest.properties).map(([name, part]) => [name, strip(part)])),
      }),
      ...(rest.items && { items: strip(rest.items) }),
      ...(rest.anyOf && { anyOf: rest.anyOf.map(strip) }),
      ...(rest.oneOf && { oneOf: rest.oneOf.map(strip) }),
    };
    known.set(schema, stripped);
    return stripped;
  };
  return shareDefinitions(strip(integrationSchema(platform)));
}
