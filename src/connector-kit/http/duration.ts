/** Durations as text, as limits and manifests write them. */

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a duration such as `90s`, `10m` or `1h30m`.
 *
 * @returns milliseconds.
 * @throws Error when the text is no duration.
 */
export function parseDuration(text: string): number {
  if (!/^([0-9]+(ms|s|m|h|d))+$/.test(text)) throw new Error(`"${text}" is not a duration such as 90s, 10m or 1h30m.`);
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (units[unit as string] as number);
  }
  return total;
}
