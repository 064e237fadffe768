/**
 * Parser events to plain values.
 *
 * An alias is built anew from the events of its anchor, so that no two entries ever share an
 * object; what aliases add is counted, which also ends alias bombs. Keys such as `__proto__` become
 * own properties. Faults that leave the rest readable are collected, so that one run names them all.
 */
import {
  CORE_SCHEMA,
  type DocumentEvent,
  EVENT_ID,
  type Event,
  getScalarValue,
  SCALAR_STYLE,
  type ScalarEvent,
} from "js-yaml";
import { lineOf, lineStarts } from "./line-starts.ts";
import type { Fault } from "./syntax-faults.ts";

/** Values that aliases may add to a document; a bomb of nine levels of nine would add 400 million. */
export const MAX_ALIASED_VALUES = 100_000;
/** Nesting, aliases included: the parser's own limit without them. */
export const MAX_DEPTH = 100;

/** One document of a text. */
export interface Composed {
  value: unknown;
  faults: readonly Fault[];
  /** Index of the document's event. */
  event: number;
}

/** @returns each document of a text that was parsed into events. */
export function compose(text: string, events: readonly Event[]): Composed[] {
  const documents: Composed[] = [];
  let index = 0;
  while (index < events.length) {
    const composer = new Composer(text, events, index);
    documents.push({ value: composer.document(), faults: composer.faults, event: index });
    index = composer.end();
  }
  return documents;
}

interface Anchor {
  index: number;
  open: boolean;
}

/** Ends a document that cannot be built any further. */
class Unbuildable extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

class Composer {
  readonly faults: Fault[] = [];
  private readonly text: string;
  private readonly events: readonly Event[];
  private readonly first: number;
  private index: number;
  private depth = 0;
  private aliasDepth = 0;
  private aliased = 0;
  /** Made when needed: most documents have none. */
  private anchors: Map<string, Anchor> | undefined;
  /** Which anchor each alias meant when it was first read: names may be given anew. */
  private bindings: Map<number, number> | undefined;

  constructor(text: string, events: readonly Event[], first: number) {
    this.text = text;
    this.events = events;
    this.first = first;
    this.index = first;
  }

  document(): unknown {
    this.directives(this.events[this.index++] as DocumentEvent);
    try {
      return this.node();
    } catch (error) {
      if (!(error instanceof Unbuildable)) throw error;
      this.faults.push(error.fault);
      return undefined;
    }
  }

  /** @returns the index of the next document's event. */
  end(): number {
    let index = Math.max(this.index, this.first + 1);
    if (this.faults.length === 0) return index + 1;
    index = this.first + 1;
    while (index < this.events.length && this.events[index]?.type !== EVENT_ID.DOCUMENT) index++;
    return index;
  }

  private directives(event: DocumentEvent): void {
    for (const directive of event.directives) {
      if (directive.kind !== "yaml" || directive.version === "1.2") continue;
      const before = eventStart(this.events[this.first + 1]) ?? this.text.length;
      this.fault({
        code: "YamlVersion",
        message: `Manifests are YAML 1.2, not ${directive.version}.`,
        remedy: "Remove the %YAML line.",
        offset: Math.max(this.text.lastIndexOf("%YAML", before), 0),
      });
    }
  }

