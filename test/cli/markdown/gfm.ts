/** Markdown as GitHub reads it: what of a text is code, and what acts. */
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** @returns the text as HTML, with HTML in it let through, as hosts do for what they allow. */
export function toHtml(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
}

/** @returns the HTML without all that is shown as code: what could be a heading, a mention, a mark. */
export function outsideCode(markdown: string): string {
  return toHtml(markdown).replaceAll(/<code\b[^>]*>[\s\S]*?<\/code>/g, "");
}

/** @returns how deep sections are folded at the end (0 when each is closed), and the least depth on the way. */
export function foldedDepth(markdown: string): { end: number; least: number } {
  let end = 0;
  let least = 0;
  for (const [tag] of outsideCode(markdown).matchAll(/<\/?details>/g)) {
    end += tag === "<details>" ? 1 : -1;
    least = Math.min(least, end);
  }
  return { end, least };
}

/** @returns the keys that lists of removals show, their common beginnings put before them again. */
export function listedKeys(markdown: string): string[] {
  const keys: string[] = [];
  for (const [, block = ""] of markdown.matchAll(/^```diff\n([\s\S]*?)\n```$/gm)) {
    let start = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("  ")) start = line.slice(2, -1);
      else keys.push(line.slice(1), start + line.slice(1));
    }
  }
  for (const [, key = ""] of markdown.matchAll(/^- \*\*(?:delete|archive)\*\* `[^/`]*\/([^`]*)`/gm)) keys.push(key);
  return keys;
}
