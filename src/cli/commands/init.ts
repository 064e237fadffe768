/** How `plumbline init` is called: its flags, its help. Its code is in `../run/init.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { type CommonFlags, commonAliases, commonFlags } from "../flags.ts";

/** `plumbline init`: a folder to start from. */
export const init = buildCommand<Partial<CommonFlags>, [folder?: string], CliContext>({
  docs: documentation("Makes a starter folder; leaves what is there", [
    ["init", "in this folder"],
    ["init infra/plumbline", "in another one"],
  ]),
  parameters: {
    flags: commonFlags,
    aliases: commonAliases,
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, optional: true, placeholder: "dir", brief: "The folder; default: this one" }],
    },
  },
  loader: lazily(() => import("../run/init.ts")),
});
