/**
 * Finds the one thing that a program names.
 *
 * `"C024BE91L"` and `"incidents"` are both taken: the text is compared with ids and with keys, and is refused
 * when it is the id of one thing and the key of another. `{ id }` and `{ key }` leave no doubt, and a key
 * costs less: only its own parent's children are read.
 */
import { formatKey, type Key, parseKey } from "../../api/index.ts";
import type { Kind } from "../compile.ts";
import type { Observed, ObservedParent } from "../contract.ts";
import { ConnectorError } from "../errors.ts";
import type { Session } from "../session.ts";
import { asParent, depthOf, listKind, observedKey, onlyOne, sameKey } from "./listing.ts";

/** Names one item: its id or key, or for an action its parameters. */
export type ItemReference = string | number | Readonly<Record<string, unknown>>;

/** @returns `undefined` when there is no such thing. @throws ConnectorError when it cannot be told. */
export async function findThing(
  session: Session,
  kind: Kind,
  reference: ItemReference | Key,
): Promise<Observed | undefined> {
  const { id, key } = readReference(kind, reference);
  if (key && (id === undefined || kind.parent)) return findByKey(session, kind, key);
  const things = await listKind(session, kind, {});
  const found = things.filter((one) => one.id === id || (key && sameKey(kind, observedKey(kind, one), key)));
  return onlyOne(kind, found, id ?? "");
}

/** @throws ConnectorError NOT_FOUND when there is no such thing. */
export async function mustFind(session: Session, kind: Kind, reference: ItemReference | Key): Promise<Observed> {
  const found = await findThing(session, kind, reference);
  if (found) return found;
  const message = `${session.connector.title} has no "${referenceText(reference)}" among its ${kind.kind}.`;
  throw new ConnectorError("NOT_FOUND", message);
}

/** @returns a parent, found by its id or key. @throws ConnectorError NOT_FOUND */
export async function findParent(
  session: Session,
  parent: Kind,
  reference: ItemReference | Key,
): Promise<ObservedParent> {
  return asParent(parent, await mustFind(session, parent, reference));
}

/** @returns a reference as people would write it. */
export function referenceText(reference: ItemReference | Key): string {
  if (Array.isArray(reference)) return formatKey(reference as Key);
  if (typeof reference !== "object") return String(reference);
  const { id, key } = reference as Readonly<Record<string, unknown>>;
  const named = key ?? id;
  return Array.isArray(named) ? formatKey(named.map(String)) : String(named);
}

/** A parent that is not there has no children; that it cannot be read is a failure. */
async function findByKey(session: Session, kind: Kind, key: Key): Promise<Observed | undefined> {
  let parent: ObservedParent | undefined;
  if (kind.parent) {
    const found = await findByKey(session, kind.parent, key.slice(0, -1));
    if (!found) return undefined;
    parent = asParent(kind.parent, found);
  }
  const things = await listKind(session, kind, { keys: [key], ...(parent ? { parent } : {}) });
  const same = things.filter((one) => sameKey(kind, observedKey(kind, one), key));
  return onlyOne(kind, same, formatKey(key));
}

function readReference(kind: Kind, reference: ItemReference | Key): { id?: string; key?: Key } {
  if (typeof reference === "number") return { id: String(reference) };
  if (Array.isArray(reference)) return { key: keyOf(kind, reference) };
  if (typeof reference === "string") {
    if (reference === "") throw unclear(kind);
    const key = kind.parent ? parseKey(reference) : [reference];
    return key.length === depthOf(kind) ? { id: reference, key } : { id: reference };
  }
  const { id, key } = (reference ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof id === "string" || typeof id === "number") return { id: String(id) };
  if (key === undefined) throw unclear(kind);
  return { key: keyOf(kind, key) };
}

function keyOf(kind: Kind, value: unknown): Key {
  if (typeof value === "string") return kind.parent ? parseKey(value) : [value];
  if (Array.isArray(value) && value.length === depthOf(kind)) return value.map(String);
  throw unclear(kind);
}

function unclear(kind: Kind): ConnectorError {
  const example = kind.parent ? `${kind.parent.property}/${kind.property}` : kind.property;
  const form = `an id, a key (of the form ${example.replaceAll(/\w+/g, "NAME")}), { id } or { key }`;
  return new ConnectorError("VALIDATION", `One of ${kind.kind} is named by ${form}.`);
}
