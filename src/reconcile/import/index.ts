/**
 * Live state as a manifest states it, so that a plan of what was imported has nothing to do.
 *
 * What could not be stated is left out and reported, never guessed: a value that the schema refuses, two
 * things under one key, an id that nobody can name, what looks like a credential.
 */
import type { Integration } from "../../api/index.ts";
import type { Kind } from "../../connector-kit/compile.ts";
import type { Spec } from "../../connector-kit/contract.ts";
import type { SchemaCheck } from "../../manifests/types.ts";
import { statedFields, unreadableFields } from "./fields.ts";
import { fitToSchema } from "./fit.ts";
import { type NameOf, nameThings } from "./names.ts";
import { type LiveSource, type LiveThing, type LiveThings, readThings } from "./read.ts";
import { type Entry, type LeftOut, leaveOut } from "./tree.ts";
import { holds, withNames } from "./values.ts";

export type { LeftOut } from "./tree.ts";

export interface ImportRequest extends LiveSource {
  /** Its resources are replaced; its `spec.defaults` goes, since every entry is written in full. */
  integration: Integration;
  /** The wanted kinds; those nested in them come along, and their parents with no more than they must state. */
  kinds: ReadonlySet<string>;
  /** The check of the whole manifest. */
  check: SchemaCheck;
  /** Whether a text may not be written, since it holds a secret. */
  secret(text: string): boolean;
}

export interface Imported {
  integration: Integration;
  /** Entries of all kinds. */
  count: number;
  leftOut: readonly LeftOut[];
  /** Kinds whose entries cannot be stated at all, and the field that cannot be read. */
  unstatable: readonly { kind: string; field: string }[];
  /** Where in `spec.resources` an entry of a kind with fields that cannot be read stands first. */
  unread: readonly { path: readonly (string | number)[]; fields: readonly (readonly string[])[] }[];
}

/** What a system holds, read whole, and what a manifest can state of it. */
export interface LiveState {
  things: LiveThings;
  names: NameOf;
  /** The kinds that were asked for and can be stated. */
  wanted: ReadonlySet<string>;
  /** An Integration with all of it as its resources. */
  integration: Integration;
  entries: readonly Entry[];
  leftOut: readonly LeftOut[];
  unstatable: Imported["unstatable"];
}

/** @throws ConnectorError when anything could not be read whole. */
export async function readLive(request: ImportRequest): Promise<LiveState> {
  const { compiled, integration, check, secret } = request;
  const unstatable = [...compiled.kinds.values()].flatMap((kind) => unstatableField(kind, request.kinds));
  const skipped = unstatable.map(({ kind }) => kind);
  const wanted = new Set([...request.kinds].filter((name) => !skipped.some((kind) => isWithin(name, kind))));
  const things = await readThings(request, wanted);
  const names = await nameThings(request, things, wanted);
  const entries = entriesOf({ things, names, wanted, leftOut: [], secret });
  const { defaults: _, ...spec } = integration.spec;
  const fitted = fitToSchema({ ...integration, spec }, entries, check);
  return { things, names, wanted, unstatable, ...fitted };
}

/** @throws ConnectorError when anything could not be read whole. */
export async function importLive(request: ImportRequest): Promise<Imported> {
  const { integration, entries, leftOut, unstatable, wanted } = await readLive(request);
  return { integration, count: countEntries(entries), leftOut, unstatable, unread: firstUnread(entries, wanted) };
}

/** Entries of all kinds. */
export function countEntries(entries: readonly Entry[]): number {
  return entries.reduce((sum, { children }) => sum + 1 + countEntries(children), 0);
}

/** A kind that cannot be without a field that cannot be read. */
function unstatableField(kind: Kind, wanted: ReadonlySet<string>): { kind: string; field: string }[] {
  const field = wanted.has(kind.kind) && unreadableFields(kind.schema).find(({ required }) => required);
  return field ? [{ kind: kind.kind, field: field.path.join(".") }] : [];
}

function isWithin(kind: string, outer: string): boolean {
  return kind === outer || kind.startsWith(`${outer}.`);
}

interface Building {
  things: LiveThings;
  names: NameOf;
  wanted: ReadonlySet<string>;
  leftOut: LeftOut[];
  secret(text: string): boolean;
}

/** @returns the entries of top-level kinds, with their children, in the order of their keys. */
function entriesOf(building: Building): { entries: readonly Entry[]; leftOut: LeftOut[] } {
  const { things, wanted, leftOut } = building;
  const isPart = (kind: string) => [...wanted].some((name) => isWithin(name, kind));
  const byKey = new Map<string, Entry>();
  const top: Entry[] = [];
  for (const [name, list] of things) {
    if (!isPart(name)) continue;
    for (const group of Map.groupBy(list, ({ keyText }) => keyText).values()) {
      const [thing] = group as [LiveThing];
      const parent = thing.kind.parent && byKey.get(placeOf(thing.kind.parent, parentKeyOf(thing)));
      if (thing.kind.parent && !parent) continue;
      if (group.length > 1) {
        leaveOut(leftOut, thing, undefined, `${group.length} things go by this key`);
        continue;
      }
      const entry = entryOf(building, thing);
      if (!entry) continue;
      byKey.set(placeOf(thing.kind, thing.keyText), entry);
      (parent?.children ?? top).push(entry);
    }
  }
  return { entries: withoutIdle(top, wanted), leftOut };
}

/** Takes away things that are only there for children and have none. */
function withoutIdle(entries: readonly Entry[], wanted: ReadonlySet<string>): Entry[] {
  return entries.flatMap((entry) => {
    const children = withoutIdle(entry.children, wanted);
    return children.length > 0 || wanted.has(entry.thing.kind.kind) ? [{ ...entry, children }] : [];
  });
}

function entryOf({ names, wanted, leftOut, secret }: Building, thing: LiveThing): Entry | undefined {
  const { kind, observed } = thing;
  const required = new Set(kind.schema.required ?? []);
  const spec: Spec = {};
  for (const [field, value] of Object.entries(statedFields(kind, observed.spec, wanted.has(kind.kind)))) {
    const named = withNames(kind, field, value, names);
    const why =
      named === undefined
        ? "it names something that nobody can see or name"
        : holds(named, secret) && "it holds what looks like a credential";
    if (why) leaveOut(leftOut, thing, required.has(field) ? undefined : field, why);
    if (why && required.has(field)) return undefined;
    if (!why) spec[field] = named;
  }
  return { thing, spec, children: [] };
}

function parentKeyOf({ keyText }: LiveThing): string {
  return keyText.slice(0, keyText.lastIndexOf("/"));
}

function placeOf({ kind }: Kind, keyText: string): string {
  return `${kind} ${keyText}`;
}

/** The first entry of each kind that has fields which cannot be read. */
function firstUnread(entries: readonly Entry[], wanted: ReadonlySet<string>): Imported["unread"] {
  const found = new Map<string, Imported["unread"][number]>();
  const visit = (list: readonly Entry[], path: readonly (string | number)[]): void => {
    for (const [name, ofKind] of Map.groupBy(list, ({ thing }) => thing.kind.property)) {
      for (const [index, { thing, children }] of ofKind.entries()) {
        const here = [...path, name, index];
        const fields = wanted.has(thing.kind.kind) ? unreadableFields(thing.kind.schema) : [];
        if (fields.length > 0 && !found.has(thing.kind.kind)) {
          found.set(thing.kind.kind, { path: here, fields: fields.map((field) => field.path) });
        }
        visit(children, here);
      }
    }
  };
  visit(entries, []);
  return [...found.values()];
}
