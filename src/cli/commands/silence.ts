/** How `plumbline silence …` is called: flags, help. The code is in `../run/silence-….ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type FormatFlags,
  lastingStateFlag,
  listAliases,
  listFlags,
  onOff,
  type StateFlags,
  value,
} from "../flags.ts";

interface SilenceFlags extends CommonFlags, StateFlags {
  namespace?: string | undefined;
}
export interface SilenceAddFlags extends SilenceFlags {
  duration?: string | undefined;
  starts?: string | undefined;
  ends?: string | undefined;
  comment?: string | undefined;
}
export interface SilenceListFlags extends SilenceFlags, FormatFlags {
  all?: boolean | undefined;
}
export interface SilenceExpireFlags extends SilenceFlags {}

const namespace = value("The namespace of the events; default `default`");

/** `plumbline silence add`: its id goes to stdout, alone. */
export const silenceAdd = buildCommand<Partial<SilenceAddFlags>, string[], CliContext>({
  docs: documentation(
    "Keeps events from being told for a time; prints the silence's id",
    [
      ["silence add --duration 2h type=deploy", "for two hours from now"],
      ["silence add --duration 1d 'team=~\"pay.*\"'", "Alertmanager's matchers"],
    ],
    "All matchers must hold. A running controller knows at its next look, within a second.",
  ),
  parameters: {
    flags: {
      namespace,
      duration: value("How long: 30m, 2h, 1d"),
      starts: value("From when, RFC 3339; default now"),
      ends: value("Until when, RFC 3339, instead of --duration"),
      comment: value("Why"),
      ...lastingStateFlag,
      ...commonFlags,
    },
    aliases: commonAliases,
    positional: {
      kind: "array",
      minimum: 1,
      parameter: { parse: String, placeholder: "MATCHER", brief: "Matchers on labels" },
    },
  },
  loader: lazily(() => import("../run/silence-add.ts")),
});

/** `plumbline silence list`: those that hold or will. */
export const silenceList = buildCommand<Partial<SilenceListFlags>, [], CliContext>({
  docs: documentation("Lists silences that hold or will", [["silence list --all", "also those that are over"]]),
  parameters: {
    flags: {
      namespace: value("Only of this namespace"),
      all: onOff("Also those that are over"),
      ...listFlags,
    },
    aliases: listAliases,
  },
  loader: lazily(() => import("../run/silence-list.ts")),
});

/** `plumbline silence expire`: ends one now. */
export const silenceExpire = buildCommand<Partial<SilenceExpireFlags>, [id: string], CliContext>({
  docs: documentation("Ends a silence now", [["silence expire 1f3870be", "its id, or how that begins"]]),
  parameters: {
    flags: { namespace, ...lastingStateFlag, ...commonFlags },
    aliases: commonAliases,
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, placeholder: "ID", brief: "Its id, or its first letters" }],
    },
  },
  loader: lazily(() => import("../run/silence-expire.ts")),
});
