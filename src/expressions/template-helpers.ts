/** The helpers that templates have. All are pure, and none can make much of little. */
import { stringify } from "lossless-json";
import { equalNumbers, isNumeric } from "./numbers.ts";

export interface ValueHelper {
  /** The least and the most values. */
  takes: readonly [least: number, most: number];
  /** Whether values may be absent; they are then `undefined`. */
  lenient: boolean;
  /** What it does, for the documentation. */
  about: string;
  run(values: readonly unknown[]): unknown;
}

/** Blocks. They are carried out by the renderer. */
export const blockHelpers: Readonly<Record<string, string>> = {
  if: "when the value is there, and neither false, 0 nor empty",
  unless: "the opposite of if",
  each: "once for each element of a list or value of a map",
  with: "with paths that begin at the value",
};

/** Handlebars' idea of no: absent, null, false, 0, an empty text or list. */
export function isFalsy(value: unknown): boolean {
  return !value || (Array.isArray(value) && value.length === 0);
}

export const valueHelpers: Readonly<Record<string, ValueHelper>> = {
  default: {
    takes: [2, 2],
    lenient: true,
    about: "the first value, or the second where the first is absent or null",
    run: ([value, other]) => value ?? other,
  },
  lookup: {
    takes: [2, 2],
    lenient: false,
    about: "an element of a list or a map, by a name or number that is itself a value",
    run: ([value, name]) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, String(name))
        ? (value as Record<string, unknown>)[String(name)]
        : undefined,
  },
  json: { takes: [1, 1], lenient: false, about: "the value as JSON", run: ([value]) => stringify(value) ?? "null" },
  text: {
    takes: [1, 1],
    lenient: false,
    about: "a text as it is, any other value as JSON",
    run: ([value]) => plain(value),
  },
  utc: {
    takes: [1, 1],
    lenient: false,
    about: "an RFC 3339 time in UTC, as 2026-03-02 09:15:00; any other value as it is",
    run: ([time]) => utc(plain(time)),
  },
  eq: { takes: [2, 2], lenient: true, about: "whether two values are equal", run: ([a, b]) => same(a, b) },
  ne: { takes: [2, 2], lenient: true, about: "whether two values differ", run: ([a, b]) => !same(a, b) },
  not: { takes: [1, 1], lenient: true, about: "the opposite, as if has it", run: ([value]) => isFalsy(value) },
  and: {
    takes: [2, 8],
    lenient: true,
    about: "whether all are true, as if has it",
    run: (values) => !values.some(isFalsy),
  },
  or: {
    takes: [2, 8],
    lenient: true,
    about: "whether one is true, as if has it",
    run: (values) => !values.every(isFalsy),
  },
  length: {
    takes: [1, 1],
    lenient: false,
    about: "how many elements or characters",
    run: ([value]) => lengthOf(value),
  },
  join: {
    takes: [2, 2],
    lenient: false,
    about: "the elements of a list of texts and numbers, with a text between them",
    run: ([list, between]) => (Array.isArray(list) ? list.map(plain).join(String(between)) : undefined),
  },
  upper: { takes: [1, 1], lenient: false, about: "in capital letters", run: ([text]) => plain(text).toUpperCase() },
  lower: { takes: [1, 1], lenient: false, about: "in small letters", run: ([text]) => plain(text).toLowerCase() },
  truncate: {
    takes: [2, 2],
    lenient: false,
    about: "at most so many characters, the last of them … where something is left out",
    run: ([text, most]) => truncate(plain(text), Number(most)),
  },
};

/** Whole numbers are compared by their value, whichever of JavaScript's two kinds they are. */
function same(a: unknown, b: unknown): boolean {
  return isNumeric(a) && isNumeric(b) ? equalNumbers(a, b) : a === b;
}

function lengthOf(value: unknown): number | undefined {
  if (typeof value === "string") return [...value].length;
  if (Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : undefined;
}

function plain(value: unknown): string {
  return typeof value === "object" && value !== null ? (stringify(value) ?? "") : String(value ?? "");
}

/** As RFC 3339 writes times, section 5.6; the fraction is left out. */
function utc(text: string): string {
  const moment = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(moment) ? text : new Date(moment).toISOString().slice(0, 19).replace("T", " ");
}

/** Cuts between characters, never within a pair of surrogates. */
function truncate(text: string, most: number): string {
  const characters = [...text];
  if (!(most >= 1) || characters.length <= most) return text;
  return `${characters.slice(0, Math.floor(most) - 1).join("")}…`;
}
