/** Keys as they are compared: each segment after its own kind's `normalizeKey`. */
import { formatKey, type Key } from "../api/key.ts";
import type { Kind } from "../connector-kit/compile.ts";

/** One segment as the platform tells keys apart. */
export function normalizeSegment(kind: Kind, segment: string): string {
  return kind.resource.normalizeKey?.(segment) ?? segment;
}

/** A kind and its parents, outermost first: one for each segment of a key. */
export function lineage(kind: Kind): readonly Kind[] {
  return kind.parent ? [...lineage(kind.parent), kind] : [kind];
}

/** The text that a whole key is compared by. Segments beyond the kind's depth stay as they are. */
export function normalizedKeyText(kind: Kind, key: Key): string {
  const levels = lineage(kind);
  return formatKey(
    key.map((segment, depth) => {
      const level = levels[depth];
      return level ? normalizeSegment(level, segment) : segment;
    }),
  );
}
