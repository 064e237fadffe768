/** How Slack stores text that people typed (docs.slack.dev/messaging/formatting-message-text). */

/** Escapes `&`, `<` and `>`, and wraps addresses in angle brackets. */
export function encodeText(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return escaped.replace(/https?:\/\/[^\s|]+?(?=[.,;:!?)]*(?:\s|$|&lt;|&gt;))/g, (address) => `<${address}>`);
}
