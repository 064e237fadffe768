/** How `plumbline doctor` is called: its flags, its help. Its code is in `../run/doctor.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposes } from "../completion/propose.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type FileFlags,
  type FormatFlags,
  fileAlias,
  fileFlag,
  fileValue,
  outputAlias,
  outputFlag,
  type StateFlags,
  stateFlag,
} from "../flags.ts";

export interface DoctorFlags extends CommonFlags, FileFlags, FormatFlags, StateFlags {
  bundle?: string | undefined;
}

/** `plumbline doctor`: where a connection breaks. */
export const doctor = buildCommand<Partial<DoctorFlags>, string[], CliContext>({
  docs: documentation(
    "Says where a connection breaks, step by step, and what to do",
    [
      ["doctor", "all integrations"],
      ["doctor acme-slack -o json", "one, for scripts"],
      ["doctor --bundle report.json", "for a bug report; no secrets"],
    ],
    "It reads and changes nothing, here or in a system.",
  ),
  parameters: {
    flags: {
      bundle: fileValue("Write all that it knows to a file, for bug reports"),
      ...fileFlag,
      ...outputFlag,
      ...stateFlag,
      ...commonFlags,
    },
    aliases: { ...fileAlias, ...outputAlias, ...commonAliases },
    positional: {
      kind: "array",
      parameter: {
        parse: String,
        placeholder: "INTEGRATION",
        brief: "Its name; none: all",
        proposeCompletions: proposes("integrations"),
      },
    },
  },
  loader: lazily(() => import("../run/doctor.ts")),
});
