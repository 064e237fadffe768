/**
 * How `spec.defaults` lies under an entry: a stated scalar or list stands in the default's place
 * whole; an object is merged property by property; children are matched by key elsewhere.
 *
 * Everything is copied. A default reaches many entries, and an anchor may bring one object into
 * several places; what happens to one entry must never show in another.
 */
import type { AnnotatedSchema } from "../api/schema.ts";

export type Values = Readonly<Record<string, unknown>>;

/** Copies plain data. Names such as `__proto__` stay data. */
function copyValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyValue);
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) setOwn(copy, name, copyValue(item));
  return copy;
}

/**
 * Puts stated values over defaults.
 *
 * @param skip names that are no fields: children and `lifecycle`.
 * @param schema of the object; an object under a union is taken whole, since its halves need not fit.
 * @returns a new object that shares nothing with either.
 */
export function mergeValues(
  stated: Values,
  defaults: Values | undefined,
  schema: AnnotatedSchema | undefined,
  skip?: ReadonlySet<string>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const name of Object.keys(defaults ?? {})) {
    if (skip?.has(name) || Object.hasOwn(stated, name)) continue;
    setOwn(merged, name, copyValue(defaults?.[name]));
  }
  for (const name of Object.keys(stated)) {
    if (skip?.has(name)) continue;
    const beneath = ownValue(defaults, name);
    setOwn(merged, name, mergeValue(stated[name], beneath, ownProperty(schema, name)));
  }
  return merged;
}

/** A property that the object has itself, never one that all objects inherit. */
export function ownValue(values: Values | undefined, name: string): unknown {
  return values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Whether a value is an object of names and values. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mergeValue(stated: unknown, beneath: unknown, schema: AnnotatedSchema | undefined): unknown {
  const together = schema?.type === "object" && isObject(stated) && isObject(beneath);
  return together ? mergeValues(stated, beneath, schema) : copyValue(stated);
}

function ownProperty(schema: AnnotatedSchema | undefined, name: string): AnnotatedSchema | undefined {
  return ownValue(schema?.properties, name) as AnnotatedSchema | undefined;
}

function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[name] = value;
  }
}
