/** Numbers out of JSON: doubles, and whole numbers too large for one. */

export type Numeric = number | bigint;

export function isNumeric(value: unknown): value is Numeric {
  return typeof value === "number" || typeof value === "bigint";
}

/** Exact across both kinds: neither is made the other. */
export function equalNumbers(a: Numeric, b: Numeric): boolean {
  return a <= b && a >= b;
}
