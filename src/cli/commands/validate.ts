/** How `plumbline validate` is called: its flags, its help. Its code is in `../run/validate.ts`. */
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
  onOff,
  outputAlias,
  problemOutputFlag,
} from "../flags.ts";
import { type ProblemFormat, problemFormatNames } from "../formats/names.ts";

export interface ValidateFlags extends CommonFlags, FileFlags, FormatFlags<ProblemFormat> {
  "load-connectors"?: boolean | undefined;
  strict?: boolean | undefined;
}

/** `plumbline validate`: checks manifests without asking any system. */
export const validate = buildCommand<Partial<ValidateFlags>, [], CliContext>({
  docs: documentation(
    "Checks manifests; asks no system and needs no credentials",
    [
      ["validate", "all manifests below this folder"],
      ["validate -f manifests/slack.yaml", "one file"],
      ["validate -o json", "for scripts"],
      ["validate --load-connectors", "with your own connectors"],
      ["validate --strict", "where everything is declared"],
    ],
    formatList(problemFormatNames),
  ),
  parameters: {
    flags: {
      ...fileFlag,
      ...problemOutputFlag,
      strict: onOff("A reference to what no manifest declares is an error"),
      "load-connectors": onOff("Run the code of plumbline.config.yaml's connectors"),
      ...commonFlags,
    },
    aliases: { ...fileAlias, ...outputAlias, ...commonAliases },
  },
  loader: lazily(() => import("../run/validate.ts")),
});
