/**
 * What stands between the command line library and a command's code: loading it when it is run,
 * giving it its surroundings, and turning what it returns or throws into the process's number.
 */
import type { CommandContext } from "@stricli/core";
import type { Completing } from "./completion/propose.ts";
import { Interrupted, reportError } from "./errors.ts";
import { INTERRUPTED } from "./exit.ts";
import { type CommonFlags, withDefaults } from "./flags.ts";
import { Output } from "./output.ts";
import { wrap } from "./plain-text.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a command is given beside its flags. */
export interface Invocation {
  surroundings: Surroundings;
  output: Output;
}

/** A command's code. @returns the number that the process ends with. */
export type Run<F, A extends readonly unknown[] = []> = (
  invocation: Invocation,
  flags: F,
  ...args: A
) => Promise<number>;

/** The library's context, with ours on it. */
export interface CliContext extends CommandContext {
  readonly process: CommandContext["process"] & { exitCode?: number | string | null };
  readonly surroundings: Surroundings;
  /** There while a shell asks what could be typed. */
  readonly completing?: Completing;
}

/** @returns what the library calls; the command's module is loaded only then. */
export function lazily<F extends CommonFlags, A extends readonly unknown[]>(
  load: () => Promise<{ default: Run<F, A> }>,
) {
  return async () => {
    const { default: run } = await load();
    return async function invoke(this: CliContext, given: Partial<F>, ...args: A): Promise<void> {
      const flags = withDefaults(given);
      this.process.exitCode = await guarded(this.surroundings, flags, (invocation) => run(invocation, flags, ...args));
    };
  };
}

async function guarded(
  surroundings: Surroundings,
  flags: CommonFlags,
  run: (invocation: Invocation) => Promise<number>,
): Promise<number> {
  const level = flags.quiet ? "error" : flags["log-level"];
  const output = new Output(surroundings, { level, plain: flags["no-color"] === true });
  try {
    return await run({ surroundings, output });
  } catch (error) {
    reportError(error, output);
    return error instanceof Interrupted ? INTERRUPTED : 1;
  }
}

/** Columns of help: it is written without asking how wide the window is. */
const HELP_WIDTH = 80;

type Examples = readonly (readonly [line: string, why: string])[];

/** One line of help, its details (paragraphs, wrapped here), and examples, as every command has them. */
export function documentation(brief: string, examples: Examples, details = "") {
  return {
    brief,
    /** Made when help is asked for: every start makes all commands. */
    get fullDescription(): string {
      return fullDescription(brief, examples, details);
    },
  };
}

function fullDescription(brief: string, examples: Examples, details: string): string {
  const widest = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, why]) => `  plumbline ${line.padEnd(widest)}  ${why}`.trimEnd());
  const paragraphs = details.split("\n\n").map((text) => wrap(text.replaceAll("\n", " "), HELP_WIDTH).join("\n"));
  return [`${brief}.`, ...paragraphs, ["EXAMPLES", ...lines].join("\n")].filter((part) => part !== "").join("\n\n");
}
