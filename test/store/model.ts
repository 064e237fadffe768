/** What a store has to do, in the plainest words: lists that are filtered and appended to. */
import type { SystemState, SystemUpdate } from "../../src/store/index.ts";

interface Thing {
  kind: string;
  key: string;
}

type Moves = SystemUpdate["move"] & {};

export const nothing: SystemState = { inventory: [], intents: [], failures: [] };

export function applyToModel(state: SystemState, update: SystemUpdate): SystemState {
  const moves = update.move ?? [];
  return {
    inventory: step(state.inventory, update.drop, moves, update.put),
    intents: step(state.intents, update.settle, moves, update.intend),
    failures: step(state.failures, update.heal, moves, update.fail),
  };
}

function step<T extends Thing>(
  things: readonly T[],
  drop: readonly Thing[] = [],
  moves: Moves,
  put: readonly T[] = [],
): T[] {
  const kept = without(things, drop);
  const staying = kept.filter((thing) => newKey(thing, moves) === undefined);
  const moved = kept.flatMap((thing) => {
    const key = newKey(thing, moves);
    return key === undefined ? [] : [{ ...thing, key }];
  });
  return [...moved, ...put].reduce<T[]>((all, thing) => [...without(all, [thing]), thing], staying).sort(byKindAndKey);
}

function without<T extends Thing>(things: readonly T[], others: readonly Thing[]): T[] {
  return things.filter((thing) => !others.some((other) => other.kind === thing.kind && other.key === thing.key));
}

/** Walks up from the thing: the first ancestor (or itself) that moves decides. */
function newKey({ kind, key }: Thing, moves: Moves): string | undefined {
  const kinds = kind.split(".");
  for (let depth = kinds.length; depth > 0; depth--) {
    const segments = key.split("/");
    // A key has as many segments as its kind; in these tests always.
    const ancestor = { kind: kinds.slice(0, depth).join("."), key: segments.slice(0, depth).join("/") };
    const move = moves.find(({ kind: of, from }) => of === ancestor.kind && from === ancestor.key);
    if (move) return [move.to, ...segments.slice(depth)].join("/");
  }
  return undefined;
}

function byKindAndKey(a: Thing, b: Thing): number {
  return (
    Buffer.compare(Buffer.from(a.kind), Buffer.from(b.kind)) || Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))
  );
}
