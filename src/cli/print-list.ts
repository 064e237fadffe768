/** What commands that list things print. */
import type { Output, StructuredFormat } from "./output.ts";
import { type Column, renderTable } from "./render-table.ts";

export interface Listing<T> {
  /** A row as programs get it. */
  data(row: T): unknown;
  columns: readonly Column<T>[];
  /** Said where there is no row. */
  none: string;
  /** The last column, which is long, stands below its row where it finds no room beside it. */
  lastBelow?: boolean;
}

/** Prints data for programs; for people a table whose last column is never cut, or a note. */
export async function printList<T>(
  output: Output,
  format: "text" | StructuredFormat,
  rows: readonly T[],
  { data, columns, none, lastBelow = false }: Listing<T>,
): Promise<void> {
  if (format !== "text") await output.data({ items: rows.map(data) }, format);
  else if (rows.length === 0) output.note(none);
  else
    output.print(renderTable(rows, columns, { width: output.width, paint: output.paint, wrapLast: true, lastBelow }));
}
