/**
 * Keys of things as text.
 *
 * A key is the list of keys along the path of nested kinds. As text each segment is escaped as in
 * RFC 6901 (JSON Pointer): `~` becomes `~0`, `/` becomes `~1`, and the segments are joined with `/`.
 */

/** The keys along the path of kinds: `["billing", "area/api"]` is the label `area/api` of `billing`. */
export type Key = readonly string[];

/** Writes a key as text, for example `billing/area~1api`. */
export function formatKey(key: Key): string {
  if (key.length === 1) return escapeSegment(key[0] as string);
  return key.map(escapeSegment).join("/");
}

/** Reads a key from text; the inverse of {@link formatKey}. */
export function parseKey(text: string): Key {
  return text.split("/").map(unescapeSegment);
}

/** Escapes one segment of a key. */
export function escapeSegment(segment: string): string {
  return segment.includes("~") || segment.includes("/") ? segment.replaceAll("~", "~0").replaceAll("/", "~1") : segment;
}

function unescapeSegment(segment: string): string {
  return segment.includes("~") ? segment.replaceAll("~1", "/").replaceAll("~0", "~") : segment;
}

/** The property names of a JSON pointer (RFC 6901): `/config/url` gives `["config", "url"]`. */
export function parsePointer(pointer: string): string[] {
  return pointer.split("/").slice(1).map(unescapeSegment);
}
