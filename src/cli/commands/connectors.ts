/** How `plumbline connectors` is called: its flags, its help. Its code is in `../run/connectors.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposes } from "../completion/propose.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type FormatFlags,
  onOff,
  outputAlias,
  outputFlag,
} from "../flags.ts";

export interface ConnectorsFlags extends CommonFlags, FormatFlags {
  "load-connectors"?: boolean | undefined;
}

/** `plumbline connectors`: the platforms, and what each offers. */
export const connectors = buildCommand<Partial<ConnectorsFlags>, [platform?: string], CliContext>({
  docs: documentation("Shows the platforms, and what can be managed on each", [
    ["connectors", "all platforms"],
    ["connectors slack", "what can be declared on one, its limits"],
    ["connectors slack -o json", "for scripts"],
  ]),
  parameters: {
    flags: {
      ...outputFlag,
      "load-connectors": onOff("Run the code of plumbline.config.yaml's connectors"),
      ...commonFlags,
    },
    aliases: { ...outputAlias, ...commonAliases },
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          optional: true,
          placeholder: "PLATFORM",
          brief: "Such as slack or github",
          proposeCompletions: proposes("platforms"),
        },
      ],
    },
  },
  loader: lazily(() => import("../run/connectors.ts")),
});
