/**
 * Many removals in little space: a line each, without links and fields, grouped by what they have in common.
 *
 * A comment must hold every delete. Where whole keys do not fit, what the keys of a group begin with is
 * written once, above them.
 */
import { count, visible } from "../plain-text.ts";
import { nameOf, wordOf } from "./lines.ts";
import type { Entry } from "./parts.ts";
import { code, codeBlock } from "./text.ts";

/** A beginning that is shorter is not worth a line. */
const WORTH = 4;

/** @returns blocks of keys; `shared`: beginnings that several keys have stand above them. */
export function removalLists(entries: readonly Entry[], shared: boolean): string[] {
  const groups = Map.groupBy(entries, ({ integration, change }) =>
    JSON.stringify([nameOf(integration), change.action, change.reason, wordOf(change), change.kind]),
  );
  return [...groups.values()].flatMap((group) => {
    const keys = group.map(({ change }) => visible(change.key).toWellFormed());
    const lines = shared ? sharedLines(keys) : keys.map((key) => `-${key}`);
    return [headOf(group), "", ...codeBlock(lines, "diff"), ""];
  });
}

function headOf(group: readonly Entry[]): string {
  const [first] = group as [Entry, ...Entry[]];
  const { integration, change } = first;
  const held = change.action === "blocked" ? ` held back (${code(change.reason)})` : "";
  return `**${wordOf(change)}** ${count(group.length, "thing")} of ${code(change.kind)} in ${code(nameOf(integration))}${held}:`;
}

/** Keys below one parent, then what else their beginnings share. */
function sharedLines(keys: readonly string[]): string[] {
  const groups = Map.groupBy(keys, (key) => key.slice(0, key.lastIndexOf("/") + 1));
  return [...groups.values()].flatMap((group) => {
    const start = sharedStart(group);
    if (group.length < 2 || start.length < WORTH) return group.map((key) => `-${key}`);
    return [`  ${start}…`, ...group.map((key) => `-${key.slice(start.length)}`)];
  });
}

/** @returns the beginning that all have, not ending within a character. */
function sharedStart(keys: readonly string[]): string {
  const [first = "", ...others] = keys;
  let length = first.length;
  for (const key of others) {
    let same = 0;
    while (same < length && key[same] === first[same]) same++;
    length = same;
  }
  let start = "";
  for (const { segment } of new Intl.Segmenter("en").segment(first)) {
    if (start.length + segment.length > length) break;
    start += segment;
  }
  return start;
}
