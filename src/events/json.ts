/**
 * Reads payloads without losing a digit.
 *
 * JSON's numbers have no size; JavaScript's are exact up to 2^53. Ids of some platforms are larger, and two of
 * them may become one. Only a text that holds a long run of digits is read a second time, with the source of each
 * number at hand (ECMAScript's JSON.parse source text access, in Node.js since 21): the whole numbers that do not
 * fit become bigints. That reads `__proto__` as a name like any other, which lossless-json's parser does not.
 */

/** The shortest whole number that may not fit: 2^53 has 16 digits. */
const LONG = /\d{16}/;
const WHOLE = /^-?\d+$/;
/** Deeper than any payload; what walks through data recurses. */
export const MAX_DEPTH = 200;

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/**
 * @returns the value; whole numbers beyond 2^53 as bigint.
 * @throws SyntaxError for what is no JSON, or nested deeper than {@link MAX_DEPTH}.
 */
export function readJson(text: string): unknown {
  assertShallow(text);
  if (!LONG.test(text)) return JSON.parse(text);
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

function assertShallow(text: string): void {
  // Most payloads open fewer than that in all: counting is the engine's own search, and walking is not.
  if (hasAtMost(text, "{", MAX_DEPTH / 2) && hasAtMost(text, "[", MAX_DEPTH / 2)) return;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at) - 1;
    else if (char === "{" || char === "[") {
      depth += 1;
      if (depth > MAX_DEPTH) throw new SyntaxError(`It is nested deeper than ${MAX_DEPTH} levels.`);
    } else if (char === "}" || char === "]") depth -= 1;
  }
}

function hasAtMost(text: string, character: string, most: number): boolean {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) {
    count += 1;
    if (count > most) return false;
  }
  return true;
}

/**
 * The texts of an object's members or an array's elements, as they stand.
 *
 * @param text a JSON object or array that was parsed before, so that its form is sure.
 * @returns pairs of name (of an element: its number) and text; of a name that stands twice, the last one counts.
 */
export function innerTexts(text: string): Map<string, string> {
  const found = new Map<string, string>();
  let at = skipSpace(text, 0);
  const isObject = text[at] === "{";
  at = skipSpace(text, at + 1);
  for (let count = 0; at < text.length && text[at] !== "}" && text[at] !== "]"; count++) {
    let name = String(count);
    if (isObject) {
      const end = endOfString(text, at);
      name = JSON.parse(text.slice(at, end));
      at = skipSpace(text, skipSpace(text, end) + 1);
    }
    const end = endOfValue(text, at);
    found.set(name, text.slice(at, end));
    at = skipSpace(text, end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return found;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text[at] as string)) at += 1;
  return at;
}

/** @param from where the opening quote stands. @returns the place behind the closing one. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; ) {
    const char = text[at] as string;
    if (char === '"') at = endOfString(text, at);
    else if (depth === 0 && ",]} \t\r\n".includes(char)) return at;
    else {
      if (char === "{" || char === "[") depth += 1;
      if (char === "}" || char === "]") depth -= 1;
      at += 1;
    }
    if (depth === 0 && '"}]'.includes(text[at - 1] as string)) return at;
  }
  return text.length;
}
