/** The page of all commands, out of the same declarations that `--help` prints. */
import { allCommands } from "../../src/cli/routes.ts";

/** What the page says of a flag or an argument. */
interface Parameter {
  brief: string;
  kind?: string;
  optional?: boolean;
  variadic?: unknown;
  hidden?: boolean;
  placeholder?: string;
}

/** A command as the library keeps it, as far as the page needs it. */
interface Declared {
  brief: string;
  parameters: {
    flags?: Readonly<Record<string, Parameter>>;
    aliases?: Readonly<Record<string, string>>;
    positional?:
      | { kind: "tuple"; parameters: readonly Parameter[] }
      | { kind: "array"; minimum?: number; parameter: Parameter };
  };
}

const page = [...allCommands] as unknown as readonly [name: string, command: Declared][];

/** Flags of every command: said once. */
const common = ["quiet", "no-color", "log-level"];

/** @param notice said where the generated part begins. @returns `docs/command-line.md`. */
export function commandLinePage(notice: string): string {
  const [, first] = page[0] as (typeof page)[number];
  const shared = Object.entries(first.parameters.flags ?? {}).filter(([name]) => common.includes(name));
  return `${[
    `# The command line\n\n<!-- ${notice} -->`,
    "`plumbline COMMAND --help` says the same, with examples. Results go to stdout, all else to stderr;\n" +
      "[exit codes](exit-codes.md) tell scripts how it went.",
    table(
      ["command", "what it does"],
      page.map(([name, { brief }]) => [`[${name}](#${name.replaceAll(" ", "-")})`, brief]),
    ),
    `Every command takes:\n\n${flagTable(shared, { q: "quiet" })}`,
    "## Completion in a shell\n\n" +
      "It proposes commands, flags and their values, and the names that the manifests declare; it asks no system and\n" +
      "runs no code of the folder.\n\n" +
      table(
        ["shell", "once"],
        [
          ["bash", 'in `~/.bashrc`: `eval "$(plumbline completion bash)"`'],
          ["zsh", "in `~/.zshrc`, after `compinit`: `source <(plumbline completion zsh)`"],
          ["fish", "`plumbline completion fish > ~/.config/fish/completions/plumbline.fish`"],
        ],
      ),
    ...page.map(section),
  ].join("\n\n")}\n`;
}

function section([name, { brief, parameters }]: (typeof page)[number]): string {
  const own = Object.entries(parameters.flags ?? {}).filter(([flag, { hidden }]) => !common.includes(flag) && !hidden);
  const { usage, rows } = argumentsOf(parameters.positional);
  const parts = [
    `## ${name}\n\n${brief}.\n\n\`plumbline ${[name, ...usage].join(" ")}\``,
    ...(rows.length > 0 ? [table(["argument", "what it is"], rows)] : []),
    ...(own.length > 0 ? [flagTable(own, parameters.aliases ?? {})] : []),
  ];
  return parts.join("\n\n");
}

function argumentsOf(positional: Declared["parameters"]["positional"]): { usage: string[]; rows: string[][] } {
  if (!positional) return { usage: [], rows: [] };
  const list = positional.kind === "tuple" ? positional.parameters : [positional.parameter];
  const many = positional.kind === "array";
  const needed = positional.kind === "array" && (positional.minimum ?? 0) > 0;
  return {
    usage: list.map(({ placeholder = "", optional }) => {
      const text = many ? `${placeholder} …` : placeholder;
      return optional || (many && !needed) ? `[${text}]` : text;
    }),
    rows: list.map(({ placeholder = "", brief }) => [`\`${placeholder.replaceAll("|", "\\|")}\``, brief]),
  };
}

function flagTable(flags: readonly [string, Parameter][], aliases: Readonly<Record<string, string>>): string {
  return table(
    ["flag", "what it does"],
    flags.map(([name, { brief, kind }]) => {
      const alias = Object.entries(aliases).find(([, flag]) => flag === name)?.[0];
      const text = `${alias === undefined ? "" : `-${alias}, `}--${name}${kind === "parsed" ? " VALUE" : ""}`;
      return [`\`${text}\``, brief];
    }),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
