/** What is held back, by why: a reason is said once for all that share it. */
import { entryLines, type Links, nameOf } from "./lines.ts";
import type { Entry } from "./parts.ts";
import { code } from "./text.ts";

/** @returns a paragraph for each reason, and what it holds back below it. */
export function heldLines(entries: readonly Entry[], links: Links | undefined, value: number): string[] {
  const groups = Map.groupBy(entries, ({ integration, change }) =>
    JSON.stringify([nameOf(integration), change.reason, change.message]),
  );
  return [...groups.values()].flatMap((group) => {
    const lines = group.flatMap((entry) => entryLines(entry, { links, fields: { value } }));
    return [reasonOf(group), "", ...lines, ""];
  });
}

function reasonOf([first]: readonly Entry[]): string {
  const { integration, change } = first as Entry;
  const why = change.message === undefined ? "" : ` ${code(change.message)}`;
  return `${code(change.reason)} in ${code(nameOf(integration))}:${why}`;
}

/** @returns a line for each thing that is held back as configured. */
export function quietLines(entries: readonly Entry[]): string[] {
  const groups = Map.groupBy(entries, ({ change }) => change.reason);
  return [...groups].flatMap(([reason, group]) => [
    `${code(reason)}, as configured:`,
    "",
    ...group.flatMap((entry) =>
      entryLines({ ...entry, fields: [] }, { links: undefined, fields: { value: 0 }, named: true }),
    ),
    "",
  ]);
}
