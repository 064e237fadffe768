/**
 * Chance that can be repeated: the same seed gives the same numbers.
 *
 * Where requests arrive in an order of their own, a decision is drawn from the seed and a name, so
 * that it does not hang on how many were drawn before it.
 */

export interface Random {
  /** At least 0, below 1. */
  fraction(): number;
  /** A whole number, both bounds included. */
  whole(least: number, most: number): number;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
}

/** @param seed any text. */
export function seeded(seed: string): Random {
  let state = hash(seed);
  const fraction = (): number => {
    // Weyl sequence, mixed as in MurmurHash3's finalizer.
    state = (state + 0x9e3779b9) | 0;
    return mix(state) / 2 ** 32;
  };
  const whole = (least: number, most: number): number => least + Math.floor(fraction() * (most - least + 1));
  return { fraction, whole, pick: <T>(list: readonly T[]) => list[whole(0, list.length - 1)] as T };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value;
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
