/**
 * From the text of matchers to a list of them: `{name operator value, …}`, the braces optional, a comma at the end
 * allowed, as Alertmanager's UTF-8 parser takes it.
 *
 * Texts that only its older ("classic") parser takes are taken too where they can mean one thing only, with a warning,
 * as Alertmanager does while it runs in fallback mode. Three forms are not, because people meant something
 * else by them: an unquoted value with a backslash, one that begins with another operator (`a==x`), and a text with
 * one brace at its ends (`a=~x{2}`, which that parser reads as `x{2`).
 */
import { parseClassic } from "./classic-matchers.ts";
import { columnOf, MatcherError, type Operator, type Token, tokenize } from "./matcher-tokens.ts";

/** One matcher, as written. */
export interface MatcherText {
  name: string;
  operator: Operator;
  value: string;
  /** Where its value begins in the text, in characters from 1. */
  column: number;
}

export interface ParsedMatchers {
  matchers: readonly MatcherText[];
  /** Why the text should be written differently. */
  warning?: string;
}

/** @throws MatcherError */
export function parseMatchers(input: string): ParsedMatchers {
  const classic = parseClassic(input);
  try {
    const matchers = new Parser(input).parse();
    if (classic && !isSame(classic, matchers)) {
      return { matchers, warning: "Alertmanager in fallback mode reads the escapes of this matcher differently." };
    }
    return { matchers };
  } catch (error) {
    if (!classic || classic.length === 0 || classic.some(({ unclear }) => unclear)) throw error;
    const matchers = classic.map(({ unclear: _, ...matcher }) => matcher);
    const quoted = matchers.map(({ name, operator, value }) => `${name}${operator}${JSON.stringify(value)}`).join(", ");
    return { matchers, warning: `Only Alertmanager's older parser takes this matcher. Write ${quoted}.` };
  }
}

function isSame(a: readonly MatcherText[], b: readonly MatcherText[]): boolean {
  const text = (list: readonly MatcherText[]) =>
    JSON.stringify(list.map(({ name, operator, value }) => [name, operator, value]));
  return text(a) === text(b);
}

class Parser {
  private readonly input: string;
  private readonly tokens: readonly Token[];
  private next = 0;

  constructor(input: string) {
    this.input = input;
    this.tokens = tokenize(input);
  }

  parse(): MatcherText[] {
    const braces = this.accept("{");
    const matchers: MatcherText[] = [];
    while (this.peek().kind !== "}" && this.peek().kind !== "end") {
      matchers.push(this.matcher());
      if (!this.accept(",") && this.peek().kind !== "}" && this.peek().kind !== "end") {
        this.fail("Between two matchers there must be a comma.");
      }
    }
    if (braces && !this.accept("}")) this.fail("The closing brace is missing.");
    if (this.peek().kind !== "end") this.fail(braces ? "Nothing may follow." : "There is no opening brace.");
    return matchers;
  }

  private matcher(): MatcherText {
    const name = this.word("a label's name");
    const operator = this.take();
    if (operator.kind !== "operator") this.fail("Expected =, !=, =~ or !~.", operator);
    const { at, value } = this.word('a value; an empty one is written ""');
    return { name: name.value, operator: operator.text, value, column: columnOf(this.input, at) };
  }

  private word(what: string): Token & { kind: "word" } {
    const token = this.take();
    if (token.kind !== "word") this.fail(`Expected ${what}.`, token);
    return token;
  }

  private peek(): Token {
    return this.tokens[this.next] as Token;
  }

  private take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.next += 1;
    return token;
  }

  private accept(kind: Token["kind"]): boolean {
    if (this.peek().kind !== kind) return false;
    this.next += 1;
    return true;
  }

  private fail(message: string, { at, text }: Token = this.peek()): never {
    const found = text === "" ? "the text ends here" : `found ${text}`;
    throw new MatcherError(`${message} Instead ${found}.`, columnOf(this.input, at));
  }
}
