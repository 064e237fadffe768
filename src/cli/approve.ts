/** Asks a person, on a terminal and never otherwise. */
import type { Readable, Writable } from "node:stream";
import { UserError } from "./errors.ts";
import type { Surroundings } from "./surroundings.ts";

type Terminal = Pick<Surroundings, "stdin" | "stderr">;

/**
 * Makes sure that somebody can say yes.
 *
 * @param what is about to be done, as the end of "Nobody can be asked whether to …".
 * @throws UserError naming the flag, when nobody can.
 */
export function assertApprovable(what: "apply" | "forget", autoApprove: boolean, { stdin, stderr }: Terminal): void {
  if (autoApprove || (stdin.isTTY === true && stderr.isTTY === true)) return;
  throw new UserError(
    `Nobody can be asked whether to ${what}, since this is not a terminal. Nothing was done. ${nextStep[what]}`,
  );
}

const nextStep = {
  apply: "Look at `plumbline plan`, then pass --auto-approve.",
  forget: "To forget without being asked, pass --auto-approve.",
} as const;

/** @returns whether the person said yes; Ctrl-C and Escape are a no. */
export async function ask(message: string, { stdin, stderr }: Terminal): Promise<boolean> {
  const { confirm } = await import("@clack/prompts");
  const answer = await confirm({
    message,
    initialValue: false,
    input: stdin as unknown as Readable,
    output: stderr as unknown as Writable,
  });
  return answer === true;
}
