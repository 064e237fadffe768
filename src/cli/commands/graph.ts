/** How `plumbline graph` is called: its flags, its help. Its code is in `../run/graph.ts`. */
import { buildCommand } from "@stricli/core";
import { didYouMean } from "../../manifests/nearest.ts";
import { type CliContext, documentation, lazily } from "../command.ts";
import { proposesOf } from "../completion/propose.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type FileFlags,
  fileAlias,
  fileFlag,
  type LoadConnectorsFlags,
  loadConnectorsFlag,
  outputAlias,
} from "../flags.ts";

const languages = ["mermaid", "dot"] as const;
type Language = (typeof languages)[number];

export interface GraphFlags extends CommonFlags, FileFlags, LoadConnectorsFlags {
  /** Left out: mermaid. */
  output?: Language | undefined;
}

/** `plumbline graph`: what the manifests connect, as a drawing. */
export const graph = buildCommand<Partial<GraphFlags>, [], CliContext>({
  docs: documentation(
    "Draws what the manifests connect, and what flows where",
    [
      ["graph", "Mermaid, as Markdown takes it"],
      ["graph -o dot | dot -Tsvg > graph.svg", "with Graphviz"],
      ["graph -f manifests > graph.mmd", "of one folder"],
    ],
    "It shows each Integration with its kinds and how many things of them are declared,\nwhat depends on what, rules and routes. It asks no system.",
  ),
  parameters: {
    flags: {
      output: {
        kind: "parsed",
        parse: parseLanguage,
        optional: true,
        brief: "mermaid or dot; default mermaid",
        proposeCompletions: proposesOf(languages),
      },
      ...fileFlag,
      ...loadConnectorsFlag,
      ...commonFlags,
    },
    aliases: { ...fileAlias, ...outputAlias, ...commonAliases },
  },
  loader: lazily(() => import("../run/graph.ts")),
});

/** @throws Error saying which languages there are. */
function parseLanguage(text: string): Language {
  const language = languages.find((one) => one === text);
  if (language) return language;
  throw new Error(`"${text}" is not one of ${languages.join(", ")}.${didYouMean(text, languages)}`);
}
