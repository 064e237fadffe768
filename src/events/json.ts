/** JSON texts of events: how they are read and written, and what stands inside of one. */
import { endOfString } from "../connector-kit/exact-json.ts";

export { MAX_DEPTH, readJson, writeJson } from "../connector-kit/exact-json.ts";

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
