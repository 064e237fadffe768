/**
 * Which of many siblings an event could match, without asking them all.
 *
 * Each sibling is filed under one of the values that it asks for: the one that the fewest siblings ask for. Siblings
 * that ask for no certain value (only expressions, negations, globs) are always looked at. The order stays theirs.
 *
 * What a sibling is filed under need not be asked again, so that an event touches little memory of the route that it
 * goes to: with a thousand routes that is what routing costs.
 */

import { type Pin, TYPE } from "./match.ts";
import { labelOf } from "./matchers.ts";
import type { Routable } from "./routable.ts";

interface Entry<T> {
  order: number;
  item: T;
}

export class SiblingIndex<T> {
  private readonly rest: Entry<T>[] = [];
  private readonly filed = new Map<string, Map<string, Entry<T>[]>>();

  /** @param known what is offered of a sibling of which a pin is known to hold. */
  static of<S, T>(
    siblings: readonly S[],
    pinsOf: (sibling: S) => readonly Pin[],
    known: (sibling: S, pin: Pin | undefined) => T,
  ): SiblingIndex<T> {
    const index = new SiblingIndex<T>();
    const frequency = frequencies(siblings.flatMap(pinsOf));
    for (const [order, sibling] of siblings.entries()) {
      const [pin] = pinsOf(sibling).toSorted((a, b) => frequency(a) - frequency(b));
      const entry = { order, item: known(sibling, pin) };
      if (pin) index.file(pin, entry);
      else index.rest.push(entry);
    }
    return index;
  }

  private constructor() {}

  /** Offers those that could match, in their order, until one is taken. @param take returns whether to stop. */
  visit(event: Routable, take: (item: T) => boolean): void {
    const found = this.lookUp(event);
    let next = 0;
    for (const entry of this.rest) {
      while (next < found.length && (found[next] as Entry<T>).order < entry.order) {
        if (take((found[next++] as Entry<T>).item)) return;
      }
      if (take(entry.item)) return;
    }
    while (next < found.length) if (take((found[next++] as Entry<T>).item)) return;
  }

  private file({ dimension, values }: Pin, entry: Entry<T>): void {
    const table = this.filed.get(dimension) ?? new Map<string, Entry<T>[]>();
    this.filed.set(dimension, table);
    for (const value of new Set(values)) {
      const list = table.get(value);
      if (list) list.push(entry);
      else table.set(value, [entry]);
    }
  }

  /** Goes through the dimensions or through the event's labels, whichever are fewer. */
  private lookUp(event: Routable): readonly Entry<T>[] {
    const lists: (readonly Entry<T>[])[] = [];
    const add = (dimension: string, value: string) => {
      const list = this.filed.get(dimension)?.get(value);
      if (list) lists.push(list);
    };
    const names = Object.keys(event.labels);
    if (this.filed.size <= names.length) {
      for (const name of this.filed.keys()) add(name, name === TYPE ? event.type : labelOf(event.labels, name));
    } else {
      add(TYPE, event.type);
      for (const name of names) add(name, labelOf(event.labels, name));
    }
    if (lists.length <= 1) return lists[0] ?? [];
    return lists.flat().sort((a, b) => a.order - b.order);
  }
}

/** @returns how many siblings share the most frequent value of a pin. */
function frequencies(pins: readonly Pin[]): (pin: Pin) => number {
  const counts = new Map<string, number>();
  const key = (dimension: string, value: string) => JSON.stringify([dimension, value]);
  for (const { dimension, values } of pins) {
    for (const value of new Set(values)) {
      const name = key(dimension, value);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return ({ dimension, values }) => Math.max(0, ...values.map((value) => counts.get(key(dimension, value)) ?? 0));
}
