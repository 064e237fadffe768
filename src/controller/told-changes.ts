/**
 * Changes as own events tell them: what a field was and what it is to be, for whoever reads a notification.
 *
 * Values are what people and platforms wrote, so they are bounded, and cleaned of every secret that the process knows;
 * a write-only field's are never there to begin with. Pure but for the cleaning.
 */
import type { Change, FieldChange } from "../api/plan.ts";
import { writeJson } from "../events/json.ts";

/** At most so many changes are listed in one event; `total` counts all. */
export const MOST_CHANGES = 100;
/** Characters of one value, the rest is cut: what a chat message shows of it at most. */
export const LONGEST_VALUE = 500;
/** Characters of all values of one event; further fields come with their names only. */
export const MOST_VALUES = 32_000;

export interface ToldField {
  path: string;
  before?: unknown;
  after?: unknown;
  /** Contains the id of a thing that is yet to be made; `after` shows its key. */
  afterUnknown?: true;
}

export interface ToldChange extends Pick<Change, "action" | "kind" | "key"> {
  fields: readonly ToldField[];
  reason?: string;
}

export interface ToldChanges {
  changes: readonly ToldChange[];
  /** How many there are. */
  total: number;
  /** How many of them are not listed. */
  more?: number;
  /** Of how many fields only the names are listed. */
  valuesLeftOut?: number;
}

/** A change of a plan or of what was carried out of it. */
export type Changed = Pick<Change, "action" | "kind" | "key"> & { fields: readonly FieldChange[]; reason?: string };

/** @param clean takes secrets out of a text. */
export function toldChanges(changes: readonly Changed[], clean: (text: string) => string): ToldChanges {
  let room = MOST_VALUES;
  let valuesLeftOut = 0;
  const told = (field: FieldChange): ToldField => {
    const full = toldField(field, clean);
    room -= writeJson(full).length;
    if (room >= 0) return full;
    valuesLeftOut += 1;
    return { path: field.path };
  };
  const listed = changes.slice(0, MOST_CHANGES).map(
    ({ action, kind, key, fields, reason }): ToldChange => ({
      ...{ action, kind, key: clean(key), fields: fields.map(told) },
      ...(reason ? { reason } : {}),
    }),
  );
  const more = changes.length - listed.length;
  return {
    ...{ changes: listed, total: changes.length },
    ...(more > 0 ? { more } : {}),
    ...(valuesLeftOut > 0 ? { valuesLeftOut } : {}),
  };
}

function toldField({ path, before, after, afterUnknown }: FieldChange, clean: (text: string) => string): ToldField {
  return {
    path,
    ...(before === undefined ? {} : { before: shortened(cleaned(before, clean)) }),
    ...(after === undefined ? {} : { after: shortened(cleaned(after, clean)) }),
    ...(afterUnknown ? { afterUnknown } : {}),
  };
}

/** Text by text, so that what is taken out of one cannot break the structure around it. */
function cleaned(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === "string") return clean(value);
  if (Array.isArray(value)) return value.map((one) => cleaned(one, clean));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [clean(name), cleaned(one, clean)]));
}

/** A longer structure is told as the beginning of its JSON. */
function shortened(value: unknown): unknown {
  const text = typeof value === "string" ? value : writeJson(value);
  if (text.length <= LONGEST_VALUE) return value;
  return `${text.slice(0, LONGEST_VALUE).toWellFormed()}… (cut, ${text.length} characters)`;
}
