/**
 * Numbers in CEL: JSON's are doubles, literals such as `2` are ints, and so are whole numbers too large for a double.
 *
 * The language defines no arithmetic between the two, so that `event.data.n % 2 == 1` would be an error, and an
 * answer would turn on whether a number is whole. What is missing is registered here.
 */
import type { Environment } from "@marcbachmann/cel-js";
import type { Numeric } from "./numbers.ts";

/** Registers `+ - * / %` between ints and doubles, and `%` of two doubles; the results are doubles. */
export function registerMixedNumbers(environment: Environment): void {
  const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
  };
  for (const [operator, run] of Object.entries(operators)) {
    const mixed = (a: Numeric, b: Numeric) => run(Number(a), Number(b));
    environment.registerOperator(`int ${operator} double: double`, mixed);
    environment.registerOperator(`double ${operator} int: double`, mixed);
  }
  for (const [left, right] of ["int double", "double int", "double double"].map((pair) => pair.split(" "))) {
    environment.registerOperator(`${left} % ${right}: double`, remainder);
  }
}

/** Exact for whole numbers of any size. @throws Error for a division by zero, as between ints. */
function remainder(a: Numeric, b: Numeric): number {
  if (Number(b) === 0) throw new Error("modulo by zero");
  return isWhole(a) && isWhole(b) ? Number(BigInt(a) % BigInt(b)) : Number(a) % Number(b);
}

function isWhole(value: Numeric): boolean {
  return typeof value === "bigint" || Number.isInteger(value);
}

/**
 * Data as CEL gets it: maps are `Map`s, so that a property named `constructor` or `__proto__` is just data.
 * Absent properties stay absent.
 */
export function celValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return new Map(entries.map(([name, inner]) => [name, celValue(inner)]));
}
