/**
 * Reads the things of one kind, with their parents, as programs see them.
 *
 * A list is whole or fails: where the children of one parent could not be read, the others do not stand for
 * all of them. A thing goes by its platform's id or by its key; a nested thing's key is the keys along its
 * path, `["billing", "bug"]`, or as text `billing/bug` with `/` and `~` escaped as in RFC 6901.
 */
import { type AnnotatedSchema, formatKey, type Key } from "../../api/index.ts";
import type { Kind } from "../compile.ts";
import type { FailedParent, ListRequest, Observed, ObservedParent, Spec } from "../contract.ts";
import { ConnectorError } from "../errors.ts";
import type { Session } from "../session.ts";

export interface ListingOptions {
  /** Only the children of this parent. */
  parent?: ObservedParent;
  /** Only things of these keys have to be read. */
  keys?: ListRequest["keys"];
  fields?: ListRequest["fields"];
}

/** @throws ConnectorError when anything of the list could not be read. */
export async function listKind(session: Session, kind: Kind, options: ListingOptions): Promise<Observed[]> {
  const { parent, keys = "all", fields = "all" } = options;
  const parents = parent ? [parent] : await parentsOf(session, kind);
  if (kind.parent && parents.length === 0) return [];
  return session.guardErrors(async () => {
    const found: Observed[] = [];
    for await (const one of kind.resource.list(session.reader, { parents, keys, fields })) {
      if (isFailure(one)) throw one.error;
      found.push(one);
    }
    return found;
  });
}

async function parentsOf(session: Session, { parent }: Kind): Promise<ObservedParent[]> {
  if (!parent) return [];
  return (await listKind(session, parent, {})).map((one) => asParent(parent, one));
}

function isFailure(one: Observed | FailedParent): one is FailedParent {
  return "error" in one;
}

/** A thing as its children are given it. */
export function asParent(kind: Kind, observed: Observed): ObservedParent {
  const { id, spec, raw, parent } = observed;
  const more = { ...(raw === undefined ? {} : { raw }), ...(parent ? { parent } : {}) };
  return { id, key: observedKey(kind, observed), spec, ...more };
}

/** The keys along a thing's path. */
export function observedKey({ resource }: Kind, { spec, parent }: Observed): Key {
  return [...(parent?.key ?? []), resource.key(spec as Spec)];
}

/** Whether two keys are one to the platform. */
export function sameKey(kind: Kind, a: Key, b: Key): boolean {
  return a.length === b.length && normalized(kind, a) === normalized(kind, b);
}

function normalized(kind: Kind, key: Key): string {
  const segments: string[] = [];
  let at: Kind | undefined = kind;
  for (const segment of key.toReversed()) {
    segments.unshift(at?.resource.normalizeKey?.(segment) ?? segment);
    at = at?.parent;
  }
  return formatKey(segments);
}

/** How many segments a kind's keys have. */
export function depthOf(kind: Kind): number {
  return kind.parent ? depthOf(kind.parent) + 1 : 1;
}

/** Reads fields that a list lacks, for the things that lack them. @param names the fields that are wanted. */
export async function withDetail(
  session: Session,
  kind: Kind,
  observed: readonly Observed[],
  names: readonly string[],
): Promise<Observed[]> {
  const { resource } = kind;
  const readable = names.filter((name) => isReadable(kind.schema.properties?.[name]));
  const lacks = (one: Observed) => readable.filter((name) => !Object.hasOwn(one.spec, name));
  const lacking = observed.filter((one) => lacks(one).length > 0);
  if (!resource.detail || lacking.length === 0) return [...observed];
  const fields = new Set(lacking.flatMap(lacks));
  return session.guardErrors(async () => {
    const more = new Map<string, Observed>();
    for await (const one of resource.detail?.(session.reader, lacking, fields) ?? []) more.set(one.id, one);
    return observed.map((one) => merged(one, more.get(one.id)));
  });
}

function merged(observed: Observed, more: Observed | undefined): Observed {
  if (!more) return observed;
  const parent = observed.parent ? { parent: observed.parent } : {};
  return { ...observed, ...more, spec: { ...observed.spec, ...more.spec }, ...parent };
}

/** Whether a platform shows a field. */
export function isReadable(field: AnnotatedSchema | undefined): boolean {
  return field !== undefined && !field.writeOnly && !field["x-plumbline-create-only"];
}

/** @throws ConnectorError CONFLICT when several things are meant. */
export function onlyOne(kind: Kind, found: readonly Observed[], name: string): Observed | undefined {
  if (found.length <= 1) return found[0];
  const ids = found.map(({ id }) => id).join(", ");
  const message = `"${name}" may be any of ${found.length} ${kind.property}, with the ids ${ids}. Name one by { id }.`;
  throw new ConnectorError("CONFLICT", message);
}
