/**
 * The tokens of Alertmanager's matchers, by its UTF-8 rules (prometheus.io/docs/alerting/latest/configuration, "UTF-8
 * strict mode"): a name or a value is either in double quotes, with Go's escapes, or free of white space and of
 * `{ } ! = ~ , \ " ' and backtick`.
 *
 * A backslash outside quotes is therefore no escape but a mistake: Alertmanager's older parser took `\n` there for a
 * line break, and the two disagreed about the same text.
 */
import { unquote } from "./unquote.ts";

export const operators = ["=", "!=", "=~", "!~"] as const;
export type Operator = (typeof operators)[number];

/** Why a matcher cannot be read, and where: columns of the matcher's text, in characters, from 1. */
export class MatcherError extends Error {
  override readonly name = "MatcherError";
  readonly column: number;
  constructor(message: string, column: number, options?: { cause?: unknown }) {
    super(message, options);
    this.column = column;
  }
}

export type Token =
  | { kind: "{" | "}" | "," | "end"; at: number; text: string }
  | { kind: "operator"; at: number; text: Operator }
  /** A name or a value, unquoted. */
  | { kind: "word"; at: number; text: string; value: string };

const blank = /\p{White_Space}/u;
/** What ends an unquoted word. */
const reserved = /[\p{White_Space}{}!=~,\\"'`]/u;

/** @returns the tokens, the last of them `end`. @throws MatcherError */
export function tokenize(input: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < input.length) {
    const character = String.fromCodePoint(input.codePointAt(at) as number);
    if (blank.test(character)) {
      at += character.length;
      continue;
    }
    const token = tokenAt(input, at, character);
    tokens.push(token);
    at += token.text.length;
  }
  return [...tokens, { kind: "end", at: input.length, text: "" }];
}

/** The column, in characters from 1, of an offset. */
export function columnOf(input: string, offset: number): number {
  return [...input.slice(0, offset)].length + 1;
}

function tokenAt(input: string, at: number, character: string): Token {
  if (character === "{" || character === "}" || character === ",") return { kind: character, at, text: character };
  if (character === "=" || character === "!") return operatorAt(input, at);
  if (character === '"') return quotedAt(input, at);
  if (reserved.test(character)) {
    const hint = character === "\\" ? " A value with a backslash stands in double quotes." : "";
    throw new MatcherError(`${character} may not stand here.${hint}`, columnOf(input, at));
  }
  const text = wordAt(input, at);
  return { kind: "word", at, text, value: text };
}

function wordAt(input: string, at: number): string {
  let end = at;
  for (const character of input.slice(at)) {
    if (reserved.test(character)) break;
    end += character.length;
  }
  return input.slice(at, end);
}

function operatorAt(input: string, at: number): Token {
  const two = input.slice(at, at + 2);
  if (two === "=~" || two === "!=" || two === "!~") return { kind: "operator", at, text: two };
  if (two.startsWith("=")) return { kind: "operator", at, text: "=" };
  throw new MatcherError("After ! there must be = or ~.", columnOf(input, at));
}

function quotedAt(input: string, at: number): Token {
  const text = /^"(?:[^"\\]|\\[\s\S])*"/.exec(input.slice(at))?.[0];
  if (text === undefined) throw new MatcherError("The closing double quote is missing.", columnOf(input, at));
  const value = unquote(text);
  if (typeof value === "string") return { kind: "word", at, text, value };
  throw new MatcherError(value.fault, columnOf(input, at + value.offset));
}
