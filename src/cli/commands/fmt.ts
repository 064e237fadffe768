/** How `plumbline fmt` is called: its flags, its help. Its code is in `../run/fmt.ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import { type CommonFlags, commonAliases, commonFlags, type FileFlags, fileAlias, fileFlag, onOff } from "../flags.ts";

export interface FmtFlags extends CommonFlags, FileFlags {
  check?: boolean | undefined;
}

/** `plumbline fmt`: manifests in one form, whoever wrote them. */
export const fmt = buildCommand<Partial<FmtFlags>, [], CliContext>({
  docs: documentation(
    "Formats manifests, and names the files that it changed",
    [
      ["fmt", "all manifests below this folder"],
      ["fmt --check", "for CI: exits 1 if a file would change"],
      ["fmt -f - < acme.yaml", "from stdin to stdout"],
    ],
    "Keys come in the schema's order, fields that were renamed get their present names, and words that some " +
      "reader of YAML takes for something else are quoted. Comments stay, and what a manifest says never changes. Files " +
      "that are not Plumbline's stay as they are.",
  ),
  parameters: {
    flags: { ...fileFlag, check: onOff("Write nothing; exit 1 if a file would change"), ...commonFlags },
    aliases: { ...fileAlias, ...commonAliases },
  },
  loader: lazily(() => import("../run/fmt.ts")),
});
