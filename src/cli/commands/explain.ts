/** How `plumbline explain` is called: its flags, its help. Its code is in `../run/explain.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposes } from "../completion/propose.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type FormatFlags,
  type LoadConnectorsFlags,
  loadConnectorsFlag,
  onOff,
  outputAlias,
  outputFlag,
  value,
} from "../flags.ts";

export interface ExplainFlags extends CommonFlags, FormatFlags, LoadConnectorsFlags {
  platform?: string | undefined;
  recursive?: boolean | undefined;
}

/** `plumbline explain`: what a field of a manifest means. */
export const explain = buildCommand<Partial<ExplainFlags>, [path: string], CliContext>({
  docs: documentation(
    "Says what a field means, what it may hold, how it is compared",
    [
      ["explain Integration.spec.policy", "a field, and those below it"],
      ["explain slack.channels", "what can be declared"],
      ["explain slack.send_message", "an action: parameters, result"],
      ["explain Rule --recursive", "all fields, as a tree"],
    ],
    "A path begins with Integration, Rule, NotificationRoute, Configuration, Plan or a\nplatform. -o json prints its part of the JSON Schema.",
  ),
  parameters: {
    flags: {
      platform: { ...value("Completes an Integration, such as slack"), proposeCompletions: proposes("platforms") },
      recursive: onOff("The fields of fields, too"),
      ...outputFlag,
      ...loadConnectorsFlag,
      ...commonFlags,
    },
    aliases: { ...outputAlias, ...commonAliases },
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          placeholder: "KIND.path",
          brief: "Such as Rule.spec.trigger or slack.channels",
          proposeCompletions: proposes("paths"),
        },
      ],
    },
  },
  loader: lazily(() => import("../run/explain.ts")),
});
