/**
 * What the platform removes along with a thing: all that is nested below it, and those of the kinds in `cascades`
 * that refer to it, each with what goes along with that in turn. Pure.
 *
 * A thing that this plan moves away from the removed one counts too: whether the move succeeds is not known yet.
 */
import type { CompiledConnector, Kind } from "../connector-kit/compile.ts";
import { kindTools } from "./kind-tools.ts";
import { type KindReading, memoryKey, type Thing } from "./types.ts";

/** The things of a kind, declared and not. */
export type Things = Pick<KindReading, "declared" | "rest">;

/** What is known of a system's things. */
export interface Known {
  compiled: Pick<CompiledConnector, "kinds">;
  kinds: ReadonlyMap<string, Things>;
}

/** @returns what goes along with a thing, declared or not, as far as it was read; each once, and never the thing itself. */
export function goingAlong(known: Known, thing: Thing): Thing[] {
  const found = new Map([[nameOf(thing), thing]]);
  const open = [thing];
  for (let one = open.pop(); one; one = open.pop()) {
    for (const next of directlyAlong(known, one)) {
      if (found.has(nameOf(next))) continue;
      found.set(nameOf(next), next);
      open.push(next);
    }
  }
  found.delete(nameOf(thing));
  return [...found.values()];
}

function directlyAlong({ compiled, kinds }: Known, thing: Thing): Thing[] {
  const kind = compiled.kinds.get(thing.kind);
  if (!kind) return [];
  const nested = kindsBelow(kind).flatMap((below) =>
    thingsOf(kinds.get(below)).filter(({ key }) => key.startsWith(`${thing.key}/`)),
  );
  const referring = (kind.resource.cascades ?? []).flatMap((name) => {
    const other = compiled.kinds.get(name);
    return other ? thingsOf(kinds.get(name)).filter((one) => refersTo(other, one, thing)) : [];
  });
  return [...nested, ...referring];
}

/** Whether a live thing names another, by its id, in a field that holds references to that one's kind. */
export function refersTo(kind: Kind, { observed }: Pick<Thing, "observed">, to: Thing): boolean {
  let refers = false;
  kindTools(kind).mapReferences?.(observed.spec, (target, value) => {
    if (target === to.kind && value === to.observed.id) refers = true;
    return value;
  });
  return refers;
}

/** All things that a reading holds. */
export function thingsOf(reading: Things | undefined): Thing[] {
  return reading ? [...reading.declared.values(), ...reading.rest] : [];
}

/** The kinds that are nested in a kind, at any depth. */
function kindsBelow({ children }: Kind): string[] {
  return children.flatMap((child) => [child.kind, ...kindsBelow(child)]);
}

function nameOf({ kind, key }: Thing): string {
  return memoryKey(kind, key);
}
