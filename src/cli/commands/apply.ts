/** How `plumbline apply` is called: its flags, its help. Its code is in `../run/apply.ts`. */
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
  onlyFlag,
  onOff,
  outputAlias,
  outputFlag,
  parseCount,
  type SelectionFlags,
  type StateFlags,
  stateFlag,
  value,
} from "../flags.ts";

export interface ApplyFlags extends CommonFlags, FileFlags, FormatFlags, StateFlags, SelectionFlags {
  "auto-approve"?: boolean | undefined;
  "confirm-removals"?: number | undefined;
  "accept-system"?: boolean | undefined;
  "lock-timeout"?: string | undefined;
}

/** `plumbline apply`: makes the systems as the manifests say. */
export const apply = buildCommand<ApplyFlags, [planFile?: string], CliContext>({
  docs: documentation(
    "Makes the systems as the manifests say",
    [
      ["apply", "shows the plan, asks, and applies it"],
      ["apply plan.json --auto-approve", "exactly what `plan --out plan.json` saved, or nothing"],
      ["apply --only acme-slack --auto-approve", "one integration, in CI"],
      ["apply --confirm-removals 14", "when the plan says that it removes 14"],
    ],
    "It asks on a terminal and never otherwise: elsewhere it needs --auto-approve.\n" +
      "Ctrl-C lets the write under way end, starts no other, and says what was done and what was not.",
  ),
  parameters: {
    flags: {
      ...fileFlag,
      ...outputFlag,
      ...onlyFlag,
      "auto-approve": onOff("Apply without asking"),
      "confirm-removals": {
        kind: "parsed",
        parse: parseCount,
        optional: true,
        brief: "The exact number of removals, where a plan asks for it",
      },
      "accept-system": onOff("A credential leads to another system than before, and that is right"),
      "lock-timeout": value("How long to wait for another apply, such as 5m; default 0s"),
      ...stateFlag,
      ...commonFlags,
    },
    aliases: { ...fileAlias, ...outputAlias, ...commonAliases },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, optional: true, placeholder: "plan.json", brief: "A saved plan, or a folder" }],
    },
  },
  loader: lazily(() => import("../run/apply.ts")),
});
