/**
 * `plumbline __complete WORDS… PARTIAL`: what the shells' scripts call at each TAB.
 *
 * It prints a line a proposal, `WORD` or `WORD<tab>DESCRIPTION`, and `:files` or `:folders` where the shell's own
 * completion is better. Whatever goes wrong gives no proposals: a message would stand in the middle of what
 * somebody is typing.
 */
import { proposeCompletions } from "@stricli/core";
import { application } from "../application.ts";
import type { CliContext } from "../command.ts";
import { paragraph } from "../plain-text.ts";
import { allCommands } from "../routes.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Completing, ShellsOwn } from "./propose.ts";
import { type Parameters, readWords } from "./words.ts";

/** What may stand on a command line unquoted, in every shell. */
const HARMLESS = /^[A-Za-z0-9_.,/@%+=:-]+$/;

/** Prints proposals for the last of the words. @returns always 0. */
export async function complete(words: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    const lines = await proposals(words, surroundings);
    if (lines.length > 0) surroundings.stdout.write(`${lines.join("\n")}\n`);
  } catch {
    return 0;
  }
  return 0;
}

async function proposals(words: readonly string[], surroundings: Surroundings): Promise<string[]> {
  const { inputs, before } = apart(words);
  const descriptions = new Map<string, string>();
  let shell: ShellsOwn | undefined;
  const completing: Completing = {
    ...readWords(inputs.slice(commandOf(inputs).split(" ").length, -1), parametersOf(commandOf(inputs))),
    describe: (word, description) => void descriptions.set(word, description),
    leaveTo(whom) {
      shell = whom;
    },
  };
  const found = await proposeCompletions(application(inputs), inputs, contextOf(surroundings, completing));
  const partial = inputs.at(-1) ?? "";
  const fit = found.filter(({ kind, completion }) => HARMLESS.test(completion) && completion !== "--" && fits(kind));
  // Flags are many: they are shown to those who ask for them, or where nothing else can stand.
  const others = fit.filter(({ kind }) => kind !== "argument:flag");
  const shown = partial === "" && (others.length > 0 || shell) ? others : fit;
  const lines = shown.map(({ kind, completion, brief }) => {
    const said = paragraph(descriptions.get(completion) ?? (kind === "argument:value" ? "" : brief));
    return said === "" ? before + completion : `${before}${completion}\t${said}`;
  });
  return [...new Set(lines), ...(shell ? [`:${shell}`] : [])];

  function fits(kind: string): boolean {
    return before === "" || kind === "argument:value";
  }
}

/** `--flag=partial` is completed as `--flag partial`. */
function apart(words: readonly string[]): { inputs: readonly string[]; before: string } {
  const match = /^(--[a-z-]+)=(.*)$/s.exec(words.at(-1) ?? "");
  if (!match || words.includes("--")) return { inputs: words, before: "" };
  const [, flag = "", value = ""] = match;
  return { inputs: [...words.slice(0, -1), flag, value], before: `${flag}=` };
}

/** The command that a line begins with, of two words where it stands in a group. */
function commandOf([first = "", second = ""]: readonly string[]): string {
  const both = `${first} ${second}`;
  return allCommands.has(both) ? both : first;
}

function parametersOf(name: string): Parameters {
  return (allCommands.get(name)?.parameters as Parameters | undefined) ?? {};
}

function contextOf(surroundings: Surroundings, completing: Completing): CliContext {
  const { stdout, stderr } = surroundings;
  return { process: { stdout, stderr } as CliContext["process"], surroundings, completing };
}
