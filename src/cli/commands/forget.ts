/** How `plumbline forget` is called: its flags, its help. Its code is in `../run/forget.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposes } from "../completion/propose.ts";
import { type CommonFlags, commonAliases, commonFlags, onOff, type StateFlags, stateFlag, value } from "../flags.ts";

export interface ForgetFlags extends CommonFlags, StateFlags {
  "auto-approve"?: boolean | undefined;
  "lock-timeout"?: string | undefined;
}

/** `plumbline forget`: drops things from the record; they stay in their system. */
export const forget = buildCommand<Partial<ForgetFlags>, string[], CliContext>({
  docs: documentation(
    "Drops things from the record; they stay in their system",
    [
      ["forget old-slack", "all that it owns"],
      ["forget acme-slack channels/legacy", "one thing"],
      ["forget old-slack --auto-approve", "without asking"],
    ],
    "What is forgotten is never removed by a later apply. It is adopted again when a manifest declares it.",
  ),
  parameters: {
    flags: {
      "auto-approve": onOff("Forget without asking"),
      "lock-timeout": value("Wait so long for a running apply: 5m; default 0s"),
      ...stateFlag,
      ...commonFlags,
    },
    aliases: commonAliases,
    positional: {
      kind: "array",
      minimum: 1,
      parameter: {
        parse: String,
        placeholder: "INTEGRATION KIND/KEY",
        brief: "Its name, then things; none: all",
        proposeCompletions: proposes("firstIntegration"),
      },
    },
  },
  loader: lazily(() => import("../run/forget.ts")),
});
