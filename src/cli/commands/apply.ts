/** How `plumbline apply` is called: its flags, its help. Its code is in `../run/apply.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposesOwn } from "../completion/propose.ts";
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
export const apply = buildCommand<Partial<ApplyFlags>, [planFile?: string], CliContext>({
  docs: documentation(
    "Makes the systems as the manifests say",
    [
      ["apply", "shows the plan, and asks"],
      ["apply plan.json --auto-approve", "what plan --out saved"],
      ["apply --only acme-slack --auto-approve", "one integration, in CI"],
      ["apply --confirm-removals 14", "the plan removes 14"],
    ],
    "It asks on a terminal and never otherwise: elsewhere it needs --auto-approve.\n" +
      "Ctrl-C lets the write under way end, starts no other, and says what was done.",
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
        brief: "The number of removals, if a plan asks for it",
      },
      "accept-system": onOff("Go on although the system is not the one before"),
      "lock-timeout": value("Wait so long for another apply: 5m; default 0s"),
      ...stateFlag,
      ...commonFlags,
    },
    aliases: { ...fileAlias, ...outputAlias, ...commonAliases },
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          optional: true,
          placeholder: "plan.json",
          brief: "A saved plan, or a folder",
          proposeCompletions: proposesOwn("files"),
        },
      ],
    },
  },
  loader: lazily(() => import("../run/apply.ts")),
});
