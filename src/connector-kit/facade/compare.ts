/**
 * What an update changes: the stated fields that differ from what the platform shows.
 *
 * As everywhere, lists are sets, maps or plain sequences by their `x-kubernetes-list-type`, and of an object
 * only what is stated counts. A field that could not be read counts as changed: the program asked for it.
 */
import type { AnnotatedSchema } from "../../api/index.ts";
import type { ListDelta, Spec } from "../contract.ts";

export interface Changes {
  changes: Spec;
  lists: Record<string, ListDelta>;
}

/** @param names the fields that may be looked at. */
export function changesOf(
  schema: AnnotatedSchema,
  desired: Spec,
  observed: Partial<Spec>,
  names: readonly string[],
): Changes {
  const result: Changes = { changes: {}, lists: {} };
  for (const name of names) {
    const field = schema.properties?.[name] ?? {};
    const [after, before] = [desired[name], observed[name]];
    if (before !== undefined && !field.writeOnly && isDeepEqual(field, after, before)) continue;
    result.changes[name] = after;
    if (Array.isArray(after) && isUnordered(field))
      result.lists[name] = deltaOf(field, after, Array.isArray(before) ? before : []);
  }
  return result;
}

/** Whether two values are one, as the schema compares them; objects by what `desired` states. */
export function isDeepEqual(schema: AnnotatedSchema, desired: unknown, observed: unknown): boolean {
  if (desired === observed) return true;
  if (typeof desired === "string" && typeof observed === "string") {
    return fold(schema, desired) === fold(schema, observed);
  }
  if (Array.isArray(desired) && Array.isArray(observed)) {
    const items = schema.items ?? {};
    if (desired.length !== observed.length) return false;
    if (isUnordered(schema)) {
      const { added, removed } = deltaOf(schema, desired, observed);
      return added.length + removed.length === 0;
    }
    return desired.every((element, index) => isDeepEqual(items, element, observed[index]));
  }
  if (!isRecord(desired) || !isRecord(observed)) return false;
  return Object.keys(desired).every((name) =>
    isDeepEqual(schema.properties?.[name] ?? {}, desired[name], observed[name]),
  );
}

/** Elements of a map that are there in another form count as added. */
function deltaOf(schema: AnnotatedSchema, desired: readonly unknown[], observed: readonly unknown[]): ListDelta {
  const items = schema.items ?? {};
  const keys = schema["x-kubernetes-list-map-keys"];
  const isSame = (a: unknown, b: unknown) =>
    keys && isRecord(a) && isRecord(b)
      ? keys.every((key) => isDeepEqual(items.properties?.[key] ?? {}, a[key], b[key]))
      : isDeepEqual(items, a, b);
  return {
    added: desired.filter((element) => !observed.some((other) => isDeepEqual(items, element, other))),
    removed: observed.filter((element) => !desired.some((other) => isSame(other, element))),
  };
}

function isUnordered(schema: AnnotatedSchema): boolean {
  const type = schema["x-kubernetes-list-type"];
  return type === "set" || type === "map";
}

function fold(schema: AnnotatedSchema, text: string): string {
  const how = schema["x-plumbline-compare"];
  if (how === "caseInsensitive") return text.toLowerCase();
  return how === "trimmed" ? text.trim() : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
