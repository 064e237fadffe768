/** How `plumbline show` is called: its flags, its help. Its code is in `../run/show.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposesOwn } from "../completion/propose.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type FormatFlags,
  formatList,
  outputAlias,
  planOutputFlag,
} from "../flags.ts";
import { type PlanFormat, planFormatNames } from "../formats/names.ts";
import { type CommentFlags, commentFlags } from "../publish/flags.ts";

export interface ShowFlags extends CommonFlags, FormatFlags<PlanFormat>, CommentFlags {}

/** `plumbline show`: a saved plan, as `plan` printed it. */
export const show = buildCommand<Partial<ShowFlags>, [file: string], CliContext>({
  docs: documentation(
    "Shows a saved plan; asks no system",
    [
      ["show plan.json", "as text"],
      ["show plan.json -o json", "as `plan -o json` prints it"],
      ["show plan.json --comment github", "on the pull request"],
    ],
    formatList(planFormatNames),
  ),
  parameters: {
    flags: { ...planOutputFlag, ...commentFlags, ...commonFlags },
    aliases: { ...outputAlias, ...commonAliases },
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          placeholder: "plan.json",
          brief: "What `plan --out` saved",
          proposeCompletions: proposesOwn("files"),
        },
      ],
    },
  },
  loader: lazily(() => import("../run/show.ts")),
});
