/**
 * Text of unknown origin, made fit for a terminal.
 *
 * Names, topics and messages come from systems that other people write to. A control character could
 * move the cursor and paint over what a person approves (CWE-150), a direction mark could turn it
 * round (CVE-2021-42574), an invisible letter could hide in it: all are shown as escapes.
 */
import stringWidth from "string-width";

/** Controls, line and paragraph separators, direction marks, invisible letters, tags, lone surrogates. */
const UNSEEN =
  /[\p{Cc}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** @returns the text on one line, with every character visible. */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, (character) => NAMED[character] ?? escaped(character));
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** @returns a message as one paragraph: line ends become blanks, all else {@link visible}. */
export function paragraph(text: string): string {
  return visible(text.replaceAll(/\s*[\r\n]+\s*/g, " ").trim());
}

/** @returns a JSON value as one visible line. */
export function inline(value: unknown): string {
  return visible(JSON.stringify(value) ?? "unknown");
}

/** @returns the text cut to a width in columns, with an ellipsis where something is missing. */
export function shorten(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter("en").segment(text)) {
    const columns = stringWidth(segment);
    if (used + columns > width - 1) break;
    kept += segment;
    used += columns;
  }
  return `${kept}…`;
}

/** @returns the text filled up with blanks to a width in columns. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

/** @returns the text in lines of at most so many columns, broken at blanks where there are any. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && stringWidth(line) + 1 + stringWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** `1 thing`, `2 things`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
