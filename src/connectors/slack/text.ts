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

/** What stands for the inside of one pair of angle brackets. */
function plain(inner: string): string {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? undefined : inner.slice(bar + 1);
  if (target.startsWith("#")) return label ? `#${label}` : `&lt;${target}&gt;`;
  if (target.startsWith("@")) return label ? `@${label}` : `&lt;${target}&gt;`;
  if (target.startsWith("!")) return label ?? `@${target.slice(1)}`;
  return label || target;
}
