/**
 * Who caused a change, where there is a base to tell: who changed the manifests since, or nobody (`drift`: it was
 * different before). Pure.
 *
 * Only causes and the order change here. What is done, and with it the plan's hash, is the same with and without a
 * base, so that a plan that was saved with one can be applied.
 */
import { escapeSegment, type FieldChange, parsePointer } from "../api/index.ts";
import { stableText } from "../connector-kit/compare.ts";
import { kindTools } from "./kind-tools.ts";
import { type Pairs, pairEntries } from "./pairs.ts";
import { type Desired, memoryKey, type PlannedChange } from "./types.ts";

/**
 * Gives each change, and each of its fields, the cause that the base's manifests tell.
 *
 * @param desired the head's entries, parents first. @param bases as for {@link pairEntries}.
 * @returns what changed since the base first; within each group in the order given.
 */
export function withBaseCauses(
  changes: readonly PlannedChange[],
  desired: readonly Desired[],
  bases: readonly (readonly Desired[])[],
): PlannedChange[] {
  const pairs = pairEntries(desired, bases);
  const declared = new Set(bases.flat().map(({ kind, key }) => memoryKey(kind.kind, key)));
  const all = changes.map((change) => withCause(change, pairs, declared));
  return [...all.filter(({ cause }) => cause !== "drift"), ...all.filter(({ cause }) => cause === "drift")];
}

function withCause(change: PlannedChange, pairs: Pairs, declared: ReadonlySet<string>): PlannedChange {
  const { desired } = change;
  if (!desired) return { ...change, cause: declared.has(memoryKey(change.kind, change.key)) ? "change" : "drift" };
  const before = pairs.get(desired);
  if (!before) return { ...change, cause: "change", fields: change.fields.map(ofTheChange) };
  // It was declared and is not there: what its fields were meant to be makes no difference.
  if ((change.intended ?? change.action) === "create") return { ...change, cause: "drift" };
  const isChanged = changedPaths(desired, before);
  const fields = change.fields.map((field): FieldChange => {
    return { ...field, cause: isChanged(field.path) ? "change" : "drift" };
  });
  const asBefore = stableText(desired.entry.lifecycle) === stableText(before.entry.lifecycle);
  // A lifecycle that differs may be all that lets the change happen.
  const isSame = fields.length > 0 ? fields.every(({ cause }) => cause === "drift") : !isChanged("");
  return { ...change, cause: asBefore && isSame ? "drift" : "change", fields };
}

/** The rows of a create have no cause of their own. */
function ofTheChange(field: FieldChange): FieldChange {
  return field.cause === undefined ? field : { ...field, cause: "change" };
}

/** Tells whether the value at a path, one inside it or one around it is stated otherwise than in the base. */
function changedPaths(desired: Desired, before: Desired): (path: string) => boolean {
  const paths = statedDifferences(desired, before).map(({ path }) => `${path}/`);
  return (path) => paths.some((changed) => changed.startsWith(`${path}/`) || `${path}/`.startsWith(changed));
}

/** A stated field whose value differs between two manifests. */
export interface StatedDifference {
  /** A JSON pointer. */
  path: string;
  /** Undefined where the base does not state it. */
  before: unknown;
  after: unknown;
  /** A reference to a secret: never to be shown. */
  secret: boolean;
  immutable: boolean;
}

/**
 * Compares an entry with what it was in the base: fields as its kind compares them, `archived`, and which secrets it
 * refers to. A field that is no longer stated is no difference: it is left as it is.
 */
export function statedDifferences(desired: Desired, before: Desired): StatedDifference[] {
  const { kind, spec } = desired;
  const tools = kindTools(kind);
  const { differences, unreadable } = tools.compare(spec, before.spec);
  const plain = differences.map(({ path, before: was, after, schema }) => {
    return { path, before: was, after, secret: false, immutable: schema["x-plumbline-immutable"] === true };
  });
  const added = unreadable.map((path) => {
    return { path, before: undefined, after: valueAt(spec, parsePointer(path)), secret: false, immutable: false };
  });
  return [...archivedDifference(desired, before), ...plain, ...added, ...secretDifferences(desired, before)];
}

function archivedDifference({ kind, spec }: Desired, before: Desired): StatedDifference[] {
  const { archived } = kind.resource;
  if (!archived) return [];
  const meant = (value: unknown): boolean | undefined => {
    if (typeof value === "boolean") return value;
    return archived.unstated === "live" ? false : undefined;
  };
  const [was, is] = [meant(before.spec.archived), meant(spec.archived)];
  if (is === undefined || is === was) return [];
  return [{ path: "/archived", before: was, after: is, secret: false, immutable: false }];
}

function secretDifferences({ kind, spec }: Desired, before: Desired): StatedDifference[] {
  return kindTools(kind).secretPaths.flatMap((names) => {
    const [was, is] = [valueAt(before.spec, names), valueAt(spec, names)];
    if (is === undefined || stableText(was) === stableText(is)) return [];
    return [{ path: pointerOf(names), before: was, after: is, secret: true, immutable: false }];
  });
}

/** Property names as a JSON pointer. */
export function pointerOf(names: readonly string[]): string {
  return names.map((name) => `/${escapeSegment(name)}`).join("");
}

/** The value below these property names. */
export function valueAt(spec: unknown, names: readonly string[]): unknown {
  return names.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], spec);
}
