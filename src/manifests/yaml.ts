/**
 * YAML text to documents: values at once, positions when somebody asks.
 *
 * One parser gives both (js-yaml's events carry offsets). Building the values allocates nothing per
 * position; for a position the text is parsed once more, and only the last text's result is kept,
 * so that ten thousand manifests cost their texts and values and no more.
 */
import { type Event, parseEvents, YAMLException } from "js-yaml";
import { compose, MAX_DEPTH } from "./compose.ts";
import { lineStarts, positionAt } from "./line-starts.ts";
import { type PlacedNode, positionTree } from "./position-tree.ts";
import { type Fault, syntaxFault } from "./syntax-faults.ts";
import type { DocumentPath, Position } from "./types.ts";

/** Keeps what was worked out for the text that was asked about last. */
export class PositionCache {
  private source: YamlText | undefined;
  private document = -1;
  private tree: PlacedNode | undefined;
  private starts: readonly number[] = [];
  private events: readonly Event[] = [];

  /** @returns where each line of a text starts. */
  lines(source: YamlText): readonly number[] {
    this.turnTo(source);
    return this.starts;
  }

  /** @returns the tree of a document that was parsed without a fault of syntax. */
  positions(source: YamlText, document: number): PlacedNode {
    this.turnTo(source);
    if (this.events.length === 0) this.events = parseEvents(source.text, { maxDepth: MAX_DEPTH });
    if (!this.tree || this.document !== document) {
      this.document = document;
      this.tree = positionTree(source.text, this.events, document);
    }
    return this.tree;
  }

  private turnTo(source: YamlText): void {
    if (this.source === source) return;
    this.source = source;
    this.document = -1;
    this.tree = undefined;
    this.events = [];
    this.starts = lineStarts(source.text);
  }
}

/** A text with the means to find positions in it. */
export class YamlText {
  readonly text: string;
  private readonly cache: PositionCache;

  constructor(text: string, cache: PositionCache) {
    this.text = text;
    this.cache = cache;
  }

  /** @returns the position of an offset. */
  position(offset: number): Position {
    return positionAt(this.lines(), offset);
  }

  /** @returns where each line starts. */
  lines(): readonly number[] {
    return this.cache.lines(this);
  }

  /** @returns where the values of the document stand whose event has this index. */
  tree(document: number): PlacedNode {
    return this.cache.positions(this, document);
  }
}

/** One document of a text. */
export class YamlDocument {
  readonly value: unknown;
  /** What is wrong with it as YAML; the value is then not to be used. */
  readonly faults: readonly Fault[];
  readonly source: YamlText;
  private readonly event: number;

  constructor(source: YamlText, event: number, value: unknown, faults: readonly Fault[]) {
    this.source = source;
    this.event = event;
    this.value = value;
    this.faults = faults;
  }

  /** @returns the tree of positions. */
  tree(): PlacedNode {
    return this.source.tree(this.event);
  }

  /** @returns where a value stands; for a path that does not exist, its nearest existing parent. */
  locate(path: DocumentPath): Position {
    return this.source.position(this.nearest(path).offset);
  }

  /** @returns where the key of a value stands; where there is none, as {@link locate}. */
  locateKey(path: DocumentPath): Position {
    const node = this.nearest(path);
    return this.source.position(node.key === -1 ? node.offset : node.key);
  }

  /** @returns a plain (unquoted) scalar as it was typed; undefined for anything else. */
  typed(path: DocumentPath): string | undefined {
    const node = this.find(path);
    return node?.plain;
  }

  /** @returns where the text of a value's key ends. */
  keyEnd(path: DocumentPath): number | undefined {
    const node = this.find(path);
    return node && node.key !== -1 ? node.keyEnd : undefined;
  }

  private find(path: DocumentPath): PlacedNode | undefined {
    let node: PlacedNode | undefined = this.tree();
    for (const segment of path) node = node?.children?.get(segment);
    return node;
  }

  private nearest(path: DocumentPath): PlacedNode {
    let node = this.tree();
    for (const segment of path) {
      const child = node.children?.get(segment);
      if (!child) break;
      node = child;
    }
    return node;
  }
}

/** What a text turned out to be. */
export interface ParsedText {
  source: YamlText;
  documents: readonly YamlDocument[];
  /** Why the text is no YAML at all; there are no documents then. */
  fault?: Fault;
}

/**
 * Parses a text.
 *
 * @param cache shared by the texts of one run. @returns documents, or the one fault of syntax.
 */
export function parseYaml(input: string, cache: PositionCache = new PositionCache()): ParsedText {
  const text = withoutByteOrderMarks(input);
  const source = new YamlText(text, cache);
  let events: Event[];
  try {
    events = parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { source, documents: [], fault: syntaxFault(text, error.reason, error.mark?.position ?? 0) };
  }
  const documents = compose(text, events).map(
    ({ event, value, faults }) => new YamlDocument(source, event, value, faults),
  );
  return { source, documents };
}

/**
 * A byte order mark has no place in a line's columns. It comes before the file, and before a later
 * document where files were put together; the parser takes one that follows `---` for a value's.
 */
function withoutByteOrderMarks(text: string): string {
  return text.includes("\uFEFF") ? text.replaceAll(/^\uFEFF+/gm, "") : text;
}
