/**
 * Text of unknown origin in Markdown.
 *
 * A name, a topic or a message may hold anything: a code fence, a heading, HTML, a mention that wakes a
 * team, `fixes #1`, the hidden mark by which a comment is found again. Escaping is not enough, since hosts
 * look for mentions and references after Markdown was rendered. They leave code alone; so everything from
 * outside stands in code, one line each, with a delimiter longer than any run of backticks in it.
 */
import { visible } from "../plain-text.ts";

/** Enough for a name; a longer one is cut. */
const NAME = 300;
/** How far beyond the cut is looked for the end of a character that a reader sees as one. */
const CLUSTER = 64;

/** @returns the text in at most so many UTF-16 units, cut between characters as readers see them. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter("en").segment(text.slice(0, most + CLUSTER))) {
    if (kept.length + segment.length > most - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** @returns inline code that shows the text and is nothing else. */
export function code(text: string, most = NAME): string {
  const shown = clip(visible(text).toWellFormed(), most);
  if (shown.trim() === "") return "`(empty)`";
  const fence = "`".repeat(longestRun(shown) + 1);
  const space = /^[` ]|[` ]$/.test(shown) ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

/** @returns lines, each already visible, in a code block; `indent` puts it into a list's item. */
export function codeBlock(lines: readonly string[], info: string, indent = ""): string[] {
  const fence = "`".repeat(Math.max(3, ...lines.map((line) => longestRun(line) + 1)));
  return [`${fence}${info}`, ...lines, fence].map((line) => indent + line);
}

/** @returns the text as code inside HTML, where Markdown is not read: a summary's line. */
export function htmlCode(text: string): string {
  const shown = clip(visible(text).toWellFormed(), NAME);
  return `<code>${shown.replaceAll(/[&<>"]/g, (character) => entities[character] as string)}</code>`;
}

/** @returns a section that is folded; its title is HTML, its lines Markdown. */
export function folded(title: string, lines: readonly string[]): string[] {
  return ["<details>", `<summary>${title}</summary>`, "", ...lines, "", "</details>", ""];
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}
