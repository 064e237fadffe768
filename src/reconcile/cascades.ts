/**
 * What the platform removes along with a thing although nobody states it. It is read for removals only, so
 * that brakes can count it; where it cannot be read, nobody knows how much would go, and nothing goes.
 */
import type { AnnotatedSchema } from "../api/index.ts";
import type { Kind } from "../connector-kit/compile.ts";
import type { ObservedParent } from "../connector-kit/contract.ts";
import { someSchema } from "../manifests/schema-walk.ts";
import { failureOf } from "./failure.ts";
import { goingAlong, type Known, type Things, thingsOf } from "./going-along.ts";
import { matchKind } from "./match.ts";
import type { Pass } from "./pass.ts";
import { type IntegrationDecision, memoryKey, type PlannedChange, type Thing } from "./types.ts";

/** Completes each removal's cascade; drops removals whose cascade cannot be read, and says so. */
export async function readCascades(pass: Pass, decision: IntegrationDecision): Promise<void> {
  if (pass.manifest.object.spec.policy?.mode === "Observe") return;
  const read = new Map<Kind, Promise<readonly Thing[]>>();
  const wholeKind: WholeKind = (kind) => {
    const things = read.get(kind) ?? list(pass, kind, []);
    read.set(kind, things);
    return things;
  };
  const changes: PlannedChange[] = [];
  for (const change of decision.changes) {
    const kind = pass.compiled?.kinds.get(change.kind);
    const removes = change.action === "delete" || change.action === "replace";
    if (!removes || !kind || !change.thing) {
      changes.push(change);
      continue;
    }
    try {
      changes.push({ ...change, cascade: await cascadeOf(pass, kind, change.thing, wholeKind) });
    } catch (error) {
      const { code, message } = failureOf(error);
      decision.failures.push({ kind: change.kind, code, message: `what goes along with ${change.key}: ${message}` });
    }
  }
  decision.changes = changes;
}

type WholeKind = (kind: Kind) => Promise<readonly Thing[]>;

/** All that goes along with a thing, each once. */
async function cascadeOf(pass: Pass, kind: Kind, thing: Thing, wholeKind: WholeKind): Promise<Thing[]> {
  const known = await knownTo(pass, kind, wholeKind);
  const along = goingAlong(known, thing);
  const found = new Map(along.map((one) => [memoryKey(one.kind, one.key), one]));
  for (const one of [thing, ...along]) {
    const of = known.compiled.kinds.get(one.kind);
    // What is nested below something is reached from there.
    if (!of || (one !== thing && of.parent)) continue;
    for (const below of await unread(pass, of, one)) found.set(memoryKey(below.kind, below.key), below);
  }
  return [...found.values()];
}

/**
 * What was read, with all things of those kinds that go along by reference: a pass need not have read them all.
 * A nested one of these kinds is known as far as its parents were read.
 */
async function knownTo({ compiled, observation }: Pass, kind: Kind, wholeKind: WholeKind): Promise<Known> {
  const all = compiled?.kinds ?? new Map<string, Kind>();
  const kinds = new Map<string, Things>(observation?.kinds);
  for (const other of cascadedKinds(all, kind)) {
    const reading = kinds.get(other.kind) ?? { declared: new Map(), rest: [] };
    const ids = new Set(thingsOf(reading).map(({ observed }) => observed.id));
    const more = (await wholeKind(other)).filter(({ observed }) => !ids.has(observed.id));
    kinds.set(other.kind, { declared: reading.declared, rest: [...reading.rest, ...more] });
  }
  return { compiled: { kinds: all }, kinds };
}

/** The top-level kinds in a kind's `cascades`, and in theirs. */
function cascadedKinds(kinds: ReadonlyMap<string, Kind>, kind: Kind): Set<Kind> {
  const found = new Set<Kind>();
  const open = [kind];
  for (let one = open.pop(); one; one = open.pop()) {
    for (const name of one.resource.cascades ?? []) {
      const other = kinds.get(name);
      if (!other || other.parent || found.has(other)) continue;
      found.add(other);
      open.push(other);
    }
  }
  return found;
}

/** The things below one that no read of this pass has shown. */
async function unread(pass: Pass, kind: Kind, thing: Thing): Promise<Thing[]> {
  const found: Thing[] = [];
  for (const child of kind.children) {
    const reading = pass.observation?.kinds.get(child.kind);
    const isRead = reading?.readParents.has(thing.key) ?? false;
    const below = isRead
      ? thingsOf(reading).filter(({ key }) => key.startsWith(`${thing.key}/`))
      : await list(pass, child, [thing.asParent]);
    if (!isRead) found.push(...below);
    for (const one of below) found.push(...(await unread(pass, child, one)));
  }
  return found;
}

/** @param parents for a nested kind. @throws ConnectorError when the things cannot be read whole. */
async function list(
  { session, memory }: Pass,
  kind: Kind,
  parents: readonly ObservedParent[],
): Promise<readonly Thing[]> {
  const observed = await session?.guardErrors(async () => {
    const seen = [];
    const request = { parents, keys: "all" as const, fields: referenceFields(kind) };
    for await (const one of kind.resource.list(session.reader, request)) {
      if ("error" in one) throw one.error;
      seen.push(one);
    }
    return seen;
  });
  const recorded = [...(memory?.inventory.values() ?? [])].filter((entry) => entry.kind === kind.kind);
  const inventory = new Map(recorded.map((entry) => [entry.key, entry]));
  return matchKind({ kind, desired: [], observed: observed ?? [], inventory }).rest;
}

/** The fields that tell what a thing refers to. */
function referenceFields({ schema }: Kind): Set<string> {
  const refers = (field: AnnotatedSchema) => someSchema(field, (part) => part["x-plumbline-ref"] !== undefined);
  return new Set(Object.entries(schema.properties ?? {}).flatMap(([name, field]) => (refers(field) ? [name] : [])));
}
