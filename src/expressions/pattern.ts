/**
 * Patterns that users write, on an engine whose time grows with the text and not with its powers.
 *
 * Syntax and meaning are RE2's (github.com/google/re2/wiki/Syntax): no look-around, no back references. Whoever
 * writes a pattern and whoever sends the text may be two people, and neither can hold up a worker.
 */
import { RE2JS } from "re2js";

/** A user's pattern that cannot be used; its message completes "the pattern …". */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

export type Test = (text: string) => boolean;

/** Text length times program size that one test may take: some 0.2 s where the engine is slowest. */
const MOST_WORK = 50_000_000;

/**
 * @param pattern found anywhere in a text, unless it is anchored.
 * @returns a test, which throws PatternError for a text that is too long for its pattern.
 * @throws PatternError
 */
export function compilePattern(pattern: string): Test {
  const compiled = compiledOf(pattern);
  const size = Math.max(1, compiled.programSize());
  return (text) => {
    if (text.length * size > MOST_WORK) throw new PatternError("is too large for a text of this length");
    return compiled.test(text);
  };
}

/**
 * A glob on names: `*` stands for any run of characters, dots included, `?` for one, `[ab]` and `[!ab]` for one of a
 * set, `{a,b}` for one of several; `\` takes the next character as it is. It has to match the whole.
 *
 * @throws PatternError
 */
export function compileGlob(glob: string): Test {
  if (!/[*?[\]{}\\]/.test(glob)) return (text) => text === glob;
  return compilePattern(`^(?s:${globSource(glob)})$`);
}

/** Whether a text is a glob, and not just a name. */
export function isGlob(text: string): boolean {
  return /[*?[\]{}\\]/.test(text);
}

function compiledOf(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new PatternError(`is no RE2 expression: ${said.replace(/^error parsing regexp: /, "")}`, { cause });
  }
}

function globSource(glob: string): string {
  let source = "";
  let braces = 0;
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at] as string;
    const set = character === "[" ? /^\[(!|\^)?(\]?[^\]]*)\]/.exec(glob.slice(at)) : null;
    if (set) {
      source += `[${set[1] ? "^" : ""}${(set[2] as string).replaceAll(/[\\[\]^]/g, "\\$&")}]`;
      at += set[0].length - 1;
    } else if (character === "{" && glob.indexOf("}", at) > 0) {
      source += "(?:";
      braces += 1;
    } else if (character === "}" && braces > 0) {
      source += ")";
      braces -= 1;
    } else if (character === "," && braces > 0) source += "|";
    else if (character === "\\" && at + 1 < glob.length) {
      at += 1;
      source += RE2JS.quote(glob[at] as string);
    } else source += wildcards[character] ?? RE2JS.quote(character);
  }
  return source + ")".repeat(braces);
}

const wildcards: Readonly<Record<string, string>> = { "*": ".*", "?": "." };
