/**
 * The canonical form of one parsed YAML document: its nodes changed in place, then written.
 *
 * A map in which anchors or aliases stand keeps its order, since an alias must follow its anchor. A list or map
 * in brackets that goes over several lines becomes a block; one in a line stays one.
 */
import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import type { AnnotatedSchema } from "../../api/schema.ts";
import { writeYaml } from "../yaml-form.ts";
import { ownProperty, rankOf, renames } from "./order.ts";

/** @param text that the document was parsed from. @returns the document as it should be written. */
export function canonicalText(text: string, document: Document.Parsed, schema: AnnotatedSchema | undefined): string {
  const { contents } = document;
  hoistHead(document);
  arrange(contents, schema);
  const isOther = readOtherwise();
  visit(document, {
    Scalar(key, node) {
      const isMergeKey = key === "key" && node.value === "<<" && node.type === Scalar.PLAIN;
      if (!isMergeKey) quote(node, isOther);
    },
    Collection(_, node) {
      if (isCollection(node) && node.flow && isOverLines(text, node)) openUp(node);
    },
    Node: (_, node) => tidyComments(node as Node),
  });
  tidyComments(document);
  return writeYaml(document);
}

/** What stands before the first key of a document is about the document, whichever key comes first then. */
function hoistHead({ contents }: Document.Parsed): void {
  const first = isMap(contents) ? contents.items[0]?.key : undefined;
  if (!isMap(contents) || !isScalar(first) || !first.commentBefore) return;
  contents.commentBefore = [contents.commentBefore, first.commentBefore].filter(Boolean).join("\n");
  first.commentBefore = null;
}

/** Gives fields their present names and their order. */
function arrange(node: unknown, schema: AnnotatedSchema | undefined): void {
  if (isSeq(node)) for (const item of node.items) arrange(item, schema?.items);
  if (!isMap(node)) return;
  rename(node, schema);
  for (const pair of node.items) arrange(pair.value, ownProperty(schema, nameOf(pair)));
  if (schema?.properties && !hasAnchors(node)) sort(node, schema);
}

function nameOf({ key }: Pair): string {
  return isScalar(key) && typeof key.value === "string" ? key.value : "";
}

function rename({ items }: YAMLMap, schema: AnnotatedSchema | undefined): void {
  const now = renames(items.map(nameOf), schema);
  for (const pair of items) {
    const name = now.get(nameOf(pair));
    if (name !== undefined) (pair.key as Scalar).value = name;
  }
}

/** Whether anchors or aliases stand inside of a node; its own does not move. */
function hasAnchors(node: Node): boolean {
  let found = false;
  visit(node, {
    Node(key, inner) {
      if (key === null) return undefined;
      if (!isAlias(inner) && (inner as Node & { anchor?: string }).anchor === undefined) return undefined;
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function sort(map: YAMLMap, schema: AnnotatedSchema): void {
  const rank = rankOf(schema);
  const sorted = map.items.toSorted((a, b) => rank(nameOf(a)) - rank(nameOf(b)));
  if (sorted.every((pair, index) => pair === map.items[index])) return;
  map.items = sorted;
}

/** A list or a map that goes over several lines in its source. */
function isOverLines(text: string, { range }: Node): boolean {
  return range ? text.slice(range[0], range[1]).includes("\n") : false;
}

function openUp(node: Node): void {
  if (isCollection(node) && node.items.length > 0) node.flow = false;
}

/** Comments without blanks at the ends of their lines. */
function tidyComments(node: { comment?: string | null; commentBefore?: string | null }): void {
  if (node.comment) node.comment = node.comment.replaceAll(/[ \t]+$/gm, "");
  if (node.commentBefore) node.commentBefore = node.commentBefore.replaceAll(/[ \t]+$/gm, "");
}

/** Whether a reader of YAML 1.1 takes a plain word for anything but the string; `=` is its default key. */
function readOtherwise(): (text: string) => boolean {
  const { tags } = new Document(null, { version: "1.1" }).schema;
  const tests = tags.flatMap((tag) => ("test" in tag && tag.default && tag.test ? [tag.test] : []));
  return (text) => text === "=" || tests.some((test) => test.test(text));
}

function quote(node: Scalar, isOther: (text: string) => boolean): void {
  if (typeof node.value === "number" || typeof node.value === "bigint") {
    if (node.format === "OCT") delete node.format; // `0o17` is a word to YAML 1.1
    return;
  }
  if (typeof node.value !== "string") return;
  const isPlain = node.type === Scalar.PLAIN || node.type === undefined;
  const single = node.type === Scalar.QUOTE_SINGLE && !/["\\\p{Cc}]/u.test(node.value);
  if (single || (isPlain && isOther(node.value))) node.type = Scalar.QUOTE_DOUBLE;
}
