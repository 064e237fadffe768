/**
 * How a flag or an argument says what could stand in its place.
 *
 * Only a name stands at the flag; the code that looks for proposals is loaded when somebody presses TAB.
 */
import type { CliContext } from "../command.ts";

/** What a shell knows how to complete by itself. */
export type ShellsOwn = "files" | "folders";

/** The command line as far as it is written, in front of the word that is being completed. */
export interface Completing {
  /** The arguments that are no flags, without the command's own name. */
  positional: readonly string[];
  /** @returns the values given to a flag. */
  values(flag: string): readonly string[];
  /** Says what a proposal is. */
  describe(word: string, description: string): void;
  /** Leaves the word to the shell. */
  leaveTo(shell: ShellsOwn): void;
}

/** @returns words for what is being completed; those that do not begin like it are dropped. */
export type Proposer = (
  completing: Completing,
  context: CliContext,
  partial: string,
) => readonly string[] | Promise<readonly string[]>;

/** What there are proposals for. */
export type Subject =
  | "integrations"
  | "integrationThenKinds"
  | "firstIntegration"
  | "selections"
  | "actions"
  | "platforms"
  | "schemas"
  | "paths"
  | "kinds"
  | "objects";

type Propose = (this: CliContext, partial: string) => Promise<readonly string[]>;

/** @returns what the library calls with the beginning of a word. */
export function proposes(subject: Subject): Propose {
  return async function propose(partial) {
    const { completing } = this;
    if (!completing) return [];
    const { proposers } = await import("./proposers.ts");
    return proposers[subject](completing, this, partial);
  };
}

/** @returns proposals that are always the same. */
export const proposesOf = (words: readonly string[]) => async (): Promise<readonly string[]> => words;

/** @returns what leaves the word to the shell. */
export function proposesOwn(shell: ShellsOwn): Propose {
  return async function propose() {
    this.completing?.leaveTo(shell);
    return [];
  };
}
