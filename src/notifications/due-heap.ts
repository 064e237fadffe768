/**
 * One timer structure for all groups: a binary heap of what is due when, each element knowing its place, so that a time
 * can be moved. What is due at the same moment comes by its id.
 */
export interface Timed {
  readonly id: string;
  /** Milliseconds since 1970. */
  due: number;
  /** Kept by the heap; -1 outside of it. */
  place: number;
}

export class DueHeap<T extends Timed> {
  private readonly items: T[] = [];

  get size(): number {
    return this.items.length;
  }

  /** When the first is due. */
  next(): number | undefined {
    return this.items[0]?.due;
  }

  /** Puts an element in, or moves it to its new time. */
  schedule(item: T, due: number): void {
    item.due = due;
    if (item.place < 0) {
      item.place = this.items.length;
      this.items.push(item);
    }
    this.down(this.up(item.place));
  }

  /** Takes out the first, if it is due at a moment. */
  pop(now: number): T | undefined {
    const [first] = this.items;
    if (!first || first.due > now) return undefined;
    this.remove(first);
    return first;
  }

  remove(item: T): void {
    const { place } = item;
    if (place < 0) return;
    item.place = -1;
    const last = this.items.pop() as T;
    if (last === item) return;
    this.put(last, place);
    this.down(this.up(place));
  }

  private up(start: number): number {
    let place = start;
    const item = this.items[place] as T;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(item, this.items[above] as T)) break;
      this.put(this.items[above] as T, place);
      place = above;
    }
    this.put(item, place);
    return place;
  }

  private down(start: number): void {
    let place = start;
    const item = this.items[place] as T;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.items.length) break;
      if (below + 1 < this.items.length && isBefore(this.items[below + 1] as T, this.items[below] as T)) below += 1;
      if (!isBefore(this.items[below] as T, item)) break;
      this.put(this.items[below] as T, place);
      place = below;
    }
    this.put(item, place);
  }

  private put(item: T, place: number): void {
    this.items[place] = item;
    item.place = place;
  }
}

function isBefore(a: Timed, b: Timed): boolean {
  return a.due < b.due || (a.due === b.due && a.id < b.id);
}
