/** The entries of an import while they are put together, and what had to be left out of them. */
import { formatKey, type Integration } from "../../api/index.ts";
import type { Spec } from "../../connector-kit/contract.ts";
import type { LiveThing } from "./read.ts";

export interface Entry {
  thing: LiveThing;
  /** The stated fields, without children. */
  spec: Spec;
  children: Entry[];
}

/** A thing, or one field of it, that the manifest does not state. */
export interface LeftOut {
  kind: string;
  /** The key as text. */
  key: string;
  /** Left out alone; without it the whole thing was. */
  field?: string;
  /** Completes "left out, since". */
  why: string;
}

/** Notes what is left out. */
export function leaveOut(leftOut: LeftOut[], thing: LiveThing, field: string | undefined, why: string): void {
  leftOut.push(leftOutOf(thing, field, why));
}

/** A thing, or one of its fields, as it is reported. */
export function leftOutOf({ kind, key }: LiveThing, field: string | undefined, why: string): LeftOut {
  return { kind: kind.kind, key: formatKey(key), ...(field === undefined ? {} : { field }), why };
}

/** @returns the entries as `spec.resources` or one of its entries holds them: by property, in the order of keys. */
export function listsOf(entries: readonly Entry[]): Record<string, Spec[]> {
  const byProperty = Map.groupBy(entries, ({ thing }) => thing.kind.property);
  return Object.fromEntries(
    [...byProperty].map(([property, list]) => [
      property,
      list.map(({ spec, children }) => ({ ...spec, ...listsOf(children) })),
    ]),
  );
}

/** Sorts the entries of each kind by key, so that one state is always written in one way. */
export function sorted(entries: readonly Entry[]): Entry[] {
  const byKind = [...Map.groupBy(entries, ({ thing }) => thing.kind).values()];
  const inOrder = byKind.flatMap((list) => list.toSorted((a, b) => (a.thing.keyText < b.thing.keyText ? -1 : 1)));
  return inOrder.map((entry) => ({ ...entry, children: sorted(entry.children) }));
}

/** The Integration with these entries as its resources. */
export function withResources(integration: Integration, entries: readonly Entry[]): Integration {
  return { ...integration, spec: { ...integration.spec, resources: listsOf(entries) } };
}
