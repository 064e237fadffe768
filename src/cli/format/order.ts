/** In which order a map's keys are written, and what fields that were renamed are called now: both as the schema says. */
import type { AnnotatedSchema } from "../../api/schema.ts";
import { isObject } from "../../manifests/defaults.ts";

/** The present names of a map's former fields, where nothing has the present name yet. */
export function renames(keys: readonly string[], schema: AnnotatedSchema | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const key of keys) {
    const now = ownProperty(schema, key)?.["x-plumbline-renamed-to"];
    if (typeof now === "string" && !keys.includes(now) && ![...found.values()].includes(now)) found.set(key, now);
  }
  return found;
}

/**
 * What people look for comes first: a title, and of an entry what it must state, as import writes it. What is
 * nested in an entry comes last.
 *
 * @returns where a key belongs among its siblings; what the schema does not know comes last, as it was.
 */
export function rankOf(schema: AnnotatedSchema | undefined): (key: string) => number {
  const names = schema?.properties ? Object.keys(schema.properties) : [];
  const isEntry = names.includes("lifecycle");
  const first = new Set(["title", ...(isEntry ? (schema?.required ?? []) : [])]);
  const isNested = (name: string) => ownProperty(schema, name)?.items?.properties?.lifecycle !== undefined;
  const place = (name: string) => (first.has(name) ? 0 : isNested(name) ? 3 : name === "lifecycle" ? 2 : 1);
  const order = names.toSorted((a, b) => place(a) - place(b));
  const ranks = new Map(order.map((name, rank) => [name, rank]));
  return (key) => ranks.get(key) ?? order.length;
}

/** The schema of a property that is stated; a union has none, since its halves may differ. */
export function ownProperty(schema: AnnotatedSchema | undefined, key: string): AnnotatedSchema | undefined {
  return schema?.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
}

/** Plain data with its fields' present names, keys in order where `inOrder`. */
export function canonicalValue(value: unknown, schema: AnnotatedSchema | undefined, inOrder: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => canonicalValue(item, schema?.items, inOrder));
  if (!isObject(value) || isRaw(value)) return value;
  const now = renames(Object.keys(value), schema);
  const fields = Object.entries(value).map(([key, inner]): [string, unknown] => {
    const name = now.get(key) ?? key;
    return [name, canonicalValue(inner, ownProperty(schema, name), inOrder)];
  });
  const rank = rankOf(schema);
  return Object.fromEntries(inOrder ? fields.toSorted(([a], [b]) => rank(a) - rank(b)) : fields);
}

/** A number as it was written, for `JSON.stringify` (TC39 proposal "JSON.parse source text access"). */
interface RawJson {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
}
export const rawJson = JSON as unknown as RawJson;

function isRaw(value: unknown): boolean {
  return rawJson.isRawJSON(value);
}
