/**
 * Items that are declared resources: made, changed, read and removed one by one, by the same functions of the
 * connector that reconciling uses.
 *
 * An item is matched by what the platform shows now; nothing is remembered between calls. What an update does
 * not state stays as it is. Removing means what the kind says it means: deleting, or archiving.
 */
import type { Key } from "../../api/index.ts";
import { equal } from "../compare.ts";
import type { Kind } from "../compile.ts";
import type { Created, Observed, ObservedParent, Spec } from "../contract.ts";
import { ConnectorError } from "../errors.ts";
import { type Changes, changesOf } from "./compare.ts";
import type { FacadeContext } from "./context.ts";
import { findParent, findThing, type ItemReference, mustFind } from "./find.ts";
import { IncompleteItem, type Item, isRecord, itemOfThing, mustBeRecord, parentField, secretsIn } from "./item.ts";
import { listKind, observedKey, sameKey, withDetail } from "./listing.ts";
import { type Criterion, matches, readCriteria } from "./query.ts";
import { resolveReferences } from "./references.ts";

/** How something goes away. */
export type Removal = "Delete" | "Archive";

const noParent: ObservedParent = { id: "", key: [], spec: {} };

/** @throws ConnectorError; IncompleteItem when it was made and is not as it was asked for. */
export async function createThing(context: FacadeContext, kind: Kind, data: unknown): Promise<Item> {
  const { session } = context;
  const { resource } = kind;
  if (!resource.create) throw cannot(context, kind, "make");
  const { own, parent: reference } = splitParent(kind, mustBeRecord(subject(kind), data));
  await context.checks.mustFit(subject(kind), kind.schema, own);
  context.hide(secretsIn(kind.schema, own));
  const parent = kind.parent ? await findParent(session, kind.parent, mustName(kind, reference)) : noParent;
  const desired = await written(context, kind, own);
  const created = (await session.guardErrors(() => resource.create?.(session.writer, { desired, parent }))) as Created;
  const thing: Observed = { id: created.id, spec: desired, ...(kind.parent ? { parent } : {}) };
  const item = itemOfThing(kind, thing);
  try {
    await complete(context, kind, thing, created.unset ?? []);
  } catch (error) {
    throw error instanceof ConnectorError ? new IncompleteItem(item, error) : error;
  }
  return item;
}

/** Sets what creating could not set, and archives what is to be archived. */
async function complete({ session }: FacadeContext, kind: Kind, thing: Observed, unset: readonly string[]) {
  const { resource } = kind;
  const desired = thing.spec as Spec;
  if (unset.length > 0) {
    const { changes, lists } = changesOf(kind.schema, desired, {}, unset);
    const request = { observed: thing, desired, changes, lists };
    await session.guardErrors(() => resource.update?.(session.writer, request));
  }
  if (desired.archived === true) await session.guardErrors(() => resource.archived?.archive(session.writer, thing));
}

/**
 * @returns the names of the fields that were changed; empty when all was so already.
 * @throws ConnectorError
 */
export async function updateThing(
  context: FacadeContext,
  kind: Kind,
  reference: ItemReference | Key,
  data: unknown,
): Promise<string[]> {
  const own = mustBeRecord(subject(kind), data);
  await context.checks.mustFit(subject(kind), kind.schema, own, { partial: true });
  context.hide(secretsIn(kind.schema, own));
  mustBeChangeable(kind, own);
  const { session } = context;
  const found = await mustFind(session, kind, reference);
  const [observed = found] = await withDetail(session, kind, [found], Object.keys(own));
  const stated = await written(context, kind, own);
  const normal = kind.resource.normalize?.(observed.spec) ?? observed.spec;
  const fields = Object.keys(own).filter((name) => name !== "archived" || !kind.resource.archived);
  const moved = changesOf(kind.schema, stated, normal, fields);
  mustBePossible(context, kind, observed, moved);
  const archiving = kind.resource.archived && stated.archived !== undefined && stated.archived !== normal.archived;
  await write(context, kind, { observed, stated, moved, archive: archiving ? stated.archived === true : undefined });
  return [...Object.keys(moved.changes), ...(archiving ? ["archived"] : [])];
}

interface Writing {
  observed: Observed;
  stated: Spec;
  moved: Changes;
  /** `undefined`: it stays archived or live. */
  archive: boolean | undefined;
}

/** An archived thing takes no changes, so it is brought back first and archived last. */
async function write({ session }: FacadeContext, kind: Kind, { observed, stated, moved, archive }: Writing) {
  const { resource } = kind;
  const { writer } = session;
  if (archive === false) await session.guardErrors(() => resource.archived?.unarchive(writer, observed));
  const live = archive === false ? { ...observed, spec: { ...observed.spec, archived: false } } : observed;
  if (Object.keys(moved.changes).length > 0) {
    const desired = { ...requiredOf(kind, observed), ...stated };
    const request = { observed: live, desired, ...moved };
    await session.guardErrors(() => resource.update?.(writer, request));
  }
  const after = { ...live, spec: { ...live.spec, ...moved.changes } };
  if (archive === true) await session.guardErrors(() => resource.archived?.archive(writer, after));
}

