/** Changes of one map or list as changes of text that leave all else of it as it is. */
import { isCollection, type Node, type Pair, type YAMLMap, type YAMLSeq } from "yaml";
import {
  afterEmptyLines,
  colonEnd,
  columnOf,
  dashOf,
  endOf,
  isAbsent,
  isBlock,
  keepsEmptyLines,
  lastOf,
  lineAfter,
  lineStart,
  rangeOf,
} from "./nodes.ts";
import { at, inline, isOpen, itemLines, lines, pairLines, type Surrounding } from "./render.ts";
import type { Splice } from "./splices.ts";

/** A text around a collection that is changed. */
export interface Context extends Surrounding {
  text: string;
  /** The collection stands in braces or brackets, its own or those around it. */
  flow: boolean;
}

/** Gives a pair that is written in a map another value. */
export function replaceValue(pair: Pair, value: unknown, context: Context): Splice {
  const { text } = context;
  const node = pair.value as Node | null;
  const after = colonEnd(text, pair);
  if (isAbsent(node) || node === null) return { start: after, end: after, text: ` ${inline(value, context)}` };
  const { start } = rangeOf(node);
  const end = endOf(text, node);
  const open = !context.flow && isOpen(value);
  if (!open) return { start: isBlock(node) ? after : start, end, text: lead(node) + inline(value, context) };
  const column = isBlock(node) ? columnOf(text, start) : columnOf(text, rangeOf(pair.key as Node).start) + 2;
  const block = at(column, lines(value), context);
  if (isBlock(node)) return { start, end, text: block };
  return { start: after, end, text: context.eol + " ".repeat(column) + block };
}

function lead(node: Node): string {
  return isBlock(node) ? " " : "";
}

/** Adds a pair to a map. */
export function addPair(map: YAMLMap, key: string | number, value: unknown, context: Context): Splice {
  const { text, eol } = context;
  const { start, end } = rangeOf(map);
  const last = map.items.at(-1);
  if (context.flow) {
    const written = `${inline(String(key), context)}: ${inline(value, context)}`;
    if (!last) return { start, end, text: context.json ? `{${written}}` : `{ ${written} }` };
    const place = endOf(text, lastOf(last));
    return { start: place, end: place, text: `, ${written}` };
  }
  const first = map.items[0] as Pair;
  const { start: top } = rangeOf(first.key as Node);
  const column = columnOf(text, top);
  const written = at(column, pairLines(key, value, context), context);
  const before = isOpen(value) ? last : map.items.findLast((pair) => !isBlock(pair.value));
  if (!before) return { start: top, end: top, text: written + eol + " ".repeat(column) };
  return insertLine(lineAfter(text, lastOf(before)), " ".repeat(column) + written, eol);
}

function insertLine({ at: place, fresh }: { at: number; fresh: boolean }, line: string, eol: string): Splice {
  return { start: place, end: place, text: fresh ? line + eol : eol + line };
}

/** Takes a pair out of a map that has others. */
export function removePair(map: YAMLMap, pair: Pair, context: Context): Splice {
  const { text } = context;
  const index = map.items.indexOf(pair);
  const next = map.items[index + 1];
  const { start } = rangeOf(pair.key as Node);
  if (context.flow) return cut(startsOf(map.items), endsOf(map.items, text), index, index);
  if (index === 0 && next) return { start, end: rangeOf(next.key as Node).start, text: "" };
  const before = map.items[index - 1];
  return wholeLines(text, start, lastOf(pair), before && lastOf(before));
}

function startsOf(pairs: readonly Pair[]): number[] {
  return pairs.map(({ key }) => rangeOf(key as Node).start);
}

function endsOf(pairs: readonly Pair[], text: string): number[] {
  return pairs.map((pair) => endOf(text, lastOf(pair)));
}

/** What to cut so that items of a line between commas go. */
function cut(starts: readonly number[], ends: readonly number[], from: number, to: number): Splice {
  const next = starts[to + 1];
  if (next !== undefined) return { start: starts[from] as number, end: next, text: "" };
  return { start: ends[from - 1] as number, end: ends[to] as number, text: "" };
}

/** @param before what the text goes on from when these lines are gone. */
function wholeLines(text: string, start: number, last: Node, before: Node | undefined): Splice {
  const { at: end } = lineAfter(text, last);
  // A block that keeps the empty lines at its end would take in those that follow.
  const stop = before && keepsEmptyLines(text, before) ? afterEmptyLines(text, end) : end;
  return { start: lineStart(text, start), end: stop, text: "" };
}

/** What becomes of a list. */
export interface ListChange {
  removed: ReadonlySet<number>;
  added: readonly unknown[];
}

/**
 * Changes a list that keeps some of its elements, or one in brackets.
 *
 * @returns undefined for a block that would lose all: it has to be written anew.
 */
export function changeList(list: YAMLSeq, change: ListChange, context: Context): Splice[] | undefined {
  const kept = list.items.filter((_, index) => !change.removed.has(index)) as Node[];
  if (kept.length === 0) return undefined;
  return context.flow ? changeFlow(list, kept, change, context) : changeBlock(list, kept, change, context);
}

function changeFlow(list: YAMLSeq, kept: readonly Node[], { removed, added }: ListChange, context: Context): Splice[] {
  const { text } = context;
  const items = list.items as Node[];
  const starts = items.map((item) => rangeOf(item).start);
  const ends = items.map((item) => endOf(text, item));
  const splices = runs(removed).map(([from, to]) => cut(starts, ends, from, to));
  const place = endOf(text, kept.at(-1) as Node);
  const written = added.map((value) => `, ${inline(value, context)}`).join("");
  if (written !== "") splices.unshift({ start: place, end: place, text: written });
  return splices;
}

/** Positions that follow each other, as first and last. */
function runs(positions: ReadonlySet<number>): [number, number][] {
  const found: [number, number][] = [];
  for (const position of [...positions].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && last[1] === position - 1) last[1] = position;
    else found.push([position, position]);
  }
  return found;
}

function changeBlock(list: YAMLSeq, kept: readonly Node[], { removed, added }: ListChange, context: Context): Splice[] {
  const { text, eol } = context;
  const splices = [...removed].map((index) => {
    const item = list.items[index] as Node;
    const dash = dashOf(list, index);
    const before = list.items.findLast((_, other) => other < index && !removed.has(other)) as Node | undefined;
    const line = wholeLines(text, dash, item, before);
    // The first of a list that begins in its parent's line leaves its place to the second.
    return text.slice(line.start, dash).trim() === "" ? line : { start: dash, end: dashOf(list, index + 1), text: "" };
  });
  if (added.length === 0) return splices;
  const column = columnOf(text, dashOf(list, 0));
  const written = added.map((value) => " ".repeat(column) + at(column, itemLines(value), context)).join(eol);
  return [insertLine(lineAfter(text, kept.at(-1) as Node), written, eol), ...splices];
}

/** Puts another value in the place of an element. */
export function replaceItem(list: YAMLSeq, index: number, value: unknown, context: Context): Splice {
  const node = list.items[index] as Node;
  const { start } = rangeOf(node);
  const end = endOf(context.text, node);
  if (context.flow) return { start, end, text: inline(value, context) };
  const dash = dashOf(list, index);
  return { start: dash, end, text: at(columnOf(context.text, dash), itemLines(value), context) };
}

/** Whether a collection is written in braces or brackets and holds nothing. */
export function isEmpty(node: unknown): boolean {
  return isCollection(node) && node.items.length === 0;
}
