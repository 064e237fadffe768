/** How `plumbline drift` is called: its flags, its help. Its code is in `../run/drift.ts`. */
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
  formatList,
  onlyFlag,
  onOff,
  outputAlias,
  planOutputFlag,
  type SelectionFlags,
  type StateFlags,
  stateFlag,
} from "../flags.ts";
import { type PlanFormat, planFormatNames } from "../formats/names.ts";
import { type CommentFlags, commentFlags } from "../publish/flags.ts";

export interface DriftFlags
  extends CommonFlags,
    FileFlags,
    FormatFlags<PlanFormat>,
    StateFlags,
    SelectionFlags,
    CommentFlags {
  "detailed-exitcode"?: boolean | undefined;
}

/** `plumbline drift`: what moved in the systems although no manifest did. */
export const drift = buildCommand<Partial<DriftFlags>, [], CliContext>({
  docs: documentation(
    "Shows what moved without the manifests; writes nothing",
    [
      ["drift", "all manifests here"],
      ["drift --only acme-github/repositories", "one kind of one integration"],
      ["drift --detailed-exitcode", "ends with 2 on drift"],
    ],
    "Without a record of earlier runs, drift cannot be told from changes: then every difference counts." +
      `\n\n${formatList(planFormatNames)}`,
  ),
  parameters: {
    flags: {
      ...fileFlag,
      ...planOutputFlag,
      ...onlyFlag,
      "detailed-exitcode": onOff("End with 2 when there is drift"),
      ...commentFlags,
      ...stateFlag,
      ...commonFlags,
    },
    aliases: { ...fileAlias, ...outputAlias, ...commonAliases },
  },
  loader: lazily(() => import("../run/drift.ts")),
});