/** @returns whether there was something to remove. @throws ConnectorError */
export async function removeThing(
  context: FacadeContext,
  kind: Kind,
  reference: ItemReference | Key,
  how: Removal | undefined,
): Promise<boolean> {
  const { resource } = kind;
  const { session } = context;
  const removal = how ?? resource.onRemove ?? (resource.remove ? "Delete" : "Archive");
  if (removal === "Delete" ? !resource.remove : !resource.archived) throw cannot(context, kind, removal.toLowerCase());
  const thing = await findThing(session, kind, reference);
  if (!thing || (removal === "Archive" && thing.spec.archived === true)) return false;
  await session.guardErrors(() =>
    removal === "Delete" ? resource.remove?.(session.writer, thing) : resource.archived?.archive(session.writer, thing),
  );
  return true;
}

/** @throws ConnectorError NOT_FOUND when there is none. */
export async function readThing(context: FacadeContext, kind: Kind, reference: ItemReference | Key): Promise<Item> {
  const found = await mustFind(context.session, kind, reference);
  const names = Object.keys(kind.schema.properties ?? {});
  const [thing = found] = await withDetail(context.session, kind, [found], names);
  return itemOfThing(kind, thing);
}

/** @throws ConnectorError UNSUPPORTED when the kind cannot be asked so. */
export async function queryThings(context: FacadeContext, kind: Kind, criteria: unknown = {}): Promise<Item[]> {
  const { session } = context;
  const split = isRecord(criteria) ? splitParent(kind, criteria) : { own: criteria, parent: undefined };
  const read = readCriteria(session.connector.title, kind, split.own);
  const asked = await Promise.all(read.map((one) => withIds(context, kind, one)));
  const parent =
    kind.parent && split.parent !== undefined ? await findParent(session, kind.parent, split.parent) : undefined;
  const listed = await listKind(session, kind, parent ? { parent } : {});
  const names = asked.map(({ field }) => field);
  const things = await withDetail(session, kind, listed, names);
  return things.filter((thing) => matches(kind, thing, asked)).map((thing) => itemOfThing(kind, thing));
}

/** A criterion on a reference is asked with ids. */
async function withIds(context: FacadeContext, kind: Kind, criterion: Criterion): Promise<Criterion> {
  const { field, operator, value } = criterion;
  const element = operator === "contains" && kind.schema.properties?.[field]?.items !== undefined;
  const spec = { [field]: element ? [value] : value };
  const resolved = (await resolveReferences(context.compiled, context.session, kind, spec))[field];
  return { ...criterion, value: element && Array.isArray(resolved) ? resolved[0] : resolved };
}

/** What is sent: ids for references, in the connector's normal form. */
async function written({ compiled, session }: FacadeContext, kind: Kind, own: Spec): Promise<Spec> {
  const resolved = await resolveReferences(compiled, session, kind, own);
  return (kind.resource.normalize?.(resolved) ?? resolved) as Spec;
}

function splitParent(kind: Kind, data: Spec): { own: Spec; parent: ItemReference | Key | undefined } {
  if (!kind.parent) return { own: data, parent: undefined };
  const { [parentField(kind)]: parent, ...own } = data;
  return { own, parent: parent as ItemReference | Key | undefined };
}

function mustName(kind: Kind, parent: ItemReference | Key | undefined): ItemReference | Key {
  if (parent !== undefined) return parent;
  const message = `${subject(kind)} needs the field "${parentField(kind)}": the key or the id of one of ${kind.parent?.kind}.`;
  throw new ConnectorError("VALIDATION", message);
}

/** @throws ConnectorError VALIDATION for fields that only creating can set. */
function mustBeChangeable(kind: Kind, own: Spec): void {
  const fixed = Object.keys(own).filter((name) => kind.schema.properties?.[name]?.["x-plumbline-create-only"]);
  if (fixed.length === 0) return;
  throw new ConnectorError("VALIDATION", `${subject(kind)} takes ${fixed.join(", ")} only when it is made.`);
}

/** @throws ConnectorError for changes that the platform's API cannot make. */
function mustBePossible(context: FacadeContext, kind: Kind, observed: Observed, { changes }: Changes): void {
  const names = Object.keys(changes);
  if (names.length === 0) return;
  if (!kind.resource.update) throw cannot(context, kind, "change");
  const fixed = names.filter((name) => {
    const field = kind.schema.properties?.[name];
    return field?.["x-plumbline-immutable"] && !equal(field, changes[name], observed.spec[name]);
  });
  if (fixed.length > 0) {
    const message = `${subject(kind)} cannot change ${fixed.join(", ")} once it is made.`;
    throw new ConnectorError("VALIDATION", message);
  }
  const before = observedKey(kind, observed);
  const after = observedKey(kind, { ...observed, spec: { ...observed.spec, ...changes } });
  if (!kind.resource.rename && !sameKey(kind, before, after)) throw cannot(context, kind, "rename");
}

function requiredOf({ schema }: Kind, { spec }: Observed): Spec {
  return Object.fromEntries((schema.required ?? []).flatMap((name) => (name in spec ? [[name, spec[name]]] : [])));
}

function subject({ kind }: Kind): string {
  return `The item type "${kind}"`;
}

function cannot({ session }: FacadeContext, { kind, resource }: Kind, what: string): ConnectorError {
  const able = [
    ...(resource.create ? ["make"] : []),
    ...(resource.update ? ["change"] : []),
    ...(resource.update && resource.rename ? ["rename"] : []),
    ...(resource.remove ? ["delete"] : []),
    ...(resource.archived ? ["archive"] : []),
  ];
  const message = `${session.connector.title} cannot ${what} one of ${kind}. It can ${[...able, "query", "get"].join(", ")}.`;
  return new ConnectorError("UNSUPPORTED", message);
}
