/**
 * Changes to a manifest's data, before they become changes of its text.
 *
 * Paths are those of the document that is changed: lists are only made longer at their end or shortened
 * where no other change points into them, so that no change moves what another one means.
 */
import { isObject } from "./defaults.ts";
import type { DocumentPath } from "./types.ts";

export type DocumentEdit =
  /** Gives a field a value; what is missing on the way is made. */
  | { do: "set"; path: DocumentPath; value: unknown }
  /** Takes a field away. */
  | { do: "remove"; path: DocumentPath }
  /** Takes elements out of a list, by their positions, and puts others at its end. */
  | { do: "list"; path: DocumentPath; removed: readonly number[]; added: readonly unknown[] };

/** @returns a document's value with the changes made; the given one stays as it is. */
export function editedValue(value: unknown, edits: readonly DocumentEdit[]): unknown {
  const root = structuredClone(value);
  for (const edit of edits) {
    const container = containerOf(root, edit.path);
    const last = edit.path.at(-1) as string | number;
    if (edit.do === "set") put(container, last, structuredClone(edit.value));
    else if (edit.do === "remove") delete (container as Record<string, unknown>)[last];
    else put(container, last, editedList(valueAt(container, [last]), edit));
  }
  return root;
}

/** @returns what stands at a path; undefined where nothing does. */
export function valueAt(value: unknown, path: DocumentPath): unknown {
  let here = value;
  for (const segment of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, segment)) return undefined;
    here = (here as Record<string | number, unknown>)[segment];
  }
  return here;
}

function editedList(list: unknown, { removed, added }: DocumentEdit & { do: "list" }): unknown[] {
  const kept = Array.isArray(list) ? list.filter((_, index) => !removed.includes(index)) : [];
  return [...kept, ...structuredClone(added)];
}

function containerOf(root: unknown, path: DocumentPath): object {
  let here = root as object;
  for (const segment of path.slice(0, -1)) {
    const next = valueAt(here, [segment]);
    if (Array.isArray(next) || isObject(next)) {
      here = next;
    } else {
      const made = {};
      put(here, segment, made);
      here = made;
    }
  }
  return here;
}

function put(container: object, name: string | number, value: unknown): void {
  Object.defineProperty(container, name, { value, enumerable: true, configurable: true, writable: true });
}
