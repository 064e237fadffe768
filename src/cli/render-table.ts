/**
 * Tables that fit the window: columns are as wide as what they hold; where that is too much, the
 * widest give way first and their cells are shortened, or go on in the next line. What is there to be copied
 * into the next command is never shortened: then the table is wider than the window.
 */
import stringWidth from "string-width";
import type { Paint, Style } from "./paint.ts";
import { pad, shorten, visible, wrap } from "./plain-text.ts";

export interface Column<T> {
  title: string;
  of(row: T): string;
  /** Is shortened last: half a moment is none. */
  whole?: boolean;
  /** Is never shortened: it is there to be copied. */
  copied?: boolean;
  /** How a cell looks. */
  style?(row: T): Style | undefined;
}

export interface TableOptions {
  width: number;
  paint: Paint;
  /** The last column goes on in the next line instead of being shortened. */
  wrapLast?: boolean;
  /** Where that would be a narrow column, what does not fit stands under its row, over the whole width. */
  lastBelow?: boolean;
}

const GAP = "  ";
/** A column is not squeezed below this. */
const LEAST = 8;
/** Sentences are read in columns of this width. */
const READABLE = 40;

/** @returns the table with a line of titles, each line ending in a line end; no lines for no rows. */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[], options: TableOptions): string {
  if (rows.length === 0) return "";
  const cells = rows.map((row) => columns.map((column) => visible(column.of(row))));
  const widths = fitted(
    columns.map(({ title }, index) =>
      Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[index] ?? ""))),
    ),
    options.width - GAP.length * (columns.length - 1),
    columns.map(({ whole, copied }) => (copied ? "always" : whole ? "rather" : "no")),
  );
  const line = (texts: readonly string[], style: (index: number) => Style | undefined): string =>
    texts
      .map((text, index) => {
        const last = index === texts.length - 1;
        const shown = shorten(text, widths[index] ?? 0);
        const filled = last ? shown : pad(shown, widths[index] ?? 0);
        const look = style(index);
        return look ? options.paint(look, filled) : filled;
      })
      .join(GAP)
      .trimEnd();
  const head = line(
    columns.map(({ title }) => title),
    () => "bold",
  );
  const below = options.lastBelow === true && (widths.at(-1) ?? 0) < READABLE;
  const linesOf = (texts: readonly string[], style: (index: number) => Style | undefined): string[] => {
    const width = widths.at(-1) ?? 0;
    const last = texts.at(-1) ?? "";
    if (below && stringWidth(last) > width) {
      return [line([...texts.slice(0, -1), ""], style), ...underneath(last, options.width)];
    }
    return (options.wrapLast ? wrapped(texts, width) : [texts]).map((part) => line(part, style));
  };
  const body = cells.flatMap((texts, at) => linesOf(texts, (index) => columns[index]?.style?.(rows[at] as T)));
  return `${[head, ...body].join("\n")}\n`;
}

/** @returns the row's lines: what does not fit its last cell stands below it. */
function wrapped(texts: readonly string[], width: number): string[][] {
  const before = texts.slice(0, -1);
  const pieces = wrap(texts.at(-1) ?? "", width).flatMap((piece) => broken(piece, width));
  return pieces.map((piece, index) => [...(index === 0 ? before : before.map(() => "")), piece]);
}

/** @returns a text in lines that are set in. */
function underneath(text: string, width: number): string[] {
  const inner = width - 2 * GAP.length;
  return wrap(text, inner)
    .flatMap((piece) => broken(piece, inner))
    .map((piece) => `${GAP}${GAP}${piece}`);
}

/** @returns a text that has no blanks to break it at, in pieces of at most so many columns. */
function broken(text: string, width: number): string[] {
  const pieces = [""];
  for (const { segment } of new Intl.Segmenter("en").segment(text)) {
    const longer = (pieces.at(-1) ?? "") + segment;
    if (stringWidth(longer) <= width) pieces[pieces.length - 1] = longer;
    else pieces.push(segment);
  }
  return pieces;
}

/** Whether a column is to stay as wide as it is. */
type Whole = "no" | "rather" | "always";

/** Takes columns off the widest until the sum fits; off those that should stay whole only when no other gives more. */
function fitted(widths: readonly number[], space: number, whole: readonly Whole[]): number[] {
  const columns = [...widths];
  const widest = (among: readonly Whole[]) =>
    Math.max(0, ...columns.filter((_, index) => among.includes(whole[index] ?? "no")));
  for (let over = columns.reduce((sum, width) => sum + width, 0) - space; over > 0; over--) {
    const giving: readonly Whole[] = widest(["no"]) > LEAST ? ["no"] : ["no", "rather"];
    const most = widest(giving);
    if (most <= LEAST) break;
    columns[columns.findIndex((width, index) => width === most && giving.includes(whole[index] ?? "no"))] = most - 1;
  }
  return columns;
}
