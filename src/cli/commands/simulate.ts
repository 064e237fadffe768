/** How `plumbline simulate` is called: its flags, its help. Its code is in `../run/simulate.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type FileFlags,
  type FormatFlags,
  fileAlias,
  fileFlag,
  fileValue,
  lastingStateFlag,
  onOff,
  outputAlias,
  type StateFlags,
  simulateOutputFlag,
} from "../flags.ts";

export interface SimulateFlags extends CommonFlags, FileFlags, FormatFlags<"junit">, StateFlags {
  event?: string | undefined;
  scenarios?: boolean | undefined;
}

/** `plumbline simulate`: what an event would set off, or whether the Scenarios pass. */
export const simulate = buildCommand<Partial<SimulateFlags>, [], CliContext>({
  docs: documentation(
    "Shows what events would set off; asks no system",
    [
      ["simulate --event event.json", "what it fires, and what that sends"],
      ["simulate --event - -o json", "the event from stdin"],
      ["simulate --scenarios", "plays the Scenarios"],
      ["simulate --scenarios -o junit", "for CI"],
    ],
    "The file holds a CloudEvent as JSON, or in short, with the data that the platform sends:\n" +
      '{"integration": "acme-github", "event": "issues", "data": {"action": "opened"}}\n\n' +
      "A Scenario that fails shows what did happen in the form of its `expect`, and the command ends with 1.",
  ),
  parameters: {
    flags: {
      event: fileValue("A JSON file, - for stdin"),
      scenarios: onOff("Play the manifests of the kind Scenario"),
      ...fileFlag,
      ...simulateOutputFlag,
      ...lastingStateFlag,
      ...commonFlags,
    },
    aliases: { ...fileAlias, ...outputAlias, ...commonAliases },
  },
  loader: lazily(() => import("../run/simulate.ts")),
});
