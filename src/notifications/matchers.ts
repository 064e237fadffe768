/**
 * Matchers on labels, with Alertmanager's meaning: an absent label counts as empty, and a regular expression has to
 * match the whole value. Expressions run on RE2, so that no value can hold up the process.
 */
import { compilePattern, PatternError, type Test } from "../expressions/pattern.ts";
import { type MatcherText, parseMatchers } from "./matcher-syntax.ts";
import { MatcherError } from "./matcher-tokens.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Matcher extends MatcherText {
  /** @param value of the label; empty where it is absent. A value too long for the expression does not match. */
  test: Test;
}

export interface CompiledMatchers {
  matchers: readonly Matcher[];
  warning?: string;
}

/** @param text one matcher or several, as in `match.matchers`. @throws MatcherError with the column. */
export function compileMatchers(text: string): CompiledMatchers {
  const { matchers, ...warning } = parseMatchers(text);
  return { matchers: matchers.map((matcher) => ({ ...matcher, test: testOf(matcher) })), ...warning };
}

/** Whether all of them hold. */
export function matchAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matcher.test(labelOf(labels, matcher.name)));
}

/** A label's value; empty where it is absent. */
export function labelOf(labels: Labels, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] as string) : "";
}

/** A matcher as Alertmanager prints it: the value in quotes. */
export function matcherText({ name, operator, value }: MatcherText): string {
  const plain = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
  return `${plain ? name : JSON.stringify(name)}${operator}${JSON.stringify(value)}`;
}

function testOf({ operator, value, column }: MatcherText): Test {
  if (operator === "=") return (text) => text === value;
  if (operator === "!=") return (text) => text !== value;
  const wanted = operator === "=~";
  const test = wholeTest(value, column);
  return (text) => {
    try {
      return test(text) === wanted;
    } catch (error) {
      if (error instanceof PatternError) return false;
      throw error;
    }
  };
}

function wholeTest(value: string, column: number): Test {
  try {
    compilePattern(value); // alone first: a stray parenthesis must not close the group around it
    return compilePattern(`^(?:${value})$`);
  } catch (cause) {
    throw new MatcherError(`The pattern ${(cause as Error).message}.`, column, { cause });
  }
}
