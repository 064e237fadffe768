/** What an entry leaves to people, out of what is written for it. */

import { escapeSegment } from "../api/key.ts";
import { isRecord } from "../connector-kit/compare.ts";
import type { Spec } from "../connector-kit/contract.ts";

/**
 * Takes ignored fields out of a spec that is about to be written. A field that is written as a whole would
 * carry an ignored part of it along, which the comparison has passed over.
 *
 * @param ignored JSON pointers, as in `lifecycle.ignoreFields`.
 */
export function withoutIgnored(spec: Spec, ignored: readonly string[] = [], below = ""): Spec {
  if (ignored.length === 0) return spec;
  const kept = Object.entries(spec).flatMap(([name, value]) => {
    const path = `${below}/${escapeSegment(name)}`;
    if (ignored.includes(path)) return [];
    return [[name, isRecord(value) ? withoutIgnored(value, ignored, path) : value]];
  });
  return Object.fromEntries(kept);
}
