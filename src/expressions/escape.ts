/** Escaping of inserted values, by what the text is for: `x-plumbline-escape` of a schema. */

export type Escape = "none" | "mrkdwn" | "markdown" | "html";

/** @returns the escape that a schema's annotation names; `none` for anything else. */
export function escapeNamed(name: unknown): Escape {
  return name === "mrkdwn" || name === "markdown" || name === "html" ? name : "none";
}

/** Makes a value mean itself in a text of that form. */
export function escapeText(text: string, escaping: Escape): string {
  return escapes[escaping](text);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const entity = (character: string): string => entities[character] ?? character;

const escapes: Readonly<Record<Escape, (text: string) => string>> = {
  none: (text) => text,
  /** The three characters that Slack's formatting gives a meaning to: links, mentions, `<!channel>`. */
  mrkdwn: (text) => text.replaceAll(/[&<>]/g, entity),
  html: (text) => text.replaceAll(/[&<>"']/g, entity),
  /** CommonMark 0.31: a backslash before punctuation takes it as text; some count at a line's beginning only. */
  markdown: (text) =>
    text
      .replaceAll(/[\\`*_[\]<>&|~#]/g, "\\$&")
      .replaceAll(/^([ \t]*)([-+=])/gm, "$1\\$2")
      .replaceAll(/^([ \t]*\d+)([.)])/gm, "$1\\$2"),
};
