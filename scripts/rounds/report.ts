/** What a round found wrong, and how rounds are told about. */

/** Something that must not be. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** @throws Violation when `fact` does not hold. */
export function must(fact: boolean, otherwise: string): void {
  if (!fact) throw new Violation(otherwise);
}

/** A kind of round. */
export interface Rounds {
  name: string;
  /** How many of them. */
  count: number;
  /** @param number from 1. @returns what it did, in a few words. @throws Violation, or whatever else went wrong. */
  round(seed: string, number: number): Promise<string>;
}

/** Runs rounds one after the other. @param only one of them. @returns how many ran, and how many failed. */
export async function carryOut({ name, count, round }: Rounds, seed: string, only?: number) {
  let failed = 0;
  const numbers = only === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [only];
  for (const number of numbers) {
    const title = `${name} ${number} (--seed ${seed} --only ${name} --round ${number})`;
    const start = performance.now();
    try {
      const done = await round(`${seed}-${number}`, number);
      console.log(`ok      ${title}: ${done} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${title}: ${error instanceof Violation ? error.message : (error as Error).stack}`);
    }
  }
  return { count: numbers.length, failed };
}
