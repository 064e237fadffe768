/**
 * How a bench tells what it measured: rows of a table, or the same as JSON for `bench/run.ts`, which
 * puts several benches into one table. A value above its limit makes the process end with 1.
 */

/** One figure. */
export interface Row {
  name: string;
  value: number;
  unit: "ms" | "MB" | "/s" | "x";
  /** What it may be at most; left out where it is only there for comparison. */
  limit?: number;
}

/** Prints rows, as JSON where the process was given `--json`. */
export function report(rows: readonly Row[]): void {
  if (process.argv.includes("--json")) console.log(JSON.stringify(rows));
  else for (const line of table(rows)) console.log(line);
  if (rows.some(isMissed)) process.exitCode = 1;
}

/** @returns a line for each row. */
export function table(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.map((row) => {
    const { name, value, unit, limit } = row;
    const text = `${name.padEnd(width)}  ${value.toFixed(unit === "x" ? 2 : 0).padStart(7)} ${unit.padEnd(2)}`;
    if (limit === undefined) return text.trimEnd();
    return `${text}  at most ${limit}${isMissed(row) ? "  MISSED" : ""}`;
  });
}

/** The middle one; of an even number, the upper of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function isMissed({ value, limit }: Row): boolean {
  return limit !== undefined && value > limit;
}
