/** Attributes from `ce-` headers (CloudEvents HTTP protocol binding 1.0.2, section 3.1.3.2). */

const PREFIX = "ce-";

/** @throws Error, naming the header, for what is no percent-encoded UTF-8. */
export function headerAttributes(headers: Readonly<Record<string, string>>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (lower.startsWith(PREFIX)) found.set(lower.slice(PREFIX.length), decodeHeader(lower, value));
  }
  return found;
}

/** First a quoted value is unquoted, then percent escapes are decoded, once. */
function decodeHeader(name: string, value: string): string {
  const trimmed = value.trim();
  const isQuoted = /^".*"$/s.test(trimmed) && trimmed.length > 1;
  const unquoted = isQuoted ? trimmed.slice(1, -1).replaceAll(/\\(.)/gs, "$1") : trimmed;
  // Node.js gives header bytes as Latin-1; what is outside of ASCII should have been escaped.
  const bytes = Buffer.from(
    unquoted.replaceAll(/%([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    "latin1",
  );
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`The header ${name} is not valid UTF-8 after its percent escapes were decoded.`);
  }
}
