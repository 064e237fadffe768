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
  lastingStateFlag,
  outputAlias,
  outputFlag,
  type StateFlags,
} from "../flags.ts";

export interface SimulateFlags extends CommonFlags, FileFlags, FormatFlags, StateFlags {
  event: string;
}

/** `plumbline simulate`: what an event would set off. */
export const simulate = buildCommand<Partial<SimulateFlags> & Pick<SimulateFlags, "event">, [], CliContext>({
  docs: documentation(
    "Shows what an event would set off; asks no system",
    [
      ["simulate --event event.json", "what it fires, and what that sends"],
      ["simulate --event - -o json", "the event from stdin"],
    ],
    "The file holds a CloudEvent as JSON, or in short, with the data that the platform sends:\n" +
      '{"integration": "acme-github", "event": "issues", "data": {"action": "opened"}}',
  ),
  parameters: {
    flags: {
      event: { kind: "parsed", parse: String, brief: "A JSON file, - for stdin" },
      ...fileFlag,
      ...outputFlag,
      ...lastingStateFlag,
      ...commonFlags,
    },
    aliases: { ...fileAlias, ...outputAlias, ...commonAliases },
  },
  loader: lazily(() => import("../run/simulate.ts")),
});
