/**
 * Matchers as Alertmanager read them before 0.27, and still does in fallback mode: names of ASCII letters only, values
 * in quotes or as they stand up to the next comma; of escapes only `\n`, `\"` and `\\`, others stay as written.
 */

import type { MatcherText } from "./matcher-syntax.ts";
import { columnOf, type Operator } from "./matcher-tokens.ts";

export interface ClassicMatcher extends MatcherText {
  /** Its value stands outside quotes and holds a backslash, or begins like an operator; or a brace has no partner. */
  unclear: boolean;
}

const form = /^(\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|=|!=|!~)\s*)([\s\S]*?)\s*$/;

/** @returns undefined for a text that is none. */
export function parseClassic(input: string): ClassicMatcher[] | undefined {
  const matchers: ClassicMatcher[] = [];
  const lonely = input.startsWith("{") !== input.endsWith("}"); // such a brace is dropped without a word
  for (const { text, at } of split(input)) {
    const found = form.exec(text);
    if (!found) return undefined;
    const [, head = "", name = "", operator = "=", raw = ""] = found;
    const value = unescaped(raw);
    if (value === undefined) return undefined;
    const unclear = lonely || (!raw.startsWith('"') && (raw.includes("\\") || /^[=~!]/.test(raw)));
    const column = columnOf(input, at + head.length);
    matchers.push({ name, operator: operator as Operator, value, column, unclear });
  }
  return matchers;
}

/** Cuts at the commas outside quotes; one brace at either end counts for nothing, nor does a comma at the end. */
function split(input: string): { text: string; at: number }[] {
  const start = input.startsWith("{") ? 1 : 0;
  const inner = input.slice(start, input.endsWith("}") && input.length > start ? -1 : undefined);
  const parts = [...inner.matchAll(/(?<=^|,)((?:"(?:[^"\\]|\\[\s\S])*(?:"|$)|\\[\s\S]|[^",])*)(?:,|$)/g)];
  const cut = parts.map((part) => ({ text: part[1] as string, at: start + part.index }));
  return cut.at(-1)?.text.trim() === "" ? cut.slice(0, -1) : cut;
}

/** @returns undefined where a quote is missing or stands too early. */
function unescaped(raw: string): string | undefined {
  const quoted = /^"((?:[^"\\]|\\[\s\S])*)"$/.exec(raw);
  if (!quoted && /^"|(?<!\\)(?:\\\\)*"/.test(raw)) return undefined;
  const text = quoted ? (quoted[1] as string) : raw;
  return text.replaceAll(/\\([n"\\])/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
}