  private node(): unknown {
    const start = this.index++;
    const event = this.events[start] as Event;
    if (this.aliasDepth > 0 && ++this.aliased > MAX_ALIASED_VALUES) throw new Unbuildable(this.bomb());
    switch (event.type) {
      case EVENT_ID.SCALAR:
        if (event.tagStart !== -1) this.tag(event.tagStart);
        if (event.anchorStart !== -1) this.anchor(event.anchorStart, event.anchorEnd, start);
        return scalarValue(this.text, event);
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        if (event.tagStart !== -1) this.tag(event.tagStart);
        if (++this.depth > MAX_DEPTH) throw new Unbuildable(tooDeep(event.start));
        const anchor =
          event.anchorStart === -1 ? undefined : this.anchor(event.anchorStart, event.anchorEnd, start, true);
        const value = event.type === EVENT_ID.MAPPING ? this.mapping(start) : this.sequence();
        this.depth--;
        if (anchor) anchor.open = false;
        return value;
      }
      case EVENT_ID.ALIAS:
        return this.alias(start, event.anchorStart, event.anchorEnd);
      default:
        return undefined;
    }
  }

  private sequence(): unknown[] {
    const values: unknown[] = [];
    while (this.events[this.index]?.type !== EVENT_ID.POP) values.push(this.node());
    this.index++;
    return values;
  }

  private mapping(start: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    let merged: Set<string> | undefined;
    for (;;) {
      const keyIndex = this.index;
      const event = this.events[keyIndex] as Event;
      if (event.type === EVENT_ID.POP) break;
      if (isMergeKey(this.text, event)) {
        this.index++;
        merged ??= new Set();
        this.merge(result, merged);
        continue;
      }
      const key = this.key(event);
      const value = this.node();
      if (key === undefined) continue;
      if (key in result && Object.hasOwn(result, key) && !merged?.delete(key)) this.duplicate(start, keyIndex, key);
      else put(result, key, value);
    }
    this.index++;
    return result;
  }

  /** @returns undefined for a key that is no string; the fault is then noted. */
  private key(event: Event): string | undefined {
    if (event.type === EVENT_ID.SCALAR && event.tagStart === -1 && event.anchorStart === -1) {
      this.index++;
      const key = scalarValue(this.text, event);
      if (typeof key === "string") return key;
    } else {
      const key = this.node();
      if (typeof key === "string") return key;
    }
    this.fault({
      code: "KeyNotString",
      message: "A key must be a string; YAML reads this one as something else.",
      remedy: "Put the key in quotes.",
      offset: eventStart(event) ?? this.previousEnd(),
    });
    return undefined;
  }

  /** Adds what a `<<` key brings: keys that the map has win, and among many the first. */
  private merge(result: Record<string, unknown>, merged: Set<string>): void {
    const event = this.events[this.index];
    const value = this.node();
    const sources = Array.isArray(value) ? value : [value];
    for (const source of sources) {
      if (typeof source !== "object" || source === null || Array.isArray(source)) {
        this.fault({
          code: "MergeNotMap",
          message: "A merge key (<<) takes a map or a list of maps.",
          remedy: 'Write an alias of a map, or quote the key ("<<") if it is meant as a name.',
          offset: eventStart(event) ?? this.previousEnd(),
        });
        continue;
      }
      for (const [key, each] of Object.entries(source as Record<string, unknown>)) {
        if (Object.hasOwn(result, key)) continue;
        put(result, key, each);
        merged.add(key);
      }
    }
  }

  private anchor(from: number, to: number, index: number, open = false): Anchor | undefined {
    if (this.aliasDepth > 0) return undefined;
    const anchor = { index, open };
    this.anchors ??= new Map();
    this.anchors.set(this.text.slice(from, to), anchor);
    return anchor;
  }

  private alias(index: number, from: number, to: number): unknown {
    const target = this.target(index, from, to);
    if (target === undefined) return null;
    const back = this.index;
    this.index = target;
    this.aliasDepth++;
    const value = this.node();
    this.aliasDepth--;
    this.index = back;
    return value;
  }

  private target(index: number, from: number, to: number): number | undefined {
    if (this.aliasDepth > 0) return this.bindings?.get(index);
    const anchor = this.anchors?.get(this.text.slice(from, to));
    const offset = from - 1;
    if (!anchor) {
      const remedy = "Define the anchor above, or quote the value if it starts with an asterisk.";
      this.fault({ code: "UnknownAlias", message: "No anchor above has the name of this alias.", remedy, offset });
      return undefined;
    }
    if (anchor.open) {
      throw new Unbuildable({ code: "CyclicAlias", message: "This alias stands inside of what it names.", offset });
    }
    this.bindings ??= new Map();
    this.bindings.set(index, anchor.index);
    return anchor.index;
  }

  private bomb(): Fault {
    let offset = this.previousEnd();
    for (const index of this.bindings?.keys() ?? []) offset = eventStart(this.events[index]) ?? offset;
    return {
      code: "TooManyAliases",
      message: `The document's aliases stand for more than ${MAX_ALIASED_VALUES.toLocaleString("en")} values.`,
      remedy: "Write the values out, or split the document.",
      offset,
    };
  }

  private tag(offset: number): void {
    this.fault({
      code: "TagNotAllowed",
      message: "A manifest cannot hold YAML tags.",
      remedy: "Remove the tag, or quote the value if it starts with an exclamation mark.",
      offset,
    });
  }

  private duplicate(start: number, keyIndex: number, key: string): void {
    if (this.aliasDepth > 0) return;
    let first = start + 1;
    while (first < keyIndex) {
      const event = this.events[first] as Event;
      if (event.type === EVENT_ID.SCALAR && scalarValue(this.text, event) === key) break;
      first = skip(this.events, skip(this.events, first));
    }
    const starts = lineStarts(this.text);
    const line = lineOf(starts, eventStart(this.events[first]) ?? 0) + 1;
    this.fault({
      code: "DuplicateKey",
      message: `The key "${key}" is already on line ${line}.`,
      remedy: "Keep one of the two.",
      offset: eventStart(this.events[keyIndex]) ?? 0,
    });
  }

  private fault(fault: Fault): void {
    if (this.aliasDepth === 0) this.faults.push(fault);
  }

  private previousEnd(): number {
    for (let index = this.index - 1; index >= 0; index--) {
      const start = eventStart(this.events[index]);
      if (start !== undefined) return start;
    }
    return 0;
  }
}

