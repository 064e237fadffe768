/** How `plumbline execute` is called: its flags, its help. Its code is in `../run/execute.ts`. */
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

export interface ExecuteFlags extends CommonFlags, FileFlags, FormatFlags, StateFlags {
  parameter?: readonly string[] | undefined;
  params?: string | undefined;
}

/** `plumbline execute`: one action, once. */
export const execute = buildCommand<Partial<ExecuteFlags>, [integration: string, action: string], CliContext>({
  docs: documentation(
    "Carries out one action of a connector, once",
    [
      ["execute acme-slack send_message -p channel=#ops -p message=Hello", ""],
      ["execute acme-slack send_message --params message.json", ""],
    ],
    "It asks nothing before it acts. `plumbline connectors PLATFORM` lists the actions and\ntheir parameters.",
  ),
  parameters: {
    flags: {
      parameter: {
        kind: "parsed",
        parse: String,
        variadic: true,
        optional: true,
        brief: "NAME=VALUE; a value that is JSON is read as such",
      },
      params: fileValue("A JSON or YAML file of parameters, - for stdin"),
      ...fileFlag,
      ...outputFlag,
      ...stateFlag,
      ...commonFlags,
    },
    aliases: { p: "parameter", ...fileAlias, ...outputAlias, ...commonAliases },
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          placeholder: "INTEGRATION",
          brief: "Its name, or NAMESPACE/NAME",
          proposeCompletions: proposes("integrations"),
        },
        {
          parse: String,
          placeholder: "ACTION",
          brief: "Such as send_message",
          proposeCompletions: proposes("actions"),
        },
      ],
    },
  },
  loader: lazily(() => import("../run/execute.ts")),
});
