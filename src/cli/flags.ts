/** Flags that many commands share: how they are read, and what help says of them. */
import { didYouMean } from "../manifests/nearest.ts";
import { proposes, proposesOf, proposesOwn } from "./completion/propose.ts";
import { planFormatNames, problemFormatNames } from "./formats/names.ts";
import { type LogLevel, logLevels, type StructuredFormat, structuredFormats } from "./output.ts";

/** On every command. */
export interface CommonFlags {
  quiet?: boolean | undefined;
  "no-color"?: boolean | undefined;
  "log-level": LogLevel;
}

export interface FileFlags {
  file: readonly string[];
}

/** @typeParam F the formats of the command beside those that all have. */
export interface FormatFlags<F extends string = never> {
  output: "text" | StructuredFormat | F;
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

export const outputFlag = formatFlag([], "text, json or yaml; default text");

/** Of commands that show a plan; {@link formatList} stands in their help. */
export const planOutputFlag = formatFlag(planFormatNames, "A format, listed above; default text");

/** Of commands that show problems; {@link formatList} stands in their help. */
export const problemOutputFlag = formatFlag(problemFormatNames, "A format, listed above; default text");

/** Of `simulate`, whose Scenarios are tests. */
export const simulateOutputFlag = formatFlag(["junit"], "text, json, yaml, junit (--scenarios); default text");

/** The sentence of help that lists a command's formats: too many for the flag's own line. */
export function formatList(more: readonly string[]): string {
  return `Formats (--output): ${["text", ...structuredFormats, ...more].join(", ")}.`;
}

/** @param more the command's formats beside those that all have. */
function formatFlag<F extends string>(more: readonly F[], brief: string) {
  const parse = (text: string) => parseFormat(text, ["text", ...structuredFormats, ...more]);
  return {
    output: {
      kind: "parsed",
      parse,
      optional: true,
      brief,
      proposeCompletions: proposesOf(["text", ...structuredFormats, ...more]),
    },
  } as const;
}

export const outputAlias = { o: "output" } as const;

export const stateFlag = {
  state: value("git:REF or the default sqlite:.plumbline/state.db"),
} as const;

/** Of commands about events, tokens and the audit log, which a Git ref does not keep. */
export const lastingStateFlag = {
  state: value("postgres://… or the default sqlite:.plumbline/state.db"),
} as const;

/** Of commands that list what such a state keeps. */
export const listFlags = { ...outputFlag, ...lastingStateFlag, ...commonFlags };
export const listAliases = { ...outputAlias, ...commonAliases };
export const limitFlag = {
  limit: { kind: "parsed", parse: parseCount, optional: true, brief: "At most so many; default 50" },
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

/** @throws Error saying which formats there are. */
function parseFormat<F extends string>(text: string, formats: readonly F[]): F {
  const format = formats.find((one) => one === text);
  if (format) return format;
  const elsewhere: readonly string[] = [...planFormatNames, ...problemFormatNames];
  const why = elsewhere.includes(text) ? "is not written by this command" : "is no format";
  throw new Error(`"${text}" ${why}; there are ${formats.join(", ")}.${didYouMean(text, formats)}`);
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
