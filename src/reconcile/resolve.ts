/** Turns the keys and names in desired specs into ids, and ids back into what people call them. */
import { type Failure, parseKey } from "../api/index.ts";
import type { CompiledConnector, Kind } from "../connector-kit/compile.ts";
import { ConnectorError } from "../connector-kit/errors.ts";
import { PendingReference, type Unresolved } from "../connector-kit/references.ts";
import { normalizedKeyText } from "../manifests/keys.ts";
import { failureOf } from "./failure.ts";
import { kindTools } from "./kind-tools.ts";
import { type Desired, type KindReading, memoryKey, type Observation, type Thing } from "./types.ts";

/** Ids by target, then by name. */
type Ids = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface LookupInput {
  compiled: CompiledConnector;
  reader: unknown;
  desired: readonly Desired[];
  guard<T>(run: () => Promise<T>): Promise<T>;
}

export interface LookupResults {
  ids: Ids;
  /** The kinds whose names could not be asked for, and why. */
  failures: ReadonlyMap<string, Failure>;
}

/** Asks each lookup once, for all the names that the manifest holds. */
export async function askLookups({ compiled, reader, desired, guard }: LookupInput): Promise<LookupResults> {
  const ids = new Map<string, ReadonlyMap<string, string>>();
  const failures = new Map<string, Failure>();
  await Promise.all(
    [...namesWanted(compiled, desired)].map(async ([target, { names, kinds }]) => {
      const lookup = compiled.connector.lookups?.[target];
      try {
        if (!lookup) throw new ConnectorError("UNSUPPORTED", `${compiled.connector.title} has no lookup "${target}".`);
        ids.set(target, await guard(() => lookup.resolve(reader, [...names])));
      } catch (error) {
        for (const kind of kinds) failures.set(kind, failureOf(error));
      }
    }),
  );
  return { ids, failures };
}

function namesWanted(compiled: CompiledConnector, desired: readonly Desired[]) {
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
  return wanted;
}

/**
 * Puts ids in place of keys and names, and lets the readings point at the entries that have them.
 *
 * @returns the entries, in their order; one without references is the one that was given.
 */
export function resolveReferences(
  compiled: CompiledConnector,
  kinds: Map<string, KindReading>,
  desired: readonly Desired[],
  ids: Ids,
): Desired[] {
  const index = new Index(kinds, desired);
  const fresh = new Map<Desired, Desired>();
  const resolved = desired.map((entry) => {
    const now = resolveEntry(compiled, index, entry, ids);
    if (now !== entry) fresh.set(entry, now);
    return now;
  });
  if (fresh.size > 0) relink(kinds, fresh);
  return resolved;
}

function resolveEntry(compiled: CompiledConnector, index: Index, entry: Desired, ids: Ids): Desired {
  const { mapReferences, mapKeys, normalize } = kindTools(entry.kind);
  if (!mapReferences && !mapKeys) return entry;
  const unresolved: Unresolved[] = [];
  const targets: { kind: string; key: string }[] = [];
  const idOf = (target: string, value: string, path: string): unknown => {
    const kind = compiled.kinds.get(target);
    const found = kind ? index.find(kind, value) : { id: ids.get(target)?.get(value) };
    if (found?.target) targets.push(found.target);
    if (found?.id === undefined) unresolved.push({ path, target, value });
    return found?.id ?? value;
  };
  // What a key leads to is not needed, so a kind that could not be read is no reason to hold an entry back.
  mapKeys?.(entry.spec, (target, value, path) => (index.isUnread(target) ? value : idOf(target, value, path)));
  const resolved = mapReferences ? normalize(mapReferences(entry.spec, idOf)) : entry.resolved;
  return { ...entry, resolved, unresolved, targets };
}

interface Found {
  id: string | PendingReference | undefined;
  target?: { kind: string; key: string };
}

/** Things and entries by key, and by id and other names; a kind is indexed when it is first referred to. */
class Index {
  readonly #kinds: ReadonlyMap<string, KindReading>;
  readonly #desired: readonly Desired[];
  readonly #known = new Map<string, { things: Map<string, Thing>; ids: Map<string, Thing>; entries: Set<string> }>();

  constructor(kinds: ReadonlyMap<string, KindReading>, desired: readonly Desired[]) {
    this.#kinds = kinds;
    this.#desired = desired;
  }

  /** @returns undefined when there is no such thing, and none is going to be. */
  find(kind: Kind, value: string): Found | undefined {
    const { things, ids, entries } = this.#of(kind);
    const key = normalizedKeyText(kind, kind.parent ? parseKey(value) : [value]);
    const thing = things.get(key) ?? ids.get(value);
    if (thing) return { id: thing.observed.id, target: { kind: kind.kind, key: thing.key } };
    if (!entries.has(key) || this.#kinds.get(kind.kind)?.failed) return undefined;
    return { id: new PendingReference(kind.kind, key), target: { kind: kind.kind, key } };
  }

  isUnread(kind: string): boolean {
    return this.#kinds.get(kind)?.failed !== undefined;
  }

  #of({ kind }: Kind) {
    const known = this.#known.get(kind);
    if (known) return known;
    const things = new Map<string, Thing>();
    const ids = new Map<string, Thing>();
    const reading = this.#kinds.get(kind);
    for (const thing of [...(reading?.rest ?? []), ...(reading?.declared.values() ?? [])]) {
      things.set(thing.key, thing);
      ids.set(thing.observed.id, thing);
      for (const alias of thing.observed.aliases ?? []) ids.set(alias, thing);
    }
    const entries = new Set(this.#desired.filter((entry) => entry.kind.kind === kind).map(({ key }) => key));
    const made = { things, ids, entries };
    this.#known.set(kind, made);
    return made;
  }
}

function relink(kinds: Map<string, KindReading>, fresh: ReadonlyMap<Desired, Desired>): void {
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
export function nameIndex(kinds: ReadonlyMap<string, KindReading>, ids: Ids): Observation["nameOf"] {
  let names: Map<string, string> | undefined;
  const collect = (): Map<string, string> => {
    const found = new Map<string, string>();
    for (const [kind, { rest, declared }] of kinds) {
      for (const { key, observed, asParent } of [...rest, ...declared.values()]) {
        found.set(memoryKey(kind, observed.id), asParent.key.length === 1 ? (asParent.key[0] as string) : key);
      }
    }
    for (const [target, named] of ids) for (const [name, id] of named) found.set(memoryKey(target, id), name);
    return found;
  };
  return (target, id) => {
    names ??= collect();
    return names.get(memoryKey(target, id));
  };
}
