/** One field of a change as a line: before and after, or what came to a list and what went from it. */
import stringWidth from "string-width";
import type { FieldChange } from "../api/plan.ts";
import { SENSITIVE } from "../api/plan.ts";
import { inline, shorten } from "./plain-text.ts";

/** Of a long value, so many columns before the first difference stay. */
const CONTEXT = 8;
/** A value is not shortened below this. */
const LEAST = 12;

/** @returns the field's name as people write it: `branchProtection.enforce_admins`. */
export function fieldName(path: string): string {
  return path
    .slice(1)
    .split("/")
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}

/** @returns what becomes of the field, in at most so many columns. */
export function fieldText(field: FieldChange, width: number): string {
  const { before, after } = field;
  const pending = field.afterUnknown ? " (its id is not known yet)" : "";
  const space = width - pending.length;
  const lists = Array.isArray(before) && Array.isArray(after) ? listText(before, after, space) : undefined;
  return `${lists ?? pairText(field, space)}${pending}`;
}

function pairText({ before, after, cause }: FieldChange, width: number): string {
  if (after === SENSITIVE && cause === "unknown") return `${SENSITIVE} is written anew: the state key is another one`;
  if (after === SENSITIVE) return before === undefined ? SENSITIVE : `${SENSITIVE} changes`;
  const to = inline(after);
  if (before === undefined) return shorten(to, width);
  const from = inline(before);
  const space = Math.max(width - " -> ".length, 2 * LEAST);
  if (stringWidth(from) + stringWidth(to) <= space) return `${from} -> ${to}`;
  const skipped = withoutSameStart(from, to);
  const [left, right] = share(stringWidth(skipped.from), stringWidth(skipped.to), space);
  return `${shorten(skipped.from, left)} -> ${shorten(skipped.to, right)}`;
}

/** Leaves out a long beginning that both have. */
export function withoutSameStart(from: string, to: string): { from: string; to: string } {
  let same = 0;
  while (same < from.length && from[same] === to[same]) same++;
  const cut = same - CONTEXT;
  if (cut < LEAST) return { from, to };
  return { from: `…${from.slice(cut).toWellFormed()}`, to: `…${to.slice(cut).toWellFormed()}` };
}

/** Halves the space, unless one needs less than its half. */
function share(left: number, right: number, space: number): [number, number] {
  const half = Math.floor(space / 2);
  if (left <= half) return [left, space - left];
  if (right <= half) return [space - right, right];
  return [half, half];
}

/** @returns `+a -b`; undefined when the lists hold the same and only their order differs. */
function listText(before: readonly unknown[], after: readonly unknown[], width: number): string | undefined {
  const added = without(after, before).map((item) => `+${item}`);
  const removed = without(before, after).map((item) => `-${item}`);
  const parts = [...added, ...removed];
  if (parts.length === 0) return undefined;
  let text = "";
  for (const [index, part] of parts.entries()) {
    const longer = text === "" ? part : `${text} ${part}`;
    const rest = parts.length - index - 1;
    const tail = rest > 0 ? ` and ${rest} more` : "";
    if (text !== "" && stringWidth(longer) + tail.length > width) return `${text} and ${rest + 1} more`;
    text = longer;
  }
  return shorten(text, width);
}

/** The elements of one list that the other lacks, as often as it lacks them. */
function without(list: readonly unknown[], other: readonly unknown[]): string[] {
  const left = other.map(inline);
  return list.map(inline).filter((item) => {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
