/** Where things of a parsed document stand in its text: the `yaml` package's nodes, read by offset. */
import {
  type Alias,
  type CST,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

export type Collection = YAMLMap | YAMLSeq;

/** Where a node's own text begins and ends, without an anchor before it. */
export function rangeOf(node: Node): { start: number; end: number } {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

/** The node that a pair ends with. */
export function lastOf({ key, value }: Pair): Node {
  return (value ?? key) as Node;
}

/** The innermost node that a node ends with. */
function lastLeaf(node: Node): Node {
  if (!isCollection(node) || node.flow || node.items.length === 0) return node;
  const last = node.items.at(-1);
  return lastLeaf(isMap(node) ? lastOf(last as Pair) : (last as Node));
}

/** Where the text of a node ends, without what follows a block: comments and empty lines. */
export function endOf(text: string, node: Node): number {
  const leaf = lastLeaf(node);
  const { start, end } = rangeOf(leaf);
  return isBlockScalar(leaf) ? start + text.slice(start, end).trimEnd().length : end;
}

/**
 * Where a line that follows a node is put in: where the line after the node's last begins, so that it is outside
 * of what goes when that last line does, or at the end of the text.
 *
 * @returns `fresh` when a line begins there.
 */
export function lineAfter(text: string, node: Node): { at: number; fresh: boolean } {
  const leaf = lastLeaf(node);
  const { end } = rangeOf(leaf);
  const at = isBlockScalar(leaf) ? end : nextLine(text, end);
  return { at, fresh: text[at - 1] === "\n" };
}

function nextLine(text: string, offset: number): number {
  const next = text.indexOf("\n", offset);
  return next === -1 ? text.length : next + 1;
}

/** Where the first line begins, from this one on, that holds something. */
export function afterEmptyLines(text: string, offset: number): number {
  return offset + (/^(?:[ \t]*\r?\n)*/.exec(text.slice(offset))?.[0].length ?? 0);
}

/** Whether a node ends with a block of text to which the empty lines after it belong. */
export function keepsEmptyLines(text: string, node: Node): boolean {
  const leaf = lastLeaf(node);
  return isBlockScalar(leaf) && /^[|>]\d?\+/.test(text.slice(rangeOf(leaf).start));
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Columns before an offset, from 0. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

export function isBlockScalar(node: unknown): boolean {
  return isScalar(node) && (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED);
}

/** A map or a list that is not written in braces or brackets. */
export function isBlock(node: unknown): node is Collection {
  return isCollection(node) && !node.flow && node.items.length > 0;
}

/** Nothing is written where the value would stand. */
export function isAbsent(node: unknown): boolean {
  return node === null || (isScalar(node) && node.range !== undefined && node.range?.[0] === node.range?.[1]);
}

/** The pair of a map with this key, as it is written in that map. */
export function ownPair(map: YAMLMap, key: string | number): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key && !isMerge(pair));
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && key.value === "<<" && key.type === Scalar.PLAIN;
}

/** Where the mark of an item of a block list stands. */
export function dashOf(list: YAMLSeq, index: number): number {
  const token = list.srcToken as CST.BlockSequence | undefined;
  const mark = token?.items[index]?.start.find(({ type }) => type === "seq-item-ind");
  if (!mark) throw new Error("A list without marks.");
  return mark.offset;
}

/** Where the text of a pair's key ends, with its colon. */
export function colonEnd(text: string, { key }: Pair): number {
  const { end } = rangeOf(key as Node);
  return text.indexOf(":", end) + 1;
}

/** Each node with an anchor, and the aliases that lead to it, in the order of the text. */
export function anchorsOf(root: Node): { node: Node; anchor: string; aliases: Alias[] }[] {
  const found: { node: Node; anchor: string; aliases: Alias[] }[] = [];
  const visit = (node: unknown): void => {
    if (isAlias(node)) found.findLast(({ anchor }) => anchor === node.source)?.aliases.push(node);
    else if (isScalar(node) || isCollection(node)) {
      if (node.anchor !== undefined) found.push({ node, anchor: node.anchor, aliases: [] });
      if (isSeq(node)) for (const item of node.items) visit(item);
      if (isMap(node)) {
        for (const pair of node.items) {
          visit(pair.key);
          visit(pair.value);
        }
      }
    }
  };
  visit(root);
  return found;
}
