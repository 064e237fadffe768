/** How `plumbline init` is called: its flags, its help. Its code is in `../run/init.ts`. */
import { buildCommand } from "@stricli/core";
import { didYouMean } from "../../manifests/nearest.ts";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposes, proposesOf, proposesOwn } from "../completion/propose.ts";
import { type CommonFlags, commonAliases, commonFlags } from "../flags.ts";
import type { CiSystem } from "../starters/ci.ts";

export interface InitFlags extends CommonFlags {
  platform?: readonly string[] | undefined;
  ci?: CiSystem | undefined;
}

/** As `../starters/ci.ts` has them, which is loaded when the command runs. */
const systems = ["github", "gitlab", "none"] as const satisfies readonly CiSystem[];

/** `plumbline init`: a folder to start from. */
export const init = buildCommand<Partial<InitFlags>, [folder?: string], CliContext>({
  docs: documentation(
    "Makes a starter folder; leaves what is there",
    [
      ["init", "in this folder"],
      ["init infra/plumbline", "in another one"],
      ["init --platform slack --platform github", "two platforms"],
      ["init --platform github --ci github", "with a workflow"],
    ],
    "On a terminal and without flags it asks which platforms and which CI. Elsewhere it\nnever asks: all platforms, no CI.",
  ),
  parameters: {
    flags: {
      platform: {
        kind: "parsed",
        parse: String,
        variadic: true,
        optional: true,
        brief: "A platform to start with; repeatable; default all",
        proposeCompletions: proposes("platforms"),
      },
      ci: {
        kind: "parsed",
        parse: parseSystem,
        optional: true,
        brief: "A ready CI file: github, gitlab, none; default none",
        proposeCompletions: proposesOf(systems),
      },
      ...commonFlags,
    },
    aliases: commonAliases,
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          optional: true,
          placeholder: "dir",
          brief: "The folder; default: this one",
          proposeCompletions: proposesOwn("folders"),
        },
      ],
    },
  },
  loader: lazily(() => import("../run/init.ts")),
});

/** @throws Error saying which CI systems there are. */
function parseSystem(text: string): CiSystem {
  const system = systems.find((one) => one === text);
  if (system) return system;
  throw new Error(`"${text}" is not one of ${systems.join(", ")}.${didYouMean(text, systems)}`);
}
