/**
 * What a changed key does to the keys below it. Pure.
 *
 * All moves of one update speak of the keys before it, so two things may swap their keys. Where a
 * parent and its child both move, the child's own move decides about the child.
 */

export interface Move {
  kind: string;
  from: string;
  to: string;
}

/** @returns the key that a thing has after the moves, undefined when none is about it. */
export function movedKey(moves: readonly Move[], kind: string, key: string): string | undefined {
  let nearest: Move | undefined;
  for (const move of moves) {
    if (isMoved(move, kind, key) && (nearest === undefined || move.kind.length > nearest.kind.length)) nearest = move;
  }
  return nearest && nearest.to + key.slice(nearest.from.length);
}

function isMoved(move: Move, kind: string, key: string): boolean {
  if (kind === move.kind) return key === move.from;
  return kind.startsWith(`${move.kind}.`) && key.startsWith(`${move.from}/`);
}
