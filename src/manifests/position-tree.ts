/**
 * Where each value of a document was written.
 *
 * Built from the parser's events only when somebody asks for a position. A node that came through
 * an alias is the anchored node; children that came through a merge key are the merged map's.
 */
import { EVENT_ID, type Event, SCALAR_STYLE, type ScalarEvent } from "js-yaml";
import { eventStart, isMergeKey, scalarValue } from "./compose.ts";

export interface PlacedNode {
  /** Where the value starts; for an empty one, where its key or its dash does. */
  offset: number;
  /** Where a scalar's or an alias's text ends, the closing quote included; the offset for lists and maps. */
  end: number;
  /** Where the key starts; -1 without one. */
  key: number;
  keyEnd: number;
  /** The scalar's text as typed, when it is plain; empty for an empty value. */
  plain: string | undefined;
  /** By property name, or by position in a list. */
  children: Map<string | number, PlacedNode> | undefined;
  /** Where the alias that led here was written: start and end. */
  alias?: { offset: number; end: number };
}

/** @returns the tree of the document whose event has this index. */
export function positionTree(text: string, events: readonly Event[], document: number): PlacedNode {
  return new Builder(text, events, document + 1).build();
}

class Builder {
  private readonly text: string;
  private readonly events: readonly Event[];
  private index: number;
  /** Where the last token ended: what is empty or a block scalar is looked for from there. */
  private cursor = 0;
  private readonly anchors = new Map<string, PlacedNode>();

  constructor(text: string, events: readonly Event[], index: number) {
    this.text = text;
    this.events = events;
    this.index = index;
  }

  build(): PlacedNode {
    return this.node(this.text.search(/\S|$/));
  }

  /** @param fallback where an empty value is said to stand. */
  private node(fallback: number): PlacedNode {
    const event = this.events[this.index++] as Event;
    if (event.type === EVENT_ID.SCALAR) return this.scalar(event, fallback);
    if (event.type === EVENT_ID.ALIAS) return this.alias(event.anchorStart, event.anchorEnd, fallback);
    if (event.type !== EVENT_ID.MAPPING && event.type !== EVENT_ID.SEQUENCE) return placed(fallback, fallback);
    const node = placed(event.start, event.start);
    node.children = new Map();
    if (event.anchorStart !== -1) this.anchors.set(this.text.slice(event.anchorStart, event.anchorEnd), node);
    this.cursor = event.start;
    if (event.type === EVENT_ID.MAPPING) this.mapping(node.children);
    else this.sequence(node.children);
    return node;
  }

  private scalar(event: ScalarEvent, fallback: number): PlacedNode {
    const node = placed(fallback, fallback);
    this.cursor = Math.max(this.cursor, event.anchorEnd, event.tagEnd);
    if (event.valueStart === -1) {
      node.plain = "";
    } else {
      node.offset = isBlock(event) ? this.blockHeader(event.valueStart) : (eventStart(event) ?? fallback);
      node.end = event.valueEnd + (isQuoted(event) ? 1 : 0);
      if (event.style === SCALAR_STYLE.PLAIN) node.plain = this.text.slice(event.valueStart, event.valueEnd);
      this.cursor = node.end;
    }
    if (event.anchorStart !== -1) this.anchors.set(this.text.slice(event.anchorStart, event.anchorEnd), node);
    return node;
  }

  private alias(from: number, to: number, fallback: number): PlacedNode {
    this.cursor = to;
    const target = this.anchors.get(this.text.slice(from, to)) ?? placed(fallback, fallback);
    return { ...target, key: -1, keyEnd: -1, alias: { offset: from - 1, end: to } };
  }

  private sequence(children: Map<string | number, PlacedNode>): void {
    for (let position = 0; this.events[this.index]?.type !== EVENT_ID.POP; position++) {
      const event = this.events[this.index];
      const empty = event?.type === EVENT_ID.SCALAR && event.valueStart === -1;
      const dash = empty ? this.nextDash() : this.cursor;
      children.set(position, this.node(dash));
      if (empty) this.cursor = Math.max(this.cursor, dash + 1);
    }
    this.index++;
  }

  private mapping(children: Map<string | number, PlacedNode>): void {
    const merges: PlacedNode[] = [];
    for (let event = this.events[this.index]; event && event.type !== EVENT_ID.POP; event = this.events[this.index]) {
      const merge = isMergeKey(this.text, event);
      const name = event.type === EVENT_ID.SCALAR ? scalarValue(this.text, event) : undefined;
      const key = this.node(this.cursor);
      const value = this.node(key.offset);
      value.key = key.offset;
      value.keyEnd = key.end;
      if (merge) merges.push(value);
      else if (typeof name === "string" && !children.has(name)) children.set(name, value);
    }
    this.index++;
    for (const merge of merges) addMerged(children, merge);
  }

  /** A block scalar's `|` or `>`, on the line before its text. */
  private blockHeader(valueStart: number): number {
    const header = this.text.slice(this.cursor, valueStart);
    const at = header.search(/[|>][-+0-9]*[ \t]*(#[^\r\n]*)?(\r\n?|\n|$)/);
    return at < 0 ? valueStart : this.cursor + at;
  }

  /** The dash of the next item of a block list: only brackets, quotes, blanks and comments may stand before it. */
  private nextDash(): number {
    const pattern = /#[^\r\n]*|-(?=\s|$)/g;
    pattern.lastIndex = this.cursor;
    for (let match = pattern.exec(this.text); match; match = pattern.exec(this.text)) {
      if (match[0] === "-") return match.index;
    }
    return this.cursor;
  }
}

function placed(offset: number, end: number): PlacedNode {
  return { offset, end, key: -1, keyEnd: -1, plain: undefined, children: undefined };
}

function addMerged(children: Map<string | number, PlacedNode>, merge: PlacedNode): void {
  for (const [name, node] of merge.children ?? []) {
    if (typeof name === "number") addMerged(children, node);
    else if (!children.has(name)) children.set(name, node);
  }
}

function isBlock(event: ScalarEvent): boolean {
  return event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
}

function isQuoted(event: ScalarEvent): boolean {
  return event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
}
