/**
 * Makes of what a schema says several times one definition.
 *
 * An Integration's schema holds each kind twice, under `defaults` and under `resources`, and
 * `lifecycle` in every entry. Compiled as it stands, that is a megabyte of code for a large
 * platform, in one function that is made ready whole before the first value is checked. Each entry
 * as a definition is a function of its own, made once and only when a manifest has such an entry.
 *
 * Only objects under `properties` and `items` move: parts of a union stay where an error report
 * looks for them.
 */
import type { AnnotatedSchema } from "../api/index.ts";

/** The name of the n-th definition. */
const definitionName = (position: number): string => `entry${position}`;

/**
 * @param schema a schema without references of its own outside `$defs`.
 * @returns a schema that accepts the same values and reports the same mistakes at the same places;
 *   only `schemaPath` differs.
 */
export function shareDefinitions(schema: AnnotatedSchema): AnnotatedSchema {
  const names = new Map<AnnotatedSchema, string>();
  const definitions: Record<string, AnnotatedSchema> = {};

  const move = (part: AnnotatedSchema, isItem: boolean): AnnotatedSchema => {
    if (!part.properties || !(isItem || uses.get(part) !== 1)) return rewrite(part);
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
    ...(part.properties && { properties: mapValues(part.properties, (value) => move(value, false)) }),
    ...(part.items && { items: move(part.items, true) }),
  });

  const uses = countUses(schema);
  const root = rewrite(schema);
  return { ...root, $defs: { ...(schema.$defs as Record<string, AnnotatedSchema> | undefined), ...definitions } };
}

/** How many times each schema is mentioned under `properties` and `items`; inside a repeated one counts once. */
function countUses(root: AnnotatedSchema): Map<AnnotatedSchema, number> {
  const uses = new Map<AnnotatedSchema, number>();
  const visit = (part: AnnotatedSchema): void => {
    const before = uses.get(part) ?? 0;
    uses.set(part, before + 1);
    if (before > 0) return;
    for (const value of Object.values(part.properties ?? {})) visit(value);
    if (part.items) visit(part.items);
  };
  visit(root);
  return uses;
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
