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

export interface ShowFlags extends CommonFlags, FormatFlags<PlanFormat> {}

/** `plumbline show`: a saved plan, as `plan` printed it. */
export const show = buildCommand<Partial<ShowFlags>, [file: string], CliContext>({
  docs: documentation(
    "Shows a saved plan; asks no system",
    [
      ["show plan.json", "as text"],
      ["show plan.json -o json", "as `plan -o json` prints it"],
    ],
    formatList(planFormatNames),
  ),
  parameters: {
    flags: { ...planOutputFlag, ...commonFlags },
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
