/** How `plumbline schema` is called: its flags, its help. Its code is in `../run/schema.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposes } from "../completion/propose.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type LoadConnectorsFlags,
  loadConnectorsFlag,
} from "../flags.ts";

export interface SchemaFlags extends CommonFlags, LoadConnectorsFlags {}

/** `plumbline schema`: the JSON Schema of a kind, or of one platform's Integrations. */
export const schema = buildCommand<Partial<SchemaFlags>, [name: string], CliContext>({
  docs: documentation("Prints a JSON Schema, for editors and other programs", [
    ["schema plumbline", "all kinds, for an editor"],
    ["schema plumbline --load-connectors", "with your own platforms"],
    ["schema Integration", "one kind"],
    ["schema slack", "the Integrations of one platform"],
    ["schema plan", "what `plan -o json` prints"],
  ]),
  parameters: {
    flags: { ...loadConnectorsFlag, ...commonFlags },
    aliases: commonAliases,
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          placeholder: "KIND|PLATFORM",
          brief: "Such as Integration, Plan or slack",
          proposeCompletions: proposes("schemas"),
        },
      ],
    },
  },
  loader: lazily(() => import("../run/schema.ts")),
});
