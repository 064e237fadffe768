/** Flags that many commands share: how they are read, and what help says of them. */
import { didYouMean } from "../manifests/nearest.ts";
import { proposes, proposesOf, proposesOwn } from "./completion/propose.ts";
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

export interface LoadConnectorsFlags {
  "load-connectors"?: boolean | undefined;
}

export interface SelectionFlags {
  only?: readonly string[] | undefined;
}

/**
 * What holds for flags that are not given. The library is not told: it would print defaults in a column
 * of their own, far to the right of most windows. The briefs below say them.
 */
const defaults: Readonly<FileFlags & FormatFlags & Pick<CommonFlags, "log-level">> = {
  file: ["."],
  output: "text",
  "log-level": "info",
};

/** @returns the flags of a command, with what holds where one is not given. */
export function withDefaults<F extends CommonFlags>(given: Partial<F>): F {
  const stated = Object.entries(given).filter(([, stated]) => stated !== undefined);
  return { ...defaults, ...Object.fromEntries(stated) } as unknown as F;
}

/** A flag that is given or not. */
export const onOff = (brief: string) => ({ kind: "boolean", brief, optional: true, withNegated: false }) as const;

/** A flag with a value, at most once. */
export const value = (brief: string) => ({ kind: "parsed", parse: String, brief, optional: true }) as const;

/** A flag with a file as its value, at most once. */
export const fileValue = (brief: string) => ({ ...value(brief), proposeCompletions: proposesOwn("files") }) as const;

export const commonFlags = {
  quiet: onOff("Say nothing but results and errors"),
  "no-color": onOff("No colours; so does the variable NO_COLOR"),
  "log-level": {
    kind: "parsed",
    parse: parseLevel,
    optional: true,
    brief: `${logLevels.join(", ")}; default info`,
    proposeCompletions: proposesOf(logLevels),
  },
} as const;

export const commonAliases = { q: "quiet" } as const;

export const fileFlag = {
  file: {
    kind: "parsed",
    parse: String,
    variadic: true,
    optional: true,
    brief: "Folder, file, glob, - (stdin); repeatable; default .",
    proposeCompletions: proposesOwn("files"),
  },
} as const;

export const fileAlias = { f: "file" } as const;

export const outputFlag = {
  output: {
    kind: "parsed",
    parse: parseFormat,
    optional: true,
    brief: "text, json or yaml; default text",
    proposeCompletions: proposesOf(["text", ...structuredFormats]),
  },
} as const;

export const outputAlias = { o: "output" } as const;

export const stateFlag = {
  state: value("The state; default sqlite:.plumbline/state.db"),
} as const;

export const onlyFlag = {
  only: {
    kind: "parsed",
    parse: String,
    variadic: true,
    optional: true,
    brief: "Only INTEGRATION[/KIND[/KEY]]; repeatable",
    proposeCompletions: proposes("selections"),
  },
} as const;

export const loadConnectorsFlag = {
  "load-connectors": onOff("Run the code of plumbline.config.yaml's connectors"),
} as const;

/** Formats that the design names and this version does not write yet. */
const later: readonly string[] = ["markdown", "junit", "sarif", "github", "codequality"];

/** @throws Error saying which formats there are. */
function parseFormat(text: string): Format {
  const formats = ["text", ...structuredFormats] as const;
  const format = formats.find((one) => one === text);
  if (format) return format;
  const why = later.includes(text) ? "is not written by this version yet" : "is no format";
  throw new Error(`"${text}" ${why}; there are ${formats.join(", ")}.`);
}

/** @throws Error saying which levels there are. */
function parseLevel(text: string): LogLevel {
  const level = logLevels.find((one) => one === text);
  if (level) return level;
  throw new Error(`"${text}" is not one of ${logLevels.join(", ")}.${didYouMean(text, logLevels)}`);
}

/** @throws Error for what is no whole number from 0. */
export function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`"${text}" is no whole number from 0.`);
}
