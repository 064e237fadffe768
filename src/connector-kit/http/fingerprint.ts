/** Digests under which state that belongs to a credential is kept, so that no key holds a secret. */
import { hash } from "node:crypto";

/**
 * @returns 128 bits of SHA-256 over the parts, each with its length in front, so that no two lists of
 *   parts give one text.
 */
export function fingerprint(...parts: readonly string[]): string {
  const text = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join("");
  return hash("sha256", text, "base64url").slice(0, 22);
}

/** A fingerprint of names and values, whatever their order. */
export function fingerprintOf(record: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(record).sort();
  return fingerprint(...names.flatMap((name) => [name, JSON.stringify(record[name]) ?? ""]));
}
