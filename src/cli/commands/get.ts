/** How `plumbline get` is called: its flags, its help. Its code is in `../run/get.ts`. */
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
  type StateFlags,
  stateFlag,
} from "../flags.ts";

export interface GetFlags extends CommonFlags, FileFlags, FormatFlags, StateFlags {}

/** `plumbline get`: how the last run left each object. */
export const get = buildCommand<Partial<GetFlags>, [kind?: string, name?: string], CliContext>({
  docs: documentation("Shows how the last run left each object; asks no system", [
    ["get", "everything that is on record or declared"],
    ["get integrations", "one kind"],
    ["get integration acme-slack", "one object"],
    ["get rules -o json", "conditions, last event and error"],
  ]),
  parameters: {
    flags: { ...fileFlag, ...outputFlag, ...stateFlag, ...commonFlags },
    aliases: { ...fileAlias, ...outputAlias, ...commonAliases },
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          optional: true,
          placeholder: "KIND",
          brief: "Integration, Rule or NotificationRoute",
          proposeCompletions: proposes("kinds"),
        },
        {
          parse: String,
          optional: true,
          placeholder: "NAME",
          brief: "Its name, or NAMESPACE/NAME",
          proposeCompletions: proposes("objects"),
        },
      ],
    },
  },
  loader: lazily(() => import("../run/get.ts")),
});
