/** What an update changes: the stated fields that differ from what the platform shows. */
import type { AnnotatedSchema } from "../../api/index.ts";
import { compileComparer, isUnordered } from "../compare.ts";
import type { ListDelta, Spec } from "../contract.ts";

export interface Changes {
  changes: Spec;
  lists: Record<string, ListDelta>;
}

/**
 * @param names the fields that may be looked at. One that could not be read, or cannot be, counts as changed:
 *   the program asked for it.
 */
export function changesOf(
  schema: AnnotatedSchema,
  desired: Spec,
  observed: Partial<Spec>,
  names: readonly string[],
): Changes {
  const stated = Object.fromEntries(names.map((name) => [name, desired[name]]));
  const { differences, unreadable } = compileComparer(schema)(stated, observed);
  const unseen = names.filter((name) => unreadable.includes(`/${name}`) || schema.properties?.[name]?.writeOnly);
  const differing = new Set([...differences.map(({ field }) => field), ...unseen]);
  const lists = differences.flatMap(({ field, delta }) => (delta ? [[field, delta] as const] : []));
  const unread = unseen.flatMap((name) =>
    isUnordered(schema.properties?.[name]) ? [[name, { added: desired[name] as unknown[], removed: [] }] as const] : [],
  );
  return {
    changes: Object.fromEntries([...differing].map((name) => [name, desired[name]])),
    lists: Object.fromEntries([...lists, ...unread]),
  };
}
