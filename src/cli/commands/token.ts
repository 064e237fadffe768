/** How `plumbline token …` is called: flags, help. The code is in `../run/token-….ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type FormatFlags,
  lastingStateFlag,
  outputAlias,
  outputFlag,
  type StateFlags,
  value,
} from "../flags.ts";

export interface TokenCreateFlags extends CommonFlags, StateFlags {
  role?: string | undefined;
  namespace?: readonly string[] | undefined;
  expires?: string | undefined;
}
export interface TokenListFlags extends CommonFlags, StateFlags, FormatFlags {}
export interface TokenRevokeFlags extends CommonFlags, StateFlags {}

/** `plumbline token create`: the only moment at which a token is shown. */
export const tokenCreate = buildCommand<Partial<TokenCreateFlags>, [name: string], CliContext>({
  docs: documentation(
    "Makes a token and prints it, once",
    [
      ["token create grafana --role viewer", "may look"],
      ["token create ci --role operator --expires 90d", "for 90 days"],
      ["token create a --role operator --namespace a", "in one namespace"],
    ],
    "Kept is its hash only. viewer: look; operator: also post events, execute, replay, see bodies; admin: all.",
  ),
  parameters: {
    flags: {
      role: value("viewer, operator or admin"),
      namespace: {
        kind: "parsed",
        parse: String,
        variadic: true,
        optional: true,
        brief: "Only this namespace; repeatable; default all",
      },
      expires: value("After so long: 90d, 12h; default never"),
      ...lastingStateFlag,
      ...commonFlags,
    },
    aliases: commonAliases,
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, placeholder: "NAME", brief: "What the audit log calls it" }],
    },
  },
  loader: lazily(() => import("../run/token-create.ts")),
});

/** `plumbline token list`: all that ever were. */
export const tokenList = buildCommand<Partial<TokenListFlags>, [], CliContext>({
  docs: documentation("Lists tokens, without their values", [["token list", "also those that ended"]]),
  parameters: {
    flags: { ...outputFlag, ...lastingStateFlag, ...commonFlags },
    aliases: { ...outputAlias, ...commonAliases },
  },
  loader: lazily(() => import("../run/token-list.ts")),
});

/** `plumbline token revoke`: holds from the next request on. */
export const tokenRevoke = buildCommand<Partial<TokenRevokeFlags>, [id: string], CliContext>({
  docs: documentation("Ends a token; the next request with it is refused", [
    ["token revoke 0123456789abcdef", "the ID of token list"],
  ]),
  parameters: {
    flags: { ...lastingStateFlag, ...commonFlags },
    aliases: commonAliases,
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, placeholder: "ID", brief: "Its id, as token list shows it" }],
    },
  },
  loader: lazily(() => import("../run/token-revoke.ts")),
});
