/**
 * The log: JSON lines, one event a line, or text for people. Secrets are taken out of every value before it is
 * written, and what has the form of one of our tokens even if nobody knows it.
 */
import { type Level, pino } from "pino";
import { TOKEN_IN_TEXT } from "./token.ts";

export const logFormats = ["json", "text"] as const;
export type LogFormat = (typeof logFormats)[number];

/** What stands beside a message. No message bodies, no headers. */
export type Facts = Readonly<Record<string, unknown>>;

export interface Logger {
  error(facts: Facts, message: string): void;
  warn(facts: Facts, message: string): void;
  info(facts: Facts, message: string): void;
  debug(facts: Facts, message: string): void;
}

export interface LoggerOptions {
  /** As after `--log-level`. */
  level: Extract<Level, "error" | "warn" | "info" | "debug">;
  format: LogFormat;
  /** Gets whole lines. */
  write(line: string): unknown;
  /** Takes known secrets out of a text. */
  redact(text: string): string;
  /** Milliseconds since 1970. */
  now(): number;
}

/** How deep the facts of a line are looked into; what lies deeper is not written. */
const DEPTH = 6;

/** @returns a log that writes what is at its level or above. */
export function createLogger({ level, format, write, redact, now }: LoggerOptions): Logger {
  const clean = (text: string) => redact(text).replace(TOKEN_IN_TEXT, "(sensitive)");
  const log = pino(
    {
      level,
      base: null,
      timestamp: timestamps(now),
      messageKey: "message",
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(format === "json" ? line : asText(line)) },
  );
  const at = (name: LoggerOptions["level"]) => (facts: Facts, message: string) => {
    if (!log.isLevelEnabled(name)) return;
    const texts = textsOf(facts, message);
    if (texts !== undefined && clean(texts) === texts) log[name](facts, "%s", message);
    else log[name](cleaned(facts, clean, DEPTH) as object, "%s", clean(message));
  };
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

/** Many lines are of one millisecond. */
function timestamps(now: () => number): () => string {
  let last: number | undefined;
  let text = "";
  return () => {
    const at = now();
    if (at !== last) text = `,"time":"${new Date(at).toISOString()}"`;
    last = at;
    return text;
  };
}

/**
 * All texts of a line beneath one another, so that one look tells whether there is a secret in any; most lines have
 * none, and are then written as they are.
 *
 * @returns undefined where there is more than texts, numbers and yes or no.
 */
function textsOf(facts: Facts, message: string): string | undefined {
  let texts = message;
  for (const name in facts) {
    const value = facts[name];
    if (typeof value === "string") texts += `\n${value}`;
    else if (typeof value === "bigint" || (typeof value === "object" && value !== null)) return undefined;
  }
  return texts;
}

/** @returns a copy of a value whose texts hold no secret; errors become their name, code and message. */
function cleaned(value: unknown, clean: (text: string) => string, depth: number): unknown {
  if (typeof value === "string") return clean(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    const { code } = value as NodeJS.ErrnoException;
    return cleaned({ name, code, message, stack, ...(cause === undefined ? {} : { cause }) }, clean, depth - 1);
  }
  if (Array.isArray(value)) return value.map((item) => cleaned(item, clean, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, cleaned(item, clean, depth - 1)] as const),
  );
}

/** `12:00:03.120 warn  message  name=value …`, still one line: values are JSON. */
function asText(line: string): string {
  const { time, level, message, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(facts).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const words = [String(time).slice(11, 23), String(level).padEnd(5), oneLine(String(message)), ...rest];
  return `${words.join(" ")}\n`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
