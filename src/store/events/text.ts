/**
 * Texts that a database cannot keep as they are.
 *
 * PostgreSQL refuses NUL in text; both turn a lone surrogate into another character. All three are valid in
 * JSON, so that a platform may send them. U+FFFF, which is no character (unicode.org, Noncharacters), marks
 * four hex digits that stand for one code unit.
 */

const MARK = "\uFFFF";
const unsafe = /[\0\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** @returns a text that any database keeps; equal texts give equal ones. */
export function encodeText(text: string): string {
  if (text.isWellFormed() && !text.includes("\0") && !text.includes(MARK)) return text;
  return text.replace(unsafe, (unit) => `${MARK}${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Undoes {@link encodeText}. */
export function decodeText(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replace(/\uFFFF([0-9a-f]{4})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
