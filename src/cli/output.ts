/**
 * What a command says: results on stdout, all else on stderr.
 *
 * Everything passes through the redactor of the secrets that this run has resolved. Structured results
 * are redacted value by value, so that they stay valid whatever is taken out.
 *
 * In a job of GitHub Actions nothing that is written holds a command of its runner, but for the format that
 * is made of them: what stands in a line may come from anybody.
 */
import { type Paint, painter, wantsColor } from "./paint.ts";
import type { Sink, Surroundings } from "./surroundings.ts";
import { inActions, withoutCommands } from "./workflow-commands.ts";

export const logLevels = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Formats of results that programs read, which every command with results has beside text. */
export const structuredFormats = ["json", "yaml"] as const;
export type StructuredFormat = (typeof structuredFormats)[number];

export interface OutputOptions {
  level: LogLevel;
  /** No colours, whatever the streams are. */
  plain: boolean;
}

/** The width where nobody's window says one. */
const DEFAULT_WIDTH = 100;
const NARROWEST = 40;

export class Output {
  /** Columns that text results may use. */
  readonly width: number;
  /** Styles text results. */
  readonly paint: Paint;
  /** Styles what goes to stderr. */
  readonly paintError: Paint;
  readonly errorColor: boolean;
  readonly level: LogLevel;
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #guard: (text: string) => string;
  #redact: (text: string) => string = (text) => text;
  /** Takes away what is drawn over and over, such as progress. */
  #clear: () => void = () => undefined;

  constructor({ stdout, stderr, env }: Pick<Surroundings, "stdout" | "stderr" | "env">, options: OutputOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#guard = inActions(env) ? withoutCommands : (text) => text;
    this.level = options.level;
    this.width = Math.max(stdout.isTTY ? (stdout.columns ?? DEFAULT_WIDTH) : DEFAULT_WIDTH, NARROWEST);
    this.paint = painter(wantsColor(stdout, env, options.plain));
    this.errorColor = wantsColor(stderr, env, options.plain);
    this.paintError = painter(this.errorColor);
  }

  /** Takes the secrets out of everything from now on. */
  redactWith(redact: (text: string) => string): void {
    this.#redact = redact;
  }

  /** @returns the text without known secrets. */
  redact(text: string): string {
    return this.#redact(text);
  }

  /** @returns a copy of a JSON value whose strings hold no known secret. */
  redacted<T>(value: T): T {
    return this.#redactLeaves(value) as T;
  }

  /** Calls back before anything is written. */
  beforeWriting(clear: () => void): void {
    this.#clear = clear;
  }

  /** Writes a result as text; adds the last line end. */
  print(text: string): void {
    this.#clear();
    this.#stdout.write(this.#guard(this.#redact(text.endsWith("\n") ? text : `${text}\n`)));
  }

  /**
   * Writes a finished document for programs, made of values that {@link redacted} gave.
   *
   * @param holdsCommands it is made of the commands of GitHub's runner, which then stay as they are.
   */
  document(text: string, holdsCommands = false): void {
    this.#clear();
    this.#stdout.write(holdsCommands ? text : this.#guard(text));
  }

  /** Writes a result for programs. */
  async data(value: unknown, format: StructuredFormat): Promise<void> {
    const clean = this.redacted(value);
    this.#clear();
    if (format === "json") {
      this.#stdout.write(this.#guard(`${JSON.stringify(clean, undefined, 2)}\n`));
      return;
    }
    const { yamlText } = await import("./yaml-text.ts");
    this.#stdout.write(this.#guard(yamlText(clean)));
  }

  /** Says that something went wrong. */
  error(text: string): void {
    this.#say("error", text);
  }

  /** Says what a person should look at although the command goes on. */
  warn(text: string): void {
    this.#say("warn", text);
  }

  /** Says what is good to know. */
  note(text: string): void {
    this.#say("info", text);
  }

  /** Says what helps to find a mistake. */
  debug(text: string): void {
    this.#say("debug", text);
  }

  #say(level: LogLevel, text: string): void {
    if (logLevels.indexOf(level) > logLevels.indexOf(this.level)) return;
    this.#clear();
    if (text === "") return;
    this.#stderr.write(this.#guard(this.#redact(text.endsWith("\n") ? text : `${text}\n`)));
  }

  #redactLeaves(value: unknown): unknown {
    if (typeof value === "string") return this.#redact(value);
    if (Array.isArray(value)) return value.map((item) => this.#redactLeaves(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#redactLeaves(item)]));
  }
}
