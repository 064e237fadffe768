/** Answers to a command line that cannot be understood: what is wrong, the nearest right word, where help is. */
import {
  type ApplicationText,
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
} from "@stricli/core";
import { didYouMean } from "../manifests/nearest.ts";
import { paragraph, visible } from "./plain-text.ts";

/** The flags of every command that the library adds itself. */
const OWN = ["help", "version"];

/** @param inputs the command line. @param commands the flags of each command, by its name (`plan`, `token create`). */
export function usageText(
  inputs: readonly string[],
  commands: ReadonlyMap<string, readonly string[]>,
): ApplicationText {
  const name = namedBy(inputs, [...commands.keys()]);
  const flags = [...((name && commands.get(name)) || []), ...OWN].map((flag) => `--${flag}`);
  const help = `Run \`plumbline ${name === undefined ? "" : `${name} `}--help\` to see what there is.`;
  const say = (message: string): string => `plumbline: ${message}\n${help}`;
  const unknownFlag = (flag: string): string => say(`There is no flag ${visible(flag)}.${didYouMean(flag, flags)}`);
  return {
    ...text_en,
    briefs: {
      ...text_en.briefs,
      help: "Say what this does, with examples",
      version: "Print the version",
      argumentEscapeSequence: "What follows is no flag, even with a - in front",
    },
    noCommandRegisteredForInput: ({ input }) =>
      input.startsWith("-")
        ? unknownFlag(input)
        : say(`There is no command "${visible(input)}".${didYouMean(input, siblings(name, [...commands.keys()]))}`),
    exceptionWhileParsingArguments: (error) =>
      error instanceof ArgumentScannerError ? argumentError(error, unknownFlag, say) : unexpected(error),
    exceptionWhileLoadingCommandFunction: unexpected,
    exceptionWhileLoadingCommandContext: unexpected,
    exceptionWhileRunningCommand: unexpected,
  };
}

/** @returns the command, or the group of commands, that the line begins with. */
function namedBy([first = "", second = ""]: readonly string[], names: readonly string[]): string | undefined {
  const both = `${first} ${second}`;
  if (names.includes(both)) return both;
  return names.some((name) => name === first || name.startsWith(`${first} `)) ? first : undefined;
}

/** @returns the words that may stand where one was not understood: those of the group, else all first words. */
function siblings(group: string | undefined, names: readonly string[]): string[] {
  const within = names.filter((name) => group !== undefined && name.startsWith(`${group} `));
  const words =
    within.length > 0
      ? within.map((name) => name.split(" ")[1] as string)
      : names.map((name) => name.split(" ")[0] as string);
  return [...new Set(words)];
}

function argumentError(
  error: ArgumentScannerError,
  unknownFlag: (flag: string) => string,
  say: (message: string) => string,
): string {
  return formatMessageForArgumentScannerError(error, {
    FlagNotFoundError: ({ input }) => unknownFlag(`--${input}`),
    AliasNotFoundError: ({ input }) => unknownFlag(`-${input}`),
    ArgumentParseError: ({ externalFlagNameOrPlaceholder, exception }) =>
      say(
        `--${externalFlagNameOrPlaceholder}: ${paragraph(exception instanceof Error ? exception.message : String(exception))}`,
      ),
    UnsatisfiedFlagError: ({ externalFlagName }) => say(`--${externalFlagName} needs a value.`),
    UnexpectedPositionalError: ({ input }) => say(`"${visible(input)}" is one argument too many.`),
    UnsatisfiedPositionalError: ({ placeholder }) => say(`${placeholder} is missing.`),
    InvalidNegatedFlagSyntaxError: ({ externalFlagName }) => say(`--${externalFlagName} takes no value.`),
    UnexpectedFlagError: ({ externalFlagName, input }) =>
      say(`--${externalFlagName} is given twice ("${visible(input)}").`),
  });
}

function unexpected(error: unknown): string {
  return `plumbline: ${paragraph(error instanceof Error ? error.message : String(error))}`;
}
