/**
 * Offsets in a text to lines and columns, as editors count them.
 *
 * LF, CR LF and a lone CR are each one line end (YAML 1.2.2 section 5.4). Columns count UTF-16 code
 * units, as the Language Server Protocol does.
 */
import type { Position } from "./types.ts";

const LF = 10;
const CR = 13;

/** @returns the offset at which each line starts; the first is 0. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let offset = 0; offset < text.length; offset++) {
    const code = text.charCodeAt(offset);
    if (code === CR && text.charCodeAt(offset + 1) === LF) continue;
    if (code === LF || code === CR) starts.push(offset + 1);
  }
  return starts;
}

/** @returns the line (from 0) that holds an offset. */
export function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** @returns the position of an offset, lines and columns from 1. */
export function positionAt(starts: readonly number[], offset: number): Position {
  const line = lineOf(starts, offset);
  return { line: line + 1, column: offset - (starts[line] as number) + 1 };
}

/** @returns the extent of a line (from 0) without its line end. */
export function lineExtent(text: string, starts: readonly number[], line: number): { start: number; end: number } {
  const start = starts[line] ?? text.length;
  let end = starts[line + 1] ?? text.length;
  while (end > start && (text.charCodeAt(end - 1) === LF || text.charCodeAt(end - 1) === CR)) end--;
  return { start, end };
}
