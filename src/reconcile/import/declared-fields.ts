/**
 * What has to change in an entry for it to state what is live: its stated fields that differ, as a plan
 * compares them, and nothing that is equal in meaning.
 */
import { type AnnotatedSchema, escapeSegment, parsePointer } from "../../api/index.ts";
import { equal, type FieldDifference } from "../../connector-kit/compare.ts";
import type { DeclaredEntry } from "../../manifests/desired.ts";
import { type DocumentEdit, valueAt } from "../../manifests/document-edit.ts";
import { normalizeSegment } from "../../manifests/keys.ts";
import type { DocumentPath } from "../../manifests/types.ts";
import { kindTools } from "../kind-tools.ts";
import { shownFields, statedFields } from "./fields.ts";
import type { IdOf } from "./ids.ts";
import type { NameOf } from "./names.ts";
import type { LiveThing } from "./read.ts";
import { holds, withNames } from "./values.ts";

/** What the fields of all entries are compared with. */
export interface Comparing {
  /** The manifest as it is so far. */
  document: unknown;
  names: NameOf;
  idOf: IdOf;
  /** Whether a text may not be written, since it holds a secret. */
  secret(text: string): boolean;
  /** How often a field was changed before: a change that was not enough is made larger, and then given up. */
  tried(path: DocumentPath): number;
  /** Fields that are not stated are added. */
  allFields: boolean;
}

export interface FieldEdits {
  edits: readonly DocumentEdit[];
  /** Fields that differ and stay as they are stated, or go, and why. */
  notes: readonly { field: string; why: string }[];
}

const MANY_TRIES = 2;

/** @returns the changes that an entry needs; none when a plan would find it as it is. */
export function fieldEdits(entry: DeclaredEntry, thing: LiveThing, comparing: Comparing): FieldEdits {
  const { kind, observed } = thing;
  const { compare, mapReferences, normalize } = kindTools(kind);
  const resolved = mapReferences?.(entry.spec, (target, name) => comparing.idOf(target, name) ?? name) ?? entry.spec;
  const ignored = entry.lifecycle.ignoreFields;
  const { differences } = compare(normalize(resolved), normalize(observed.spec), ignored);
  const changes = differences
    .filter(({ field }) => !isFormerKey(entry, thing, field))
    .map((difference) => changeOf(entry, thing, difference, comparing));
  const more = [...archivedEdit(entry, thing), ...(comparing.allFields ? unstatedFields(entry, thing, comparing) : [])];
  return {
    edits: [...changes.flatMap(({ edits }) => edits), ...more],
    notes: changes.flatMap(({ notes }) => notes),
  };
}

/** The key differs because a rename waits for its apply. */
function isFormerKey(entry: DeclaredEntry, { kind, observed }: LiveThing, field: string): boolean {
  const renamed = kind.resource.key({ ...entry.spec, [field]: observed.spec[field] });
  return normalizeSegment(kind, renamed) !== normalizeSegment(kind, kind.resource.key(entry.spec));
}

function changeOf(
  entry: DeclaredEntry,
  thing: LiveThing,
  difference: FieldDifference,
  comparing: Comparing,
): FieldEdits {
  const { field } = difference;
  const inner = parsePointer(difference.path);
  const tried = comparing.tried([...entry.path, ...inner]);
  if (tried > MANY_TRIES) return note(field, "no statement makes it equal to what is live");
  const at = tried === MANY_TRIES ? [field] : inner;
  const live = liveValue(thing, at, comparing.names);
  const path = [...entry.path, ...at];
  if (live === undefined) return withoutValue(thing, path, at, comparing);
  if (holds(live, comparing.secret)) return note(field, "it holds what looks like a credential");
  const own = valueAt(comparing.document, path);
  const isSet = tried === 0 && difference.delta !== undefined && Array.isArray(own) && Array.isArray(live);
  const edits = isSet
    ? elementEdits(path, own, live, valueAt(thing.observed.spec, at), difference.schema, comparing)
    : [{ do: "set" as const, path, value: live }];
  return { edits, notes: [] };
}

function note(field: string, why: string): FieldEdits {
  return { edits: [], notes: [{ field, why }] };
}

/** A live value with names in place of ids; undefined where it cannot be stated. */
function liveValue({ kind, observed }: LiveThing, path: readonly string[], names: NameOf): unknown {
  const [field = "", ...inner] = path;
  const shown = shownFields(kind, observed.spec).find(([name]) => name === field);
  return shown && valueAt(withNames(kind, field, shown[1], names), inner);
}

