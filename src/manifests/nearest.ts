/** "Did you mean": the nearest of the words that would have been right. */
import { distance } from "fastest-levenshtein";

/**
 * @returns the allowed word that was most likely meant; undefined when none is near enough: one
 *   typing mistake in up to three letters, two in up to seven, three in more; two letters that
 *   changed places, letter case, `-` and `_` count as one.
 */
export function nearest(word: string, allowed: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of allowed) {
    const far = difference(word, candidate);
    if (far < least) {
      least = far;
      best = candidate;
    }
  }
  return least <= tolerance(word) ? best : undefined;
}

function tolerance(word: string): number {
  if (word.length <= 3) return 1;
  return word.length <= 7 ? 2 : 3;
}

function difference(a: string, b: string): number {
  if (bare(a) === bare(b)) return 1;
  const letters = distance(a, b);
  return letters === 2 && a.length === b.length && sorted(a) === sorted(b) ? 1 : letters;
}

function bare(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, "");
}

function sorted(word: string): string {
  return [...word].sort().join("");
}

/** @returns ` Did you mean "x"?`, or nothing. */
export function didYouMean(word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed);
  return near === undefined ? "" : ` Did you mean "${near}"?`;
}
