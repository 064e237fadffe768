/**
 * Texts as GitHub shows them, which make no mentions, references, links, HTML or task lists.
 *
 * A backslash takes punctuation as text (GitHub Flavored Markdown, "Backslash escapes"), which does not keep
 * GitHub from `@name`, `#1` and addresses: it looks for those when Markdown is done. A zero-width space inside breaks
 * them, which people do not see. In code it looks for none of them.
 */

const SPACE = "\u200b";

/** Makes one character mean itself to Markdown. What it makes of a text that {@link broken} gave means nothing more. */
export function escapeCharacter(character: string): string {
  return /[\\`*_[\]<>&|~$]/.test(character) ? `\\${character}` : character;
}

/** A text whose mentions, references and addresses are none, and whose lines begin no list, heading or quote. */
export function broken(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(/^[^\S\n]+/gm, "")
    .replace(/@/g, `@${SPACE}`)
    .replace(/#(?=\d)|gh-(?=\d)|:(?=\/\/)|www(?=\.)/gi, `$&${SPACE}`)
    .replace(/^(?=[-+=#>]|\d+[.)])/gm, SPACE)
    .replace(/^\u200b?\d+(?=[.)])/gm, `$&${SPACE}`);
}

/** A text in one line as code, such as a value; `undefined` where that would take too many backticks. */
export function inlineCode(text: string): string | undefined {
  const longest = longestRun(text);
  if (text === "" || longest > 3) return undefined;
  const fence = "`".repeat(longest + 1);
  return `${fence}${/^`|`$|^ .* $/.test(text) ? ` ${text} ` : text}${fence}`;
}

/** A text as a block of code. @param language what it is written in; left out where it is no plain word. */
export function codeBlock(text: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${/^[\w+-]{1,30}$/.test(language) ? language : ""}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}

/** An address between the brackets of a link, in which nothing ends it. */
export function linkAddress(url: string): string {
  return url.replace(/[()<>\\|`*_[\]~@]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
