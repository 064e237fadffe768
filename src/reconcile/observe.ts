/**
 * Reads what a plan needs of one system, and nothing else: the kinds that are declared, owned or referred
 * to, the children of declared parents, the fields that somebody states.
 *
 * A read that fails or is cut short leaves its kind (or its parent's children) unread: it is never empty.
 */
import { type Failure, type Key, parseKey } from "../api/index.ts";
import type { CompiledConnector, Kind } from "../connector-kit/compile.ts";
import type { Observed, ObservedParent } from "../connector-kit/contract.ts";
import { normalizedKeyText } from "../manifests/keys.ts";
import type { InventoryEntry } from "../store/types.ts";
import { failureOf } from "./failure.ts";
import { kindTools } from "./kind-tools.ts";
import { matchKind, parentOf } from "./match.ts";
import { askLookups, nameIndex, resolveReferences } from "./resolve.ts";
import { type Desired, type KindReading, memoryKey, type Observation, type Thing } from "./types.ts";

export interface ObserveInput {
  compiled: CompiledConnector;
  reader: unknown;
  desired: readonly Desired[];
  /** All entries of the system's inventory, by `kind\nkey`. */
  inventory: ReadonlyMap<string, InventoryEntry>;
  /** `namespace/name`. */
  owner: string;
  /** The lists that the manifest states, even as `[]`, as kinds. */
  statedKinds: ReadonlySet<string>;
  exclusive: ReadonlySet<string>;
  /** Runs a connector's function; whatever it throws leaves as a ConnectorError. */
  guard<T>(run: () => Promise<T>): Promise<T>;
}

export interface Reading {
  observation: Observation;
  /** The inventory with the moves of this pass made. */
  inventory: ReadonlyMap<string, InventoryEntry>;
  /** The entries with their references resolved. */
  desired: Desired[];
}

/** Reads one system. Never throws for what the system answers: failures are part of the reading. */
export async function observe(input: ObserveInput): Promise<Reading> {
  const state: State = {
    input,
    inventory: new Map(input.inventory),
    kinds: new Map(),
    origins: new Map(),
    byKind: Map.groupBy(input.desired, (entry) => entry.kind.kind),
  };
  const needed = neededKinds(input);
  const pending = new Map<string, Promise<void>>();
  for (const kind of input.compiled.kinds.values()) {
    if (!needed.has(kind.kind)) continue;
    const parent = kind.parent ? pending.get(kind.parent.kind) : undefined;
    pending.set(
      kind.kind,
      (parent ?? Promise.resolve()).then(() => readKind(state, kind)),
    );
  }
  const lookups = await askLookups(input);
  await Promise.all(pending.values());
  for (const [kind, failure] of lookups.failures) {
    const reading = state.kinds.get(kind);
    if (reading) state.kinds.set(kind, { ...reading, failed: reading.failed ?? failure });
  }
  const desired = resolveReferences(input.compiled, state.kinds, input.desired, lookups.ids);
  return {
    observation: {
      kinds: state.kinds,
      moves: movesOf(state),
      nameOf: nameIndex(state.kinds, lookups.ids),
    },
    inventory: state.inventory,
    desired,
  };
}

interface State {
  input: ObserveInput;
  inventory: Map<string, InventoryEntry>;
  kinds: Map<string, KindReading>;
  /** The recorded entry behind one whose key moved in this pass. */
  origins: Map<InventoryEntry, InventoryEntry>;
  byKind: ReadonlyMap<string, Desired[]>;
}

/** Declared, owned, exclusive or referred to; with all parents. */
function neededKinds({ compiled, desired, inventory, owner, statedKinds }: ObserveInput): Set<string> {
  const needed = new Set<string>(statedKinds);
  for (const entry of inventory.values()) if (entry.integration === owner) needed.add(entry.kind);
  for (const { kind, spec } of desired) {
    needed.add(kind.kind);
    const { mapReferences, mapKeys } = kindTools(kind);
    const need = (target: string, value: string): string => {
      if (compiled.kinds.has(target)) needed.add(target);
      return value;
    };
    mapReferences?.(spec, need);
    mapKeys?.(spec, need);
  }
  for (const name of [...needed]) {
    for (let kind = compiled.kinds.get(name)?.parent; kind; kind = kind.parent) needed.add(kind.kind);
  }
  return needed;
}

async function readKind(state: State, kind: Kind): Promise<void> {
  const { input } = state;
  const desired = state.byKind.get(kind.kind) ?? [];
  const parentReading = kind.parent && state.kinds.get(kind.parent.kind);
  const empty = {
    declared: new Map(),
    rest: [],
    ambiguous: new Set<Desired>(),
    readParents: new Set<string>(),
    failedParents: new Map(),
  };
  if (parentReading?.failed) {
    const message = `not read, since ${kind.parent?.kind} could not be read`;
    state.kinds.set(kind.kind, { ...empty, failed: { code: parentReading.failed.code, message } });
    return;
  }
  const parents = parentReading ? parentsToRead(state, kind, parentReading) : [];
  const owned = inventoryOf(state.inventory, kind.kind);
  const failedParents = new Map<string, Failure>();
  try {
    const observed = kind.parent && parents.length === 0 ? [] : await listAll(state, kind, parents, failedParents);
    const matches = matchKind({ kind, desired, observed, inventory: owned });
    const readParents = new Set(parents.map((parent) => parentKeyText(kind, parent)));
    const reading: KindReading = { ...matches, readParents, failedParents };
    await readDetails(input, kind, reading);
    recordMoves(state, kind, reading);
    state.kinds.set(kind.kind, reading);
  } catch (error) {
    state.kinds.set(kind.kind, { ...empty, failed: failureOf(error) });
  }
}

