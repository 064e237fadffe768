/**
 * Reads all of some kinds of a system, parents first.
 *
 * Anything that fails, even for one parent, fails the whole reading: what is written from it would look
 * complete. Kinds that are only needed for their keys are read without their other fields.
 */
import type { AnnotatedSchema, Key } from "../../api/index.ts";
import type { CompiledConnector, Kind } from "../../connector-kit/compile.ts";
import type { Observed, ObservedParent } from "../../connector-kit/contract.ts";
import { ConnectorError } from "../../connector-kit/errors.ts";
import { lineage, normalizedKeyText } from "../../manifests/keys.ts";
import { someSchema } from "../../manifests/schema-walk.ts";
import { isReadable } from "./fields.ts";

export interface LiveSource {
  compiled: CompiledConnector;
  reader: unknown;
  /** Runs a connector's function; whatever it throws leaves as a ConnectorError. */
  guard<T>(run: () => Promise<T>): Promise<T>;
}

/** A thing that the platform showed. */
export interface LiveThing {
  kind: Kind;
  key: Key;
  /** The key as text, normalised. */
  keyText: string;
  observed: Observed;
}

/** Things by kind; a kind that was read and is empty has an empty list. */
export type LiveThings = ReadonlyMap<string, readonly LiveThing[]>;

/**
 * Reads the wanted kinds, and those that are needed for their keys: parents, and what fields refer to.
 *
 * @param wanted kinds of which all fields are read.
 * @throws ConnectorError naming the kind that could not be read whole.
 */
export async function readThings(source: LiveSource, wanted: ReadonlySet<string>): Promise<LiveThings> {
  const needed = neededKinds(source.compiled, wanted);
  const pending = new Map<string, Promise<readonly LiveThing[]>>();
  for (const kind of source.compiled.kinds.values()) {
    if (!needed.has(kind.kind)) continue;
    const parents = kind.parent ? pending.get(kind.parent.kind) : undefined;
    pending.set(kind.kind, readKind(source, kind, parents, wanted.has(kind.kind)));
  }
  const lists = await Promise.all(pending.values());
  return new Map([...pending.keys()].map((name, index) => [name, lists[index] ?? []]));
}

function neededKinds({ kinds }: CompiledConnector, wanted: ReadonlySet<string>): Set<string> {
  const referred = [...wanted].flatMap((name) => referredKinds(kinds, kinds.get(name)));
  return new Set([...wanted, ...referred].flatMap((name) => lineageOf(kinds.get(name))));
}

function lineageOf(kind: Kind | undefined): string[] {
  return kind ? lineage(kind).map((one) => one.kind) : [];
}

/** The kinds that fields of a kind name things of. */
function referredKinds(kinds: CompiledConnector["kinds"], kind: Kind | undefined): string[] {
  const targets = new Set<string>();
  const collect = ({ "x-plumbline-ref": target }: AnnotatedSchema): boolean => {
    if (target !== undefined && kinds.has(target)) targets.add(target);
    return false;
  };
  if (kind) someSchema(kind.schema, collect);
  return [...targets];
}

async function readKind(
  source: LiveSource,
  kind: Kind,
  parents: Promise<readonly LiveThing[]> | undefined,
  whole: boolean,
): Promise<readonly LiveThing[]> {
  const asParents = (await parents)?.map(asParent) ?? [];
  if (kind.parent && asParents.length === 0) return [];
  try {
    const things = (await list(source, kind, asParents, whole)).map((observed) => thingOf(kind, observed));
    return whole ? await withDetails(source, kind, things) : things;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw new ConnectorError(error.code, `${kind.kind}: ${error.message}`, { cause: error });
  }
}

async function list(
  { reader, guard }: LiveSource,
  kind: Kind,
  parents: readonly ObservedParent[],
  whole: boolean,
): Promise<Observed[]> {
  const fields = whole ? "all" : new Set([...(kind.schema.required ?? []), "archived"]);
  const seen: Observed[] = [];
  await guard(async () => {
    for await (const one of kind.resource.list(reader, { parents, keys: "all", fields })) {
      if ("error" in one) throw one.error;
      seen.push(one);
    }
  });
  return seen;
}

/** Reads the fields that the list lacks. */
async function withDetails({ reader, guard }: LiveSource, kind: Kind, things: readonly LiveThing[]) {
  const { detail } = kind.resource;
  const names = Object.keys(kind.schema.properties ?? {}).filter((name) => isReadable(kind.schema.properties?.[name]));
  const lacking = things.filter(({ observed }) => names.some((name) => !Object.hasOwn(observed.spec, name)));
  if (!detail || lacking.length === 0) return things;
  const fields = new Set(names.filter((name) => lacking.some(({ observed }) => !Object.hasOwn(observed.spec, name))));
  const more = new Map<Observed, Observed>();
  const byId = Map.groupBy(lacking, ({ observed }) => observed.id);
  await guard(async () => {
    const observed = lacking.map((thing) => thing.observed);
    for await (const one of detail.call(kind.resource, reader, observed, fields)) {
      for (const { observed: before } of byId.get(one.id) ?? []) {
        if (one.parent === undefined || before.parent === undefined || one.parent.id === before.parent.id) {
          more.set(before, { ...before, spec: { ...before.spec, ...one.spec } });
        }
      }
    }
  });
  return things.map((thing) => ({ ...thing, observed: more.get(thing.observed) ?? thing.observed }));
}

function thingOf(kind: Kind, observed: Observed): LiveThing {
  const segment: unknown = kind.resource.key(observed.spec);
  if (typeof segment !== "string" || segment === "") {
    throw new ConnectorError("UNAVAILABLE", `the answer holds a thing without a key (id ${observed.id}).`);
  }
  const key = [...(observed.parent?.key ?? []), segment];
  return { kind, key, keyText: normalizedKeyText(kind, key), observed };
}

function asParent({ key, observed }: LiveThing): ObservedParent {
  const { id, spec, raw, parent } = observed;
  return { id, key, spec, ...(raw === undefined ? {} : { raw }), ...(parent ? { parent } : {}) };
}
