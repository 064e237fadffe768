/** How `plumbline test` is called: its flags, its help. Its code is in `../run/test.ts`. */
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
  outputAlias,
  outputFlag,
} from "../flags.ts";

export interface TestFlags extends CommonFlags, FileFlags, FormatFlags {}

/** `plumbline test`: whether a connection works. */
export const test = buildCommand<Partial<TestFlags>, [integration: string], CliContext>({
  docs: documentation("Tests a connection: whose account, which system, which rights", [
    ["test acme-slack", "one integration"],
    ["test team-a/github -f manifests", "one in a namespace"],
    ["test acme-slack -o json", "for scripts"],
  ]),
  parameters: {
    flags: { ...fileFlag, ...outputFlag, ...commonFlags },
    aliases: { ...fileAlias, ...outputAlias, ...commonAliases },
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          placeholder: "INTEGRATION",
          brief: "Its name, or NAMESPACE/NAME",
          proposeCompletions: proposes("integrations"),
        },
      ],
    },
  },
  loader: lazily(() => import("../run/test.ts")),
});