async function listAll(
  state: State,
  kind: Kind,
  parents: readonly ObservedParent[],
  failedParents: Map<string, Failure>,
): Promise<Observed[]> {
  const { input } = state;
  const fields = new Set<string>();
  for (const { spec } of state.byKind.get(kind.kind) ?? []) for (const name of Object.keys(spec)) fields.add(name);
  const keys = keysToRead(state, kind);
  const seen: Observed[] = [];
  await input.guard(async () => {
    for await (const one of kind.resource.list(input.reader, { parents, keys, fields })) {
      if ("error" in one) failedParents.set(parentKeyText(kind, one.parent), failureOf(one.error));
      else seen.push(one);
    }
  });
  return seen;
}

/** The declared keys, and those of ours that are not declared any more. */
function keysToRead({ input, byKind, inventory }: State, kind: Kind): "all" | readonly Key[] {
  if (input.exclusive.has(kind.kind)) return "all";
  const declared = byKind.get(kind.kind) ?? [];
  const keys = declared.map(({ entry }) => entry.key);
  const known = new Set(declared.map(({ key }) => key));
  for (const entry of inventory.values()) {
    if (entry.kind === kind.kind && entry.integration === input.owner && !known.has(entry.key))
      keys.push(parseKey(entry.key));
  }
  return keys;
}

/** The parents whose children somebody states or owns. */
function parentsToRead(state: State, kind: Kind, reading: KindReading): ObservedParent[] {
  const owners = new Set<string>();
  for (const entry of state.inventory.values()) {
    if (entry.kind === kind.kind && entry.integration === state.input.owner) owners.add(parentOf(entry.key));
  }
  const declared = [...reading.declared.values()].filter(
    ({ desired, key }) =>
      owners.has(key) || desired?.entry.statedChildren.includes(kind.kind) || hasStatedBelow(kind, desired),
  );
  const recorded = new Set(reading.rest.flatMap(({ inventory }) => inventory?.key ?? []));
  const rest = reading.rest.filter(({ key, inventory }) => owners.has(key) && (inventory || !recorded.has(key)));
  return [...declared, ...rest].map(({ asParent }) => asParent);
}

function hasStatedBelow(kind: Kind, desired: Desired | undefined): boolean {
  return desired?.entry.statedChildren.some((child) => child.startsWith(`${kind.kind}.`)) ?? false;
}

/** Reads stated fields that the list lacks, for the things that state them. */
async function readDetails(input: ObserveInput, kind: Kind, reading: KindReading): Promise<void> {
  const { resource } = kind;
  if (!resource.detail) return;
  const lacking = new Map<string, Thing>();
  const fields = new Set<string>();
  for (const [desired, thing] of reading.declared) {
    const missing = Object.keys(desired.spec).filter(
      (name) => isReadable(kind, name) && !Object.hasOwn(thing.observed.spec, name),
    );
    if (missing.length === 0) continue;
    lacking.set(thing.observed.id, thing);
    for (const name of missing) fields.add(name);
  }
  if (lacking.size === 0) return;
  const observed = [...lacking.values()].map((thing) => thing.observed);
  await input.guard(async () => {
    for await (const more of resource.detail?.(input.reader, observed, fields) ?? []) {
      const thing = lacking.get(more.id);
      if (!thing) continue;
      const { observed: before } = thing;
      thing.observed = {
        ...before,
        ...more,
        spec: { ...before.spec, ...more.spec },
        ...(before.parent ? { parent: before.parent } : {}),
      };
      thing.asParent.spec = thing.observed.spec;
    }
  });
}

function isReadable(kind: Kind, name: string): boolean {
  const field = kind.schema.properties?.[name];
  return field !== undefined && !field.writeOnly && !field["x-plumbline-create-only"];
}

/** Entries whose thing goes by another key now take their children's entries along. */
function recordMoves(state: State, kind: Kind, reading: KindReading): void {
  for (const [desired, thing] of reading.declared) {
    const from = thing.inventory?.key;
    if (from === undefined || from === desired.key || reading.ambiguous.has(desired)) continue;
    for (const [name, entry] of [...state.inventory]) {
      const moved = movedKey(entry, kind.kind, from, desired.key);
      if (moved === undefined) continue;
      state.inventory.delete(name);
      const renamed = { ...entry, key: moved };
      state.inventory.set(memoryKey(entry.kind, moved), renamed);
      state.origins.set(renamed, state.origins.get(entry) ?? entry);
      state.origins.delete(entry);
      if (entry === thing.inventory) thing.inventory = renamed;
    }
  }
}

/** Keys as they were recorded, and as they are now. */
function movesOf({ origins }: State): { kind: string; from: string; to: string }[] {
  return [...origins]
    .filter(([entry, origin]) => entry.key !== origin.key)
    .map(([entry, origin]) => ({ kind: entry.kind, from: origin.key, to: entry.key }));
}

function movedKey(entry: InventoryEntry, kind: string, from: string, to: string): string | undefined {
  if (entry.kind === kind && entry.key === from) return to;
  if (entry.kind.startsWith(`${kind}.`) && entry.key.startsWith(`${from}/`)) return to + entry.key.slice(from.length);
  return undefined;
}

function inventoryOf(inventory: ReadonlyMap<string, InventoryEntry>, kind: string): Map<string, InventoryEntry> {
  const own = new Map<string, InventoryEntry>();
  for (const entry of inventory.values()) if (entry.kind === kind) own.set(entry.key, entry);
  return own;
}

function parentKeyText(kind: Kind, parent: ObservedParent): string {
  return kind.parent ? normalizedKeyText(kind.parent, parent.key) : "";
}
