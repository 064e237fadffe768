/** How `plumbline import` is called: its flags, its help. Its code is in `../run/import.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposes } from "../completion/propose.ts";
import { type CommonFlags, commonAliases, commonFlags, type FileFlags, fileAlias, fileFlag, onOff } from "../flags.ts";

export interface ImportFlags extends CommonFlags, FileFlags {
  write?: boolean | undefined;
  "all-fields"?: boolean | undefined;
}

/** `plumbline import`: what is there, as a manifest. */
export const importLive = buildCommand<Partial<ImportFlags>, string[], CliContext>({
  docs: documentation(
    "Writes what is live in a system as a manifest",
    [
      ["import acme-slack", "all that can be declared"],
      ["import acme repositories.labels", "one kind, with its parents' names"],
      ["import acme > acme.yaml", "into a file"],
      ["import acme --write", "into the manifest's own file"],
    ],
    "The manifest says which system, and with which credential. Nothing is written to the system or to the state.\n\n" +
      "With --write the file that declares it is brought up to what is live: stated fields that differ are changed, " +
      "things that nobody declared are added, and comments stay. Fields that are not stated, and things that are " +
      "declared and not there, stay as they are.",
  ),
  parameters: {
    flags: {
      ...fileFlag,
      write: onOff("Update the manifest's file; comments stay"),
      "all-fields": onOff("With --write: also state fields that are not stated"),
      ...commonFlags,
    },
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
