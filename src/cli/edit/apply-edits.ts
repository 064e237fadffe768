/**
 * Changes to a document's data made in its text, so that comments, empty lines, order, quotes and all else that
 * nobody changed stay byte for byte.
 *
 * What an alias or a merge key brings is overridden where it is used; an anchor whose own place is changed
 * moves to its first alias with its former value. The result is read again by the reader of manifests and
 * compared with what it should be: a text that is written in a way that nobody foresaw is refused, not guessed.
 */
import { isDeepStrictEqual } from "node:util";
import { type Document, isAlias, isMap, isSeq, type Node, type Pair, parseAllDocuments, type YAMLSeq } from "yaml";
import { type DocumentEdit, editedValue, valueAt } from "../../manifests/document-edit.ts";
import type { DocumentPath } from "../../manifests/types.ts";
import { parseYaml } from "../../manifests/yaml.ts";
import { movedAnchors } from "./anchors.ts";
import {
  addPair,
  type Context,
  changeList,
  isEmpty,
  type ListChange,
  removePair,
  replaceItem,
  replaceValue,
} from "./collections.ts";
import { type Collection, colonEnd, columnOf, isAbsent, ownPair, rangeOf } from "./nodes.ts";
import { at, isOpen, lines, type Surrounding } from "./render.ts";
import { type Splice, spliced } from "./splices.ts";

/** The text cannot be changed as asked without changing what else it says. */
export class UneditableText extends Error {
  override readonly name = "UneditableText";
}

const MARK = "\uFEFF";

/**
 * @param text of a whole file; a leading byte order mark and the kind of its line ends stay.
 * @param document which of its documents, from 0.
 * @throws UneditableText
 */
export function applyEdits(text: string, document: number, edits: readonly DocumentEdit[], json: boolean): string {
  if (edits.length === 0) return text;
  const mark = text.startsWith(MARK) ? MARK : "";
  const plain = text.slice(mark.length);
  const before = parseYaml(plain).documents.map(({ value }) => value);
  const expected = before.with(document, editedValue(before[document], edits));
  const around: Surrounding = { json, eol: /\r?\n/.exec(plain)?.[0] ?? "\n" };
  const edited = attempt(plain, document, edits, expected[document], around);
  const { documents, fault } = parseYaml(edited);
  const after = documents.map(({ value }) => value);
  const sound = fault === undefined && documents.every(({ faults }) => faults.length === 0);
  if (!sound || !isDeepStrictEqual(plainData(after), plainData(expected))) {
    throw new UneditableText("Its text is written in a way that cannot be changed safely.");
  }
  return mark + edited;
}

function plainData(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function attempt(
  text: string,
  index: number,
  edits: readonly DocumentEdit[],
  expected: unknown,
  around: Surrounding,
): string {
  const parsed = parseAllDocuments(text, { keepSourceTokens: true, merge: true, uniqueKeys: false });
  const document = Array.isArray(parsed) ? (parsed[index] as Document.Parsed | undefined) : undefined;
  if (!document?.contents) throw new UneditableText("The document is not where it was expected.");
  const root = document.contents as Node;
  const sites = distinct(edits.map((edit) => siteOf(root, edit, expected)));
  const splices = sites.flatMap((site) => {
    const depth = site.path.length + (site.change.do === "list" ? 1 : 0); // an element is inside of its list
    return splicesOf(text, site, around).map((splice) => ({ ...splice, depth }));
  });
  try {
    return spliced(text, [
      ...splices,
      ...movedAnchors(
        text,
        document,
        sites.map(({ touched }) => touched),
        splices,
      ),
    ]);
  } catch (cause) {
    throw new UneditableText("Two changes meet in one place.", { cause });
  }
}

/** What happens to one place of the text. */
interface Site {
  path: DocumentPath;
  /** The nodes from the document down to the one that changes. */
  touched: readonly Node[];
  container: Collection;
  flow: boolean;
  name: string | number;
  pair: Pair | undefined;
  change: { do: "set"; value: unknown } | { do: "remove" } | ({ do: "list"; value: unknown } & ListChange);
}

/**
 * Goes down as far as the text itself goes: beyond an alias, what a merge key brings, or empty braces, the place
 * is written whole, as it should read in the end.
 */
function siteOf(root: Node, edit: DocumentEdit, expected: unknown): Site {
  const touched: Node[] = [root];
  let here: unknown = root;
  let flow = false;
  for (const [depth, name] of edit.path.entries()) {
    if (!isMap(here) && !isSeq(here)) throw new UneditableText("A path leads through what is no map and no list.");
    flow ||= here.flow === true;
    const pair = isMap(here) ? ownPair(here, name) : undefined;
    const next = isMap(here) ? pair?.value : here.items[name as number];
    const path = edit.path.slice(0, depth + 1);
    const last = depth === edit.path.length - 1;
    const isWhole = (!isMap(next) && !isSeq(next)) || isEmpty(next);
    if (isNode(next)) touched.push(next);
    if (last || isWhole) {
      const change = last ? changeOf(edit, next, expected) : { do: "set" as const, value: valueAt(expected, path) };
      return { path, touched, container: here, flow, name, pair, change };
    }
    here = next;
  }
  throw new UneditableText("A change of the whole document.");
}

function isNode(node: unknown): node is Node {
  return typeof node === "object" && node !== null;
}

function changeOf(edit: DocumentEdit, node: unknown, expected: unknown): Site["change"] {
  const value = valueAt(expected, edit.path);
  if (edit.do === "remove") return { do: "remove" };
  if (edit.do === "set" || !isSeq(node)) return { do: "set", value };
  return { do: "list", value, removed: new Set(edit.removed), added: edit.added };
}

/** Several changes beyond one alias are one. */
function distinct(sites: readonly Site[]): Site[] {
  const byPath = new Map(sites.map((site) => [JSON.stringify(site.path), site]));
  return [...byPath.values()];
}

function splicesOf(
  text: string,
  { container, flow, name, pair, change, touched }: Site,
  around: Surrounding,
): Splice[] {
  const context: Context = { ...around, text, flow };
  const node = touched.at(-1) as Node;
  if (isSeq(container)) {
    if (change.do !== "set") throw new UneditableText("A list in a list.");
    return [replaceItem(container, name as number, change.value, context)];
  }
  if (change.do === "remove") return pair ? [removed(container, pair, context)] : [];
  if (!pair) return [addPair(container, name, change.value, context)];
  if (change.do === "list" && !isAlias(node)) {
    const list = node as YAMLSeq;
    const splices = changeList(list, change, { ...context, flow: flow || list.flow === true });
    if (splices) return splices;
  }
  if (!flow && isEmpty(pair.value) && isOpen(change.value)) return [opened(pair, change.value, context)];
  return [replaceValue(pair, change.value, context)];
}

function removed(container: Collection, pair: Pair, context: Context): Splice {
  if (!isMap(container) || container.items.length === 1) throw new UneditableText("A map would be left empty.");
  return removePair(container, pair, context);
}

/** Writes a block in the place of empty braces or brackets. */
function opened(pair: Pair, value: unknown, context: Context): Splice {
  const { text, eol } = context;
  const column = columnOf(text, rangeOf(pair.key as Node).start) + 2;
  const start = colonEnd(text, pair);
  const end = isAbsent(pair.value) ? start : rangeOf(pair.value as Node).end;
  return { start, end, text: eol + " ".repeat(column) + at(column, lines(value), context) };
}
