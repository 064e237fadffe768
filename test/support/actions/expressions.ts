/**
 * Expressions of GitHub Actions, as far as our files use them: names, texts in single quotes, `==`, `!=`, `!`, `&&`,
 * `||`, brackets and the status checks (docs.github.com, "Evaluate expressions in workflows and actions").
 *
 * Strict where the runner is lenient: a form or a name that is not known is an error, never an empty text, so that a
 * slip in a file fails its test.
 */

/** What names stand for. A list of `steps` or `inputs` may lack a name of an output that was not set. */
export interface Contexts {
  readonly [name: string]: Value;
}
type Value = string | number | boolean | null | Contexts;

interface Reader {
  tokens: string[];
  contexts: Contexts;
  failed: boolean;
}

const TOKEN = /\s*('(?:[^']|'')*'|[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*(?:\(\))?|==|!=|&&|\|\||[!()])/y;

/** Replaces each `${{ … }}` in a text. @throws Error for what is not known. */
export function expand(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, inner: string) => asText(evaluate(inner, contexts)));
}

/** @param failed whether a step before has failed. @returns whether an `if` holds. */
export function holds(condition: string | undefined, contexts: Contexts, failed: boolean): boolean {
  if (condition === undefined) return !failed;
  const inner = /^\s*\$\{\{(.*)\}\}\s*$/.exec(condition)?.[1] ?? condition;
  const stated = /\b(always|failure|success)\(\)/.test(inner);
  return truthy(evaluate(inner, contexts, failed)) && (stated || !failed);
}

function evaluate(text: string, contexts: Contexts, failed = false): Value {
  const reader: Reader = { tokens: tokensOf(text.trim()), contexts, failed };
  const value = either(reader);
  if (reader.tokens.length > 0) throw new Error(`"${text}" has "${reader.tokens[0]}" where an operator belongs.`);
  return value;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new Error(`"${text.slice(at)}" is no form that is known here.`);
    tokens.push(token);
  }
  return tokens;
}

function either(reader: Reader): Value {
  let value = both(reader);
  while (taken(reader, "||")) {
    const other = both(reader);
    value = truthy(value) ? value : other;
  }
  return value;
}

function both(reader: Reader): Value {
  let value = comparison(reader);
  while (taken(reader, "&&")) {
    const other = comparison(reader);
    value = truthy(value) ? other : value;
  }
  return value;
}

function comparison(reader: Reader): Value {
  const value = single(reader);
  if (taken(reader, "==")) return same(value, single(reader));
  return taken(reader, "!=") ? !same(value, single(reader)) : value;
}

function single(reader: Reader): Value {
  if (taken(reader, "!")) return !truthy(single(reader));
  if (taken(reader, "(")) {
    const value = either(reader);
    if (!taken(reader, ")")) throw new Error("A bracket is not closed.");
    return value;
  }
  const token = reader.tokens.shift() ?? "";
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
  if (token.endsWith("()")) return check(token, reader.failed);
  return token === "true" || token === "false" ? token === "true" : named(token, reader.contexts);
}

function taken({ tokens }: Reader, token: string): boolean {
  if (tokens[0] !== token) return false;
  tokens.shift();
  return true;
}

function check(name: string, failed: boolean): boolean {
  const checks: Record<string, boolean> = { "always()": true, "success()": !failed, "failure()": failed };
  const value = checks[name];
  if (value === undefined) throw new Error(`The function ${name} is not known here.`);
  return value;
}

function named(name: string, contexts: Contexts): Value {
  let value: Value = contexts;
  for (const part of name.split(".")) {
    const next: Value | undefined = typeof value === "object" && value !== null ? value[part] : undefined;
    if (next === undefined) throw new Error(`There is no "${part}" for "${name}" here.`);
    value = next;
  }
  return value;
}

function same(one: Value, other: Value): boolean {
  if (typeof one !== typeof other) throw new Error("Only values of one type are compared here.");
  return typeof one === "string" && typeof other === "string"
    ? one.toLowerCase() === other.toLowerCase()
    : one === other;
}

function truthy(value: Value): boolean {
  return value !== "" && value !== false && value !== null && value !== 0;
}

function asText(value: Value): string {
  if (typeof value === "object" && value !== null) throw new Error("A context is no text.");
  return value === null ? "" : String(value);
}
