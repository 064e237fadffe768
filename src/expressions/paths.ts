/**
 * Paths into data from outside: own properties of maps and lists only.
 *
 * A name such as `constructor` or `__proto__` is data where the data has it, and absent where it has not; texts have
 * no properties, so that no method of theirs can be reached.
 */

/** A value that is there; `undefined` in its place says that it is absent. */
export interface Found {
  value: unknown;
}

/** What a path leads to, by its segments; no segment at all is the whole. */
export type Lookup = (path: readonly string[]) => Found | undefined;

/** Follows a path of own properties. @param from how many of its segments are passed over. */
export function follow(value: unknown, path: readonly string[], from = 0): Found | undefined {
  let here = value;
  for (let at = from; at < path.length; at++) {
    const segment = path[at] as string;
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, segment)) return undefined;
    here = (here as Record<string, unknown>)[segment];
  }
  return here === undefined ? undefined : { value: here };
}

/** @param text dotted, as in `ticket.subject` or `labels.0.name`. */
export function parsePath(text: string): string[] {
  return text.split(".");
}

/** What kind of thing a value is, for messages that may not show it. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a text";
  if (typeof value === "number" || typeof value === "bigint") return "a number";
  return typeof value === "boolean" ? "true or false" : "a map";
}
