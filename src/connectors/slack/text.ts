/**
 * Topics and purposes as people wrote them.
 *
 * Slack gives them back with `&`, `<` and `>` escaped, links wrapped in angle brackets and references
 * rewritten (docs.slack.dev/messaging/formatting-message-text). Undoing that is not idempotent, so it is
 * done once, where an answer is read.
 */
export function decodeText(text: string): string {
  return text
    .replace(/<([^<>]*)>/g, (_, inner: string) => plain(inner))
    .replace(/&(amp|lt|gt);/g, (_, name: "amp" | "lt" | "gt") => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

/** What stands for the inside of one pair of angle brackets, escaped as it came. */
function plain(inner: string): string {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? "" : inner.slice(bar + 1);
  const sign = target.charAt(0);
  if (sign === "#" || sign === "@") return label ? `${sign}${bare(label, sign)}` : asWritten(inner);
  if (sign === "!") return mention(target.slice(1), label) ?? asWritten(inner);
  if (label === "") return target;
  return isShortFor(label, target) ? label : asWritten(inner);
}

/** `!here`, `!subteam^S123|@oncall`; a date shows its last resort. */
function mention(target: string, label: string): string | undefined {
  if (/^(?:here|channel|everyone)$/.test(target)) return `@${target}`;
  if (label === "") return undefined;
  return target.startsWith("subteam^") ? `@${bare(label, "@")}` : label;
}

/** Whether Slack made the link itself, out of an address that was typed without its scheme. */
function isShortFor(label: string, target: string): boolean {
  return label === target || label === target.replace(/^(?:https?:\/\/|mailto:|tel:)/, "");
}

function bare(label: string, sign: string): string {
  return label.startsWith(sign) ? label.slice(1) : label;
}

/** Nothing shorter says the same; escaped, since escapes are undone next. */
function asWritten(inner: string): string {
  return `&lt;${inner}&gt;`;
}

/**
 * A name or address without escapes, however often they were made.
 *
 * Slack's pages do not say whether names of user groups and bookmarks come back escaped, as topics do; so both
 * forms are one. Idempotent.
 */
export function withoutEscapes(text: string): string {
  return text.replace(
    /&(?:amp;)*(amp|lt|gt);/g,
    (_, name: "amp" | "lt" | "gt") => ({ amp: "&", lt: "<", gt: ">" })[name],
  );
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Makes one character mean itself: the three that begin links, mentions and escapes have to be written otherwise. */
export function escapeCharacter(character: string): string {
  return entities[character] ?? character;
}

/** A whole text as {@link escapeCharacter} makes it. */
export function escapeText(text: string): string {
  return text.replace(/[&<>]/g, escapeCharacter);
}
