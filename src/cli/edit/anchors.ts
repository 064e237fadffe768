/**
 * Anchors whose own place changes: each moves to its first alias, with the value that it had.
 *
 * So a change of the place where a value is written never reaches those who only use it.
 */
import type { Document, Node } from "yaml";
import { anchorsOf, endOf, rangeOf } from "./nodes.ts";
import { inline } from "./render.ts";
import type { Splice } from "./splices.ts";

/** As the `yaml` package counts what aliases add; the reader of manifests has a limit of its own. */
const NO_LIMIT = -1;

/**
 * @param touched for each change the nodes from the document down to what changes.
 * @param others what is changed already: an alias in there is gone.
 */
export function movedAnchors(
  text: string,
  document: Document,
  touched: readonly (readonly Node[])[],
  others: readonly Splice[],
): Splice[] {
  const nodes = new Set(touched.flat());
  const gone = (node: Node) =>
    others.some(({ start, end }) => start < end && start <= rangeOf(node).start && endOf(text, node) <= end);
  return anchorsOf(document.contents as Node).flatMap(({ node, anchor, aliases }) => {
    const [first] = aliases.filter((alias) => !gone(alias));
    if (!first || !(nodes.has(node) || gone(node))) return [];
    const value = inline(node.toJS(document, { maxAliasCount: NO_LIMIT }), { json: false, eol: "\n" });
    const moved = { ...rangeOf(first), text: `&${anchor} ${value}` };
    return [...withoutAnchor(text, node, anchor, others), moved];
  });
}

function withoutAnchor(text: string, node: Node, anchor: string, others: readonly Splice[]): Splice[] {
  const { start } = rangeOf(node);
  const at = text.lastIndexOf(`&${anchor}`, start);
  if (others.some((splice) => splice.start <= at && at < splice.end)) return [];
  let end = at + anchor.length + 1;
  if (text[end] === " ") {
    while (text[end] === " ") end++;
    return [{ start: at, end, text: "" }];
  }
  let begin = at;
  while (text[begin - 1] === " ") begin--;
  return [{ start: begin, end, text: "" }];
}