function tooDeep(offset: number): Fault {
  return { code: "TooDeep", message: `Lists and maps are nested more than ${MAX_DEPTH} deep.`, offset };
}

/** Whether a mapping's key is the merge key: plain `<<`, not quoted. */
export function isMergeKey(text: string, event: Event): boolean {
  if (event.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN) return false;
  return event.valueEnd - event.valueStart === 2 && text.startsWith("<<", event.valueStart);
}

/** @returns a scalar's value by YAML 1.2's core schema; a tag is not looked at. */
export function scalarValue(text: string, event: ScalarEvent): unknown {
  const source = getScalarValue(text, event);
  if (event.style !== SCALAR_STYLE.PLAIN || isSurelyString(source)) return source;
  return CORE_SCHEMA.resolveImplicitScalarTag(source).value;
}

/** @returns the index of the event after a node. */
export function skip(events: readonly Event[], index: number): number {
  let depth = 0;
  let next = index;
  do {
    const type = events[next++]?.type;
    if (type === EVENT_ID.POP) depth--;
    else if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++;
  } while (depth > 0 && next < events.length);
  return next;
}

/** @returns where a node starts in the text, its quote or its asterisk included; undefined for one that is empty. */
export function eventStart(event: Event | undefined): number | undefined {
  switch (event?.type) {
    case EVENT_ID.SCALAR:
      if (event.valueStart === -1) return undefined;
      return event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED
        ? event.valueStart - 1
        : event.valueStart;
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start;
    case EVENT_ID.ALIAS:
      return event.anchorStart - 1;
    default:
      return undefined;
  }
}

/** First characters of all that the core schema reads as null, a boolean or a number (YAML 1.2.2 section 10.3.2). */
const MAYBE_OTHER = Uint8Array.from({ length: 128 }, (_, code) =>
  "+-.~0123456789nNtTfF".includes(String.fromCharCode(code)) ? 1 : 0,
);
const LAST_SIGN_OR_DIGIT = 57;
const LONGEST_WORD = "false".length;

function isSurelyString(source: string): boolean {
  if (source === "") return false;
  const first = source.charCodeAt(0);
  if (MAYBE_OTHER[first] !== 1) return true;
  return first > LAST_SIGN_OR_DIGIT && source.length > LONGEST_WORD;
}

function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}
