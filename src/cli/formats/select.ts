/**
 * What stays where a reader takes only so much: removals first, then the worst.
 *
 * A removal is the last thing to be left out, even before an error: an error stops things, and what is gone
 * stays gone.
 */
import { count } from "../plain-text.ts";
import { type Finding, type Level, levels } from "./finding.ts";

export interface Limit {
  /** The most findings. */
  count: number;
  /** The most bytes that they may need together, as {@link size} tells. */
  bytes: number;
  size(finding: Finding): number;
}

export interface Selection {
  /** Worst first. */
  kept: Finding[];
  left: Finding[];
}

/** Sorts by what must not be lost, and keeps what fits. The order among equals stays. */
export function select(findings: readonly Finding[], limit: Limit): Selection {
  const sorted = findings.toSorted((a, b) => rank(a) - rank(b));
  let bytes = 0;
  let end = 0;
  for (; end < Math.min(sorted.length, limit.count); end++) {
    bytes += limit.size(sorted[end] as Finding);
    if (bytes > limit.bytes) break;
  }
  return { kept: sorted.slice(0, end), left: sorted.slice(end) };
}

/** What was left out, as a sentence; undefined when nothing was. @param why the limit, in words. */
export function cutText(left: readonly Finding[], why: string): string | undefined {
  if (left.length === 0) return undefined;
  const parts = levels.flatMap((level) => {
    const number = left.filter((finding) => finding.level === level).length;
    return number === 0 ? [] : [count(number, words[level][0], words[level][1])];
  });
  const removals = left.filter(({ removal }) => removal).length;
  const lost = removals === 0 ? "" : ` ${count(removals, "removal is", "removals are")} among them.`;
  return `Not listed: ${parts.join(", ")}. ${why}${lost} To see all: -o text or -o json.`;
}

function rank({ removal, level }: Finding): number {
  return removal ? 0 : 1 + levels.indexOf(level);
}

const words: Readonly<Record<Level, readonly [one: string, many: string]>> = {
  error: ["error", "errors"],
  warning: ["warning", "warnings"],
  note: ["note", "notes"],
  none: ["thing in which nothing is wrong", "things in which nothing is wrong"],
};