/** What cannot be stated is no longer stated where nothing is set, and stays where it has no name. */
function withoutValue({ observed }: LiveThing, path: DocumentPath, at: readonly string[], comparing: Comparing) {
  const field = at.join(".");
  const isNothing = (valueAt(observed.spec, at) ?? null) === null;
  if (!isNothing) return note(field, "it names something that nobody can see or name");
  if (valueAt(comparing.document, path) === undefined) return note(field, "it is not set, which cannot be stated");
  const edits = [{ do: "remove" as const, path }];
  return { edits, notes: [{ field, why: "it is not set, which cannot be stated" }] };
}

/** Changes a list element by element, so that comments beside those that stay do too. */
function elementEdits(
  path: DocumentPath,
  own: readonly unknown[],
  live: readonly unknown[],
  raw: unknown,
  schema: AnnotatedSchema,
  { idOf, names }: Comparing,
): DocumentEdit[] {
  const item = schema.items ?? {};
  const target = schema["x-plumbline-ref"] ?? item["x-plumbline-ref"];
  if (target !== undefined && Array.isArray(raw)) {
    const ids = own.map((name) => idOf(target, String(name)) ?? name);
    const added = raw.filter((id) => !ids.includes(id)).map((id) => names(target, String(id)));
    return listEdit(path, own, (_, index) => raw.includes(ids[index]), added.toSorted());
  }
  const kept = (element: unknown) => live.some((other) => isSame(schema, element, other));
  const added = live.filter((other) => !own.some((element) => isSame(schema, element, other)));
  return [...innerEdits(path, own, live, schema), ...listEdit(path, own, kept, added)];
}

function listEdit(
  path: DocumentPath,
  own: readonly unknown[],
  kept: (element: unknown, index: number) => boolean,
  added: readonly unknown[],
): DocumentEdit[] {
  const removed = own.flatMap((element, index) => (kept(element, index) ? [] : [index]));
  return removed.length + added.length > 0 ? [{ do: "list", path, removed, added }] : [];
}

/** Whether two elements of a set are equal, or two of a map about the same. */
function isSame(schema: AnnotatedSchema, a: unknown, b: unknown): boolean {
  const { items = {} } = schema;
  const keys = schema["x-kubernetes-list-type"] === "map" ? schema["x-kubernetes-list-map-keys"] : undefined;
  if (!keys) return equal(items, a, b);
  return keys.every((key) => equal(items.properties?.[key] ?? {}, valueAt(a, [key]), valueAt(b, [key])));
}

function innerEdits(
  path: DocumentPath,
  own: readonly unknown[],
  live: readonly unknown[],
  schema: AnnotatedSchema,
): DocumentEdit[] {
  if (schema["x-kubernetes-list-type"] !== "map") return [];
  return own.flatMap((element, index) => {
    const other = live.find((one) => isSame(schema, element, one));
    if (typeof element !== "object" || element === null || other === undefined) return [];
    const differing = Object.entries(element).filter(
      ([name, value]) => !equal(schema.items?.properties?.[name] ?? {}, value, valueAt(other, [name])),
    );
    return differing.map(([name]): DocumentEdit => {
      const value = valueAt(other, [name]);
      const place = [...path, index, name];
      return value === undefined ? { do: "remove", path: place } : { do: "set", path: place, value };
    });
  });
}

/** Whether a thing is archived is a state of its own, which an entry may leave open. */
function archivedEdit({ spec, path }: DeclaredEntry, { kind, observed }: LiveThing): DocumentEdit[] {
  const { archived } = kind.resource;
  const live = observed.spec.archived;
  if (!archived || typeof live !== "boolean") return [];
  const stated = typeof spec.archived === "boolean" ? spec.archived : undefined;
  const meant = stated ?? (archived.unstated === "live" ? false : live);
  return meant === live ? [] : [{ do: "set", path: [...path, "archived"], value: live }];
}

function unstatedFields({ spec, path }: DeclaredEntry, { kind, observed }: LiveThing, comparing: Comparing) {
  const unstated = Object.keys(statedFields(kind, observed.spec, true)).filter((name) => !Object.hasOwn(spec, name));
  return unstated.flatMap((name): DocumentEdit[] => {
    const value = liveValue({ kind, observed } as LiveThing, [name], comparing.names);
    const unfit = value === undefined || holds(value, comparing.secret) || comparing.tried([...path, name]) > 0;
    return unfit ? [] : [{ do: "set", path: [...path, name], value }];
  });
}

/** A path as text. */
export function pathText(path: DocumentPath): string {
  return path.map((segment) => escapeSegment(String(segment))).join("/");
}
