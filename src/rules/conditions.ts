/**
 * `conditions`: equality and nothing else. A text is never taken for a pattern, and a number never for a text.
 */
import { equalNumbers, isNumeric } from "../expressions/numbers.ts";
import { type Found, parsePath } from "../expressions/paths.ts";

/** Characters of a value that a reason repeats. */
const SHOWN = 80;

/** A condition with its path taken apart. */
export interface CompiledCondition {
  /** As it is written. */
  text: string;
  path: readonly string[];
  wanted: unknown;
}

export function compileConditions(conditions: Readonly<Record<string, unknown>> = {}): readonly CompiledCondition[] {
  return Object.entries(conditions).map(([text, wanted]) => ({ text, path: parsePath(text), wanted }));
}

/** @returns why the first condition that does not hold fails; undefined when all hold. */
export function failedCondition(
  conditions: readonly CompiledCondition[],
  find: (path: readonly string[]) => Found | undefined,
): string | undefined {
  for (const { text, path, wanted } of conditions) {
    const found = find(path);
    if (!found) return `${text} is absent`;
    const { value } = found;
    if (!(Array.isArray(wanted) ? wanted.some((one) => equal(value, one)) : equal(value, wanted))) {
      const expected = Array.isArray(wanted) ? `one of ${wanted.map(show).join(", ")}` : show(wanted);
      return `${text} is ${show(value)}, not ${expected}`;
    }
  }
  return undefined;
}

/** Deep equality of JSON values; whole numbers too large for a double are compared exactly. */
export function equal(a: unknown, b: unknown): boolean {
  if (isNumeric(a) && isNumeric(b)) return equalNumbers(a, b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return names.every((name) => Object.hasOwn(right, name) && equal(left[name], right[name]));
}

function show(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "a map";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
