/**
 * Makes a definition of every object in a schema, and one only of what the schema says several times.
 *
 * An Integration's schema holds each kind twice, under `defaults` and under `resources`, and
 * `lifecycle` in every entry. Compiled as it stands, that is a megabyte of code for a large platform,
 * in one function that is made ready whole before the first value is checked. An object as a
 * definition is a function of its own, made ready only when a manifest has such an object.
 *
 * Only objects under `properties` and `items` move: parts of a union stay where an error report
 * looks for them.
 */
import type { AnnotatedSchema } from "../api/index.ts";

/** The name of the n-th definition. */
const definitionName = (position: number): string => `object${position}`;

/**
 * @param schema a schema without references of its own outside `$defs`.
 * @returns a schema that accepts the same values and reports the same mistakes at the same places;
 *   only `schemaPath` differs.
 */
export function shareDefinitions(schema: AnnotatedSchema): AnnotatedSchema {
  const names = new Map<AnnotatedSchema, string>();
  const definitions: Record<string, AnnotatedSchema> = {};

  const move = (part: AnnotatedSchema): AnnotatedSchema => {
    if (!part.properties) return rewrite(part);
    const known = names.get(part);
    const name = known ?? definitionName(names.size);
    if (known === undefined) {
      names.set(part, name);
      definitions[name] = rewrite(part);
    }
    return { $ref: `#/$defs/${name}` };
  };
  const rewrite = (part: AnnotatedSchema): AnnotatedSchema => ({
    ...part,
    ...(part.properties && { properties: mapValues(part.properties, move) }),
    ...(part.items && { items: move(part.items) }),
  });

  const root = rewrite(schema);
  return { ...root, $defs: { ...(schema.$defs as Record<string, AnnotatedSchema> | undefined), ...definitions } };
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
