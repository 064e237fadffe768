/**
 * References: keys in manifests, ids in APIs.
 *
 * A field with `x-plumbline-ref` names either a top-level kind (its value is a key of that kind) or a
 * lookup of the connector (its value is a name that people use, such as an e-mail address). Desired
 * specs are compared and written with ids; people are shown what they wrote. A field with `x-plumbline-key-of`
 * names a top-level kind's thing, too, and keeps the key: it only has to exist.
 */
import type { AnnotatedSchema } from "../api/index.ts";
import type { Spec } from "./contract.ts";

/** Stands for the id of a thing that this very plan will make. */
export class PendingReference {
  readonly kind: string;
  readonly key: string;
  constructor(kind: string, key: string) {
    this.kind = kind;
    this.key = key;
  }
  /** How it is shown: as the key. */
  toJSON(): string {
    return this.key;
  }
}

/** A reference that leads nowhere. */
export interface Unresolved {
  /** The field's path, as a JSON pointer. */
  path: string;
  target: string;
  value: string;
}

/** Visits every reference in a spec; what `visit` returns takes its place. */
export type ReferenceMapper = (spec: Spec, visit: (target: string, value: string, path: string) => unknown) => Spec;

/**
 * Prepares the visiting of a kind's references.
 *
 * @param by the annotation that marks them.
 * @returns undefined when its schema has none.
 */
export function compileReferences(schema: AnnotatedSchema, by: By = "x-plumbline-ref"): ReferenceMapper | undefined {
  if (!hasReference(schema, by)) return undefined;
  return (spec, visit) => mapValue(schema, spec, "", visit, by) as Spec;
}

type By = "x-plumbline-ref" | "x-plumbline-key-of";

function hasReference(schema: AnnotatedSchema, by: By): boolean {
  if (schema[by] !== undefined) return true;
  if (schema.items && hasReference(schema.items, by)) return true;
  return Object.values(schema.properties ?? {}).some((field) => hasReference(field, by));
}

function mapValue(
  schema: AnnotatedSchema,
  value: unknown,
  path: string,
  visit: (target: string, value: string, path: string) => unknown,
  by: By,
): unknown {
  const target = schema[by];
  if (target !== undefined && typeof value === "string") return visit(target, value, path);
  if (Array.isArray(value)) {
    const items = target === undefined ? schema.items : { ...schema.items, [by]: target };
    return items && hasReference(items, by)
      ? value.map((element, index) => mapValue(items, element, `${path}/${index}`, visit, by))
      : value;
  }
  if (typeof value === "object" && value !== null && schema.properties) {
    const result: Record<string, unknown> = {};
    for (const [name, inner] of Object.entries(value)) {
      const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
      result[name] = property ? mapValue(property, inner, `${path}/${name}`, visit, by) : inner;
    }
    return result;
  }
  return value;
}

/** Puts the ids of things made meanwhile in place of pending references. @throws Error when one is still missing. */
export function settleReferences<T>(value: T, idOf: (kind: string, key: string) => string | undefined): T {
  if (value instanceof PendingReference) {
    const id = idOf(value.kind, value.key);
    if (id === undefined) throw new Error(`${value.kind}/${value.key} was not made.`);
    return id as T;
  }
  if (Array.isArray(value)) return value.map((element) => settleReferences(element, idOf)) as T;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, settleReferences(inner, idOf)])) as T;
  }
  return value;
}

/** The pending references inside a value. */
export function pendingIn(value: unknown): PendingReference[] {
  if (value instanceof PendingReference) return [value];
  if (Array.isArray(value)) return value.flatMap(pendingIn);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(pendingIn);
  return [];
}
