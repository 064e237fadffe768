/** The fields of a change as lines of a diff. Each line shows one value, or one element of a list. */
import { type FieldChange, SENSITIVE } from "../../api/plan.ts";
import { inline, visible } from "../plain-text.ts";
import { fieldName, withoutSameStart } from "../render-field.ts";
import { type Entry, isDrifted } from "./parts.ts";
import { clip } from "./text.ts";

/** Elements of a list that are shown, unless a person has to see each that goes. */
const ELEMENTS = 20;
/** An element that goes is shown in so many UTF-16 units even where no values are. */
const SHORTEST_ELEMENT = 100;
const NAME = 80;

/** How far the fields are shown. */
export interface FieldDetail {
  /** The longest value, in UTF-16 units; 0: no fields but what goes from lists that a reviewer looks at twice. */
  value: number;
  /** What is said of a field that was different before. */
  remark?: string;
}

/** @returns lines that start with `+ `, `- ` or two blanks. */
export function fieldLines(entry: Entry, detail: FieldDetail): string[] {
  const { change, fields } = entry;
  const risky = (change.risks ?? []).length > 0;
  return fields.flatMap((field) => {
    const lists = listsOf(field);
    if (lists) return listLines(field, lists, risky, detail);
    if (detail.value === 0) return [];
    const remark = detail.remark !== undefined && isDrifted(field, change) ? ` (${detail.remark})` : "";
    return pairLines(field, detail.value, remark);
  });
}

function pairLines(field: FieldChange, most: number, remark: string): string[] {
  const { before, after, afterUnknown, cause } = field;
  const name = nameOf(field);
  const pending = afterUnknown ? " (its id is not known yet)" : "";
  if (after === SENSITIVE) {
    const why = cause === "unknown" ? " is written anew: the state key is another one" : " changes";
    return [`+ ${name}: ${SENSITIVE}${before === undefined ? "" : why}${remark}`];
  }
  const to = inline(after);
  if (before === undefined) return [`+ ${name}: ${clip(to, most)}${pending}${remark}`];
  const from = inline(before);
  const shown = Math.max(from.length, to.length) > most ? withoutSameStart(from, to) : { from, to };
  return [`- ${name}: ${clip(shown.from, most)}`, `+ ${name}: ${clip(shown.to, most)}${pending}${remark}`];
}

interface Lists {
  added: readonly string[];
  removed: readonly string[];
}

/** @returns what came and went; `undefined` when it is no list, or only its order differs. */
function listsOf({ before, after }: FieldChange): Lists | undefined {
  if (!Array.isArray(before) || !Array.isArray(after)) return undefined;
  const added = missing(after.map(inline), before.map(inline));
  const removed = missing(before.map(inline), after.map(inline));
  return added.length + removed.length > 0 ? { added, removed } : undefined;
}

/** The elements of one list that the other lacks, as often as it lacks them. */
function missing(list: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const item of other) left.set(item, (left.get(item) ?? 0) + 1);
  return list.filter((item) => {
    const number = left.get(item) ?? 0;
    if (number > 0) left.set(item, number - 1);
    return number === 0;
  });
}

function listLines(field: FieldChange, { added, removed }: Lists, risky: boolean, { value }: FieldDetail): string[] {
  const name = nameOf(field);
  const shownRemoved = risky ? removed : removed.slice(0, value === 0 ? 0 : ELEMENTS);
  const shownAdded = added.slice(0, value === 0 ? 0 : ELEMENTS);
  const most = Math.max(value, SHORTEST_ELEMENT);
  const more = added.length + removed.length - shownAdded.length - shownRemoved.length;
  const lines = [
    ...shownRemoved.map((item) => `- ${name}: ${clip(item, most)}`),
    ...shownAdded.map((item) => `+ ${name}: ${clip(item, most)}`),
  ];
  return more > 0 && value > 0 ? [...lines, `  ${name}: ${more} more`] : lines;
}

function nameOf({ path }: FieldChange): string {
  return clip(visible(fieldName(path)).toWellFormed(), NAME);
}
