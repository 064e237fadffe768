/**
 * Reads payloads without losing a digit.
 *
 * JSON's numbers have no size; JavaScript's are exact up to 2^53. Ids of some platforms are larger, and two of
 * them may become one. Only a text that holds a long run of digits is read with the source of each number at hand
 * (ECMAScript's JSON.parse source text access, in Node.js since 21): the whole numbers that do not fit become
 * bigints. That reads `__proto__` as a name like any other, which lossless-json's parser does not.
 */

/** Digits of the shortest whole number that may not fit: 2^53 has 16. */
const LONG = 16;
const WHOLE = /^-?\d+$/;
/** Deeper than any payload; what walks through data recurses. */
export const MAX_DEPTH = 200;

/** A text is JSON, and nested deeper than {@link MAX_DEPTH}. */
export class TooDeep extends SyntaxError {
  override readonly name = "TooDeep";
  constructor() {
    super(`It is nested deeper than ${MAX_DEPTH} levels.`);
  }
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/**
 * @returns the value; whole numbers beyond 2^53 as bigint.
 * @throws SyntaxError for what is no JSON. @throws TooDeep
 */
export function readJson(text: string): unknown {
  if (isDeep(text)) {
    JSON.parse(text); // it may be no JSON at all
    throw new TooDeep();
  }
  if (!hasLongNumber(text)) return JSON.parse(text);
  const exact: Reviver = (_, value, { source }) =>
    typeof value === "number" && source !== undefined && WHOLE.test(source) && !Number.isSafeInteger(value)
      ? BigInt(source)
      : value;
  return JSON.parse(text, exact as Parameters<typeof JSON.parse>[1]);
}

/** @returns JSON text; bigints as the digits that they are. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? rawJson(inner.toString()) : inner)) ?? "null";
}

/** A number's text that JSON.stringify writes as it is. */
const rawJson = (text: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);

/** Whether so many digits stand in a row as {@link LONG} says: such a row covers a place that it divides, so only those are looked at. */
function hasLongNumber(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (isDigit(text, at) && digitsAround(text, at) >= LONG) return true;
  }
  return false;
}

function digitsAround(text: string, at: number): number {
  let [from, to] = [at, at];
  while (isDigit(text, from - 1)) from -= 1;
  while (isDigit(text, to + 1)) to += 1;
  return to - from + 1;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at); // NaN outside of the text
  return code >= 48 && code <= 57;
}

function isDeep(text: string): boolean {
  // Most payloads open fewer than that in all: counting is the engine's own search, and walking is not.
  if (hasAtMost(text, "{", MAX_DEPTH / 2) && hasAtMost(text, "[", MAX_DEPTH / 2)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at) - 1;
    else if (char === "{" || char === "[") {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (char === "}" || char === "]") depth -= 1;
  }
  return false;
}

function hasAtMost(text: string, character: string, most: number): boolean {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) {
    count += 1;
    if (count > most) return false;
  }
  return true;
}

/** @param from where the opening quote stands. @returns the place behind the closing one. */
export function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}
