/**
 * The least time between two notifications of one type in a route, and which groups wait for its end.
 *
 * Times are kept per route and type, not per group: what one group holds back joins the next notification of that type
 * from the same route, whichever group sends it.
 */
import type { Group } from "./group-state.ts";

interface Slot {
  until: number;
  waiting: Set<Group>;
}

/** When slots whose time is over are cleared away: types are other people's texts, and there may be many. */
const CLEAR_AT = 1000;

export class Throttle {
  private readonly slots = new Map<string, Slot>();
  private readonly touched = new Set<string>();
  private clearAt = CLEAR_AT;

  /** @returns until when a type may not be told, or undefined. */
  closedUntil(group: Group, type: string, now: number): number | undefined {
    const until = this.slots.get(slotKey(group, type))?.until;
    return until !== undefined && until > now ? until : undefined;
  }

  /** A notification of the type was sent. */
  close(group: Group, type: string, now: number): void {
    const { throttle } = group.node.options;
    if (throttle === 0) return;
    this.clear(now);
    const id = slotKey(group, type);
    this.slot(id).until = now + throttle;
    this.touched.add(id);
  }

  wait(group: Group, type: string): void {
    this.slot(slotKey(group, type)).waiting.add(group);
  }

  /** @returns the groups that waited for the type, which no longer do. */
  release(group: Group, type: string): readonly Group[] {
    const slot = this.slots.get(slotKey(group, type));
    if (!slot) return [];
    const waiting = [...slot.waiting].sort((a, b) => (a.id < b.id ? -1 : 1));
    slot.waiting.clear();
    return waiting;
  }

  /** What is over by now is forgotten instead. */
  restore(id: string, until: number, now: number): void {
    if (until > now) this.slot(id).until = until;
    else this.touched.add(id);
  }

  /** What changed since the last call: each slot's end, undefined for one that is gone. */
  changes(): [id: string, until: number | undefined][] {
    const changed = [...this.touched].map((id): [string, number | undefined] => [id, this.slots.get(id)?.until]);
    this.touched.clear();
    return changed;
  }

  private slot(id: string): Slot {
    const known = this.slots.get(id) ?? { until: 0, waiting: new Set() };
    this.slots.set(id, known);
    return known;
  }

  private clear(now: number): void {
    if (this.slots.size < this.clearAt) return;
    for (const [id, { until, waiting }] of this.slots) {
      if (until > now || waiting.size > 0) continue;
      this.slots.delete(id);
      this.touched.add(id);
    }
    this.clearAt = Math.max(CLEAR_AT, 2 * this.slots.size);
  }
}

function slotKey({ tree, node }: Group, type: string): string {
  return JSON.stringify([tree.namespace, tree.name, node.key, type]);
}
