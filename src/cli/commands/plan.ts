/** How `plumbline plan` is called: its flags, its help. Its code is in `../run/plan.ts`. */
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
  formatList,
  onlyFlag,
  onOff,
  outputAlias,
  planOutputFlag,
  type SelectionFlags,
  type StateFlags,
  stateFlag,
  value,
} from "../flags.ts";
import { type PlanFormat, planFormatNames } from "../formats/names.ts";
import { type CommentFlags, commentFlags } from "../publish/flags.ts";

export interface PlanFlags
  extends CommonFlags,
    FileFlags,
    FormatFlags<PlanFormat>,
    StateFlags,
    SelectionFlags,
    CommentFlags {
  base?: string | undefined;
  offline?: boolean | undefined;
  "trust-head"?: boolean | undefined;
  out?: string | undefined;
  "detailed-exitcode"?: boolean | undefined;
}

/** `plumbline plan`: what `apply` would do. Writes nothing. */
export const plan = buildCommand<Partial<PlanFlags>, [], CliContext>({
  docs: documentation(
    "Shows what apply would do; writes nothing",
    [
      ["plan", "all manifests here"],
      ["plan -f manifests --only acme-slack", "one integration"],
      ["plan --only acme-slack/channels/incidents", "one channel"],
      ["plan --out plan.json", "for `apply plan.json`"],
      ["plan --base origin/main", "what a branch changes"],
      ["plan --base origin/main --offline", "without credentials"],
      ["plan -o json --detailed-exitcode", "for scripts"],
      ["plan --comment github", "on its pull request"],
    ],
    "Ends with 1 when anything could not be planned, else with 0.\n" +
      "With --detailed-exitcode it is 2 when apply would write something.\n\n" +
      "With --base the manifests are compared with those where this branch left REF. What they change since comes " +
      "first; what the systems differed in before is listed apart. REF decides what is trusted: its configuration " +
      "holds, and an Integration whose platform, connection or credentials differ from it is not asked." +
      `\n\n${formatList(planFormatNames)}`,
  ),
  parameters: {
    flags: {
      ...fileFlag,
      ...planOutputFlag,
      ...onlyFlag,
      base: value("Compare with the manifests of a branch or commit"),
      offline: onOff("With --base: ask no system, load no code"),
      "trust-head": onOff("Send credentials where the head says; run its code"),
      out: fileValue("Save the plan in this file, to apply it later"),
      "detailed-exitcode": onOff("End with 2 when there are changes"),
      ...commentFlags,
      ...stateFlag,
      ...commonFlags,
    },
    aliases: { ...fileAlias, ...outputAlias, ...commonAliases },
  },
  loader: lazily(() => import("../run/plan.ts")),
});
