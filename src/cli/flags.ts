/** Flags that many commands share: how they are read, and what help says of them. */
import { type Format, type LogLevel, logLevels, structuredFormats } from "./output.ts";

/** On every command. */
export interface CommonFlags {
  quiet?: boolean | undefined;
  "no-color"?: boolean | undefined;
  "log-level": LogLevel;
}

export interface FileFlags {
  file: readonly string[];
}

export interface FormatFlags {
  output: Format;
}

export interface StateFlags {
  state?: string | undefined;
}

export interface SelectionFlags {
  only?: readonly string[] | undefined;
}

/** A flag that is given or not. */
export const onOff = (brief: string) => ({ kind: "boolean", brief, optional: true, withNegated: false }) as const;

/** A flag with a value, at most once. */
export const value = (brief: string) => ({ kind: "parsed", parse: String, brief, optional: true }) as const;

export const commonFlags = {
  quiet: onOff("Say nothing but results and errors"),
  "no-color": onOff("No colours; so does the variable NO_COLOR"),
  "log-level": {
    kind: "enum",
    values: logLevels,
    default: "info",
    brief: "How much to say on stderr",
  },
} as const;

export const commonAliases = { q: "quiet" } as const;

export const fileFlag = {
  file: {
    kind: "parsed",
    parse: String,
    variadic: true,
    default: ["."],
    brief: "A folder, a file, a glob, or - for standard input; may be repeated",
  },
} as const;

export const fileAlias = { f: "file" } as const;

export const outputFlag = {
  output: { kind: "parsed", parse: parseFormat, default: "text", brief: "text, json or yaml" },
} as const;

export const outputAlias = { o: "output" } as const;

export const stateFlag = {
  state: value("Where the state is kept; default sqlite:.plumbline/state.db"),
} as const;

export const onlyFlag = {
  only: {
    kind: "parsed",
    parse: String,
    variadic: true,
    optional: true,
    brief: "Nothing else but INTEGRATION[/KIND[/KEY]]; may be repeated",
  },
} as const;

/** Formats that the design names and this version does not write yet. */
const later: readonly string[] = ["markdown", "junit", "sarif", "github", "codequality"];

/** @throws Error saying which formats there are. */
export function parseFormat(text: string): Format {
  const formats = ["text", ...structuredFormats] as const;
  const format = formats.find((one) => one === text);
  if (format) return format;
  const why = later.includes(text) ? "is not written by this version yet" : "is no format";
  throw new Error(`"${text}" ${why}; there are ${formats.join(", ")}`);
}

/** @throws Error for what is no whole number from 0. */
export function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`"${text}" is no whole number from 0`);
}
