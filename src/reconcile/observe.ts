/**
 * Reads what a plan needs of one system, and nothing else: the kinds that are declared, owned or referred
 * to, the children of declared parents, the fields that somebody states.
 *
 * A read that fails or is cut short leaves its kind (or its parent's children) unread: it is never empty.
 */
import type { Failure, Key } from "../api/index.ts";
import type { CompiledConnector, Kind } from "../connector-kit/compile.ts";
import type { Lookup, Observed, ObservedParent } from "../connector-kit/contract.ts";
import { ConnectorError } from "../connector-kit/errors.ts";
import type { InventoryEntry } from "../store/types.ts";
import { kindTools } from "./kind-tools.ts";
import { matchKind, normalizeKeyPath, parentOf } from "./match.ts";
import { PendingReference, type Unresolved } from "./references.ts";
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
  const lookups = await resolveLookups(input);
  await Promise.all(pending.values());
  for (const [kind, failure] of lookups.failures) {
    const reading = state.kinds.get(kind);
    if (reading) state.kinds.set(kind, { ...reading, failed: reading.failed ?? failure });
  }
  const desired = input.desired.map((entry) => resolveEntry(state, entry, lookups.ids));
  relink(state.kinds, input.desired, desired);
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
    kindTools(kind).mapReferences?.(spec, (target, value) => {
      if (compiled.kinds.has(target)) needed.add(target);
      return value;
    });
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
  const empty = { declared: new Map(), rest: [], ambiguous: new Set<Desired>(), failedParents: new Map() };
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
    const reading: KindReading = { ...matches, failedParents };
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
      keys.push(splitKey(entry.key));
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
  const rest = reading.rest.filter(({ key }) => owners.has(key));
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
    if (from === undefined || from === desired.key) continue;
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

interface LookupResults {
  /** By target, then by name. */
  ids: Map<string, ReadonlyMap<string, string>>;
  failures: Map<string, Failure>;
}

/** Asks each lookup once, for all the names that the manifest holds. */
async function resolveLookups({ compiled, reader, desired, guard }: ObserveInput): Promise<LookupResults> {
  const wanted = new Map<string, { names: Set<string>; kinds: Set<string> }>();
  for (const { kind, spec } of desired) {
    kindTools(kind).mapReferences?.(spec, (target, value) => {
      if (compiled.kinds.has(target)) return value;
      const entry = wanted.get(target) ?? { names: new Set(), kinds: new Set() };
      entry.names.add(value);
      entry.kinds.add(kind.kind);
      wanted.set(target, entry);
      return value;
    });
  }
  const results: LookupResults = { ids: new Map(), failures: new Map() };
  await Promise.all(
    [...wanted].map(async ([target, { names, kinds }]) => {
      const lookup: Lookup | undefined = compiled.connector.lookups?.[target];
      try {
        if (!lookup) throw new ConnectorError("UNSUPPORTED", `${compiled.connector.title} has no lookup "${target}".`);
        results.ids.set(target, await guard(() => lookup.resolve(reader, [...names])));
      } catch (error) {
        for (const kind of kinds) results.failures.set(kind, failureOf(error));
      }
    }),
  );
  return results;
}

/** Puts ids in place of keys and names. */
function resolveEntry(
  state: State,
  entry: Desired,
  lookups: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Desired {
  const { mapReferences } = kindTools(entry.kind);
  if (!mapReferences) return entry;
  const unresolved: Unresolved[] = [];
  const targets: { kind: string; key: string }[] = [];
  const resolved = mapReferences(entry.spec, (target, value, path) => {
    const kind = state.input.compiled.kinds.get(target);
    const found = kind ? resolveKey(state, kind, value, targets) : lookups.get(target)?.get(value);
    if (found === undefined) unresolved.push({ path, target, value });
    return found ?? value;
  });
  return { ...entry, resolved: kindTools(entry.kind).normalize(resolved), unresolved, targets };
}

function resolveKey(
  state: State,
  kind: Kind,
  value: string,
  targets: { kind: string; key: string }[],
): string | PendingReference | undefined {
  const key = normalizeKeyPath(kind, kind.parent ? splitKey(value) : [value]);
  const reading = state.kinds.get(kind.kind);
  const things = reading ? [...reading.declared.values(), ...reading.rest] : [];
  const thing = things.find((one) => one.key === key) ?? things.find((one) => one.observed.id === value);
  if (thing) {
    targets.push({ kind: kind.kind, key: thing.key });
    return thing.observed.id;
  }
  const declared = state.byKind.get(kind.kind)?.find((one) => one.key === key);
  if (!declared || reading?.failed) return undefined;
  targets.push({ kind: kind.kind, key });
  return new PendingReference(kind.kind, key);
}

/** Lets the readings point at the resolved entries. */
function relink(kinds: Map<string, KindReading>, before: readonly Desired[], after: readonly Desired[]): void {
  const fresh = new Map<Desired, Desired>();
  for (const [index, entry] of before.entries()) {
    const now = after[index] as Desired;
    if (now !== entry) fresh.set(entry, now);
  }
  if (fresh.size === 0) return;
  for (const [name, reading] of kinds) {
    const declared = new Map<Desired, Thing>();
    for (const [entry, thing] of reading.declared) {
      const now = fresh.get(entry) ?? entry;
      thing.desired = now;
      declared.set(now, thing);
    }
    const ambiguous = new Set([...reading.ambiguous].map((entry) => fresh.get(entry) ?? entry));
    kinds.set(name, { ...reading, declared, ambiguous });
  }
}

/** What to call an id. Made when somebody first asks: a quiet pass never does. */
function nameIndex(
  kinds: ReadonlyMap<string, KindReading>,
  lookups: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Observation["nameOf"] {
  let names: Map<string, string> | undefined;
  const collect = (): Map<string, string> => {
    const found = new Map<string, string>();
    for (const [kind, { rest, declared }] of kinds) {
      for (const { key, observed, asParent } of [...rest, ...declared.values()]) {
        found.set(memoryKey(kind, observed.id), asParent.key.length === 1 ? (asParent.key[0] as string) : key);
      }
    }
    for (const [target, ids] of lookups) for (const [name, id] of ids) found.set(memoryKey(target, id), name);
    return found;
  };
  return (target, id) => {
    names ??= collect();
    return names.get(memoryKey(target, id));
  };
}

function inventoryOf(inventory: ReadonlyMap<string, InventoryEntry>, kind: string): Map<string, InventoryEntry> {
  const own = new Map<string, InventoryEntry>();
  for (const entry of inventory.values()) if (entry.kind === kind) own.set(entry.key, entry);
  return own;
}

function parentKeyText(kind: Kind, parent: ObservedParent): string {
  return kind.parent ? normalizeKeyPath(kind.parent, parent.key) : "";
}

function splitKey(key: string): Key {
  return key.split("/").map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A failure as plans and conditions show it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ConnectorError) return { code: error.code, message: error.message };
  return { code: "UNSUPPORTED", message: error instanceof Error ? error.message : String(error) };
}
