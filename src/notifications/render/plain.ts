/**
 * Texts as a notification holds them: plain, and nothing in them that a terminal or a platform could take for a
 * command. Pure.
 */

/** C0 and C1 control characters but tab and line feed (ECMA-48, section 5.2), and the bidirectional overrides. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** @returns the text in one line, its runs of white space as one blank. */
export function oneLine(text: string): string {
  return clean(text).replaceAll(/\s+/g, " ").trim();
}

/** @returns the text as paragraphs, divided by one empty line each. */
export function paragraphs(text: string): string {
  return clean(text)
    .replaceAll(/[ \t]+$/gm, "")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

/** @returns the text with its lines as they are, for what is shown in a fixed width. */
export function lines(text: string): string {
  return clean(text).replaceAll(/^\n+|\s+$/g, "");
}

/** @returns at most so many characters (UTF-16 code units), the last of them … where something is left out. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

function clean(text: string): string {
  return text.toWellFormed().replaceAll("\r\n", "\n").replaceAll(CONTROLS, "");
}
