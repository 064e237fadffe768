/** Changes of a text by offset, put together at the end. */

export interface Splice {
  start: number;
  end: number;
  text: string;
  /** How deep in the document it is: of what is put in at one place the innermost comes first. */
  depth?: number;
}

/** Two changes are about the same text: the document is written in a way that nobody foresaw. */
export class OverlappingEdits extends Error {
  override readonly name = "OverlappingEdits";
}

/** @returns the text with all changes made. @throws OverlappingEdits */
export function spliced(text: string, splices: readonly Splice[]): string {
  const inOrder = splices.toSorted((a, b) => a.start - b.start || a.end - b.end || depthOf(b) - depthOf(a));
  let result = "";
  let done = 0;
  for (const { start, end, text: inserted } of inOrder) {
    if (start < done) throw new OverlappingEdits("Two changes are about the same text.");
    result += text.slice(done, start) + inserted;
    done = end;
  }
  return result + text.slice(done);
}

function depthOf({ depth = 0 }: Splice): number {
  return depth;
}
