/** How `plumbline import` is called: its flags, its help. Its code is in `../run/import.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposes } from "../completion/propose.ts";
import { type CommonFlags, commonAliases, commonFlags, type FileFlags, fileAlias, fileFlag } from "../flags.ts";

export interface ImportFlags extends CommonFlags, FileFlags {}

/** `plumbline import`: what is there, as a manifest. */
export const importLive = buildCommand<Partial<ImportFlags>, string[], CliContext>({
  docs: documentation(
    "Writes what is live in a system as a manifest",
    [
      ["import acme-slack", "all that can be declared"],
      ["import acme repositories.labels", "one kind, with its parents' names"],
      ["import acme > acme.yaml", "into a file"],
    ],
    "The manifest says which system, and with which credential; what it declares does not\nmatter. Nothing is written to the system or to the state.",
  ),
  parameters: {
    flags: { ...fileFlag, ...commonFlags },
    aliases: { ...fileAlias, ...commonAliases },
    positional: {
      kind: "array",
      minimum: 1,
      parameter: {
        parse: String,
        placeholder: "INTEGRATION KIND",
        brief: "Its name, then kinds; none: all",
        proposeCompletions: proposes("integrationThenKinds"),
      },
    },
  },
  loader: lazily(() => import("../run/import.ts")),
});
