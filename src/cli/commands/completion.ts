/** How `plumbline completion` is called: its flags, its help. Its code is in `../run/completion.ts`. */
import { buildCommand } from "@stricli/core";
import { didYouMean } from "../../manifests/nearest.ts";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposesOf } from "../completion/propose.ts";
import { type Shell, shells } from "../completion/shells.ts";
import { type CommonFlags, commonAliases, commonFlags } from "../flags.ts";

/** `plumbline completion`: the script that a shell reads. */
export const completion = buildCommand<Partial<CommonFlags>, [shell: Shell], CliContext>({
  docs: documentation("Prints what makes a shell complete commands, flags and names", [
    ["completion bash", 'in ~/.bashrc: eval "$(plumbline completion bash)"'],
    ["completion zsh", "in ~/.zshrc: source <(plumbline completion zsh)"],
    ["completion fish", "save as ~/.config/fish/completions/plumbline.fish"],
  ]),
  parameters: {
    flags: commonFlags,
    aliases: commonAliases,
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: parseShell,
          placeholder: "SHELL",
          brief: shells.join(", "),
          proposeCompletions: proposesOf(shells),
        },
      ],
    },
  },
  loader: lazily(() => import("../run/completion.ts")),
});

/** @throws Error saying which shells there are. */
function parseShell(text: string): Shell {
  const shell = shells.find((one) => one === text);
  if (shell) return shell;
  throw new Error(`"${text}" is not one of ${shells.join(", ")}.${didYouMean(text, shells)}`);
}
