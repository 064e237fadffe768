/**
 * The scripts of `plumbline completion`, in the shells themselves, with the built program.
 *
 * Bash reads the keys that are typed from a pipe, fish is asked with its own `complete -C`, zsh sits at a pseudo
 * terminal that another zsh holds. Where a shell is not installed its tests are skipped, and their names say so.
 */
import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf } from "../../support/cli.ts";
import { manifest } from "../fixture.ts";

const root = join(import.meta.dirname, "../../..");
const path = [join(root, "bin"), process.env.PATH ?? ""].join(delimiter);

/** Runs a shell in a folder with one Integration, `acme-slack`, and a file `saved.json`. */
function shell(
  command: string,
  args: readonly string[],
  input: string,
  files: Readonly<Record<string, string>> = {},
): string {
  const cwd = folderOf({
    ...files,
    "a.yaml": manifest("    channels: []\n").replace("name: acme", "name: acme-slack").replace("fake", "slack"),
    "saved.json": "{}",
    "home/.empty": "",
  });
  const env = { PATH: path, HOME: join(cwd, "home"), TERM: "dumb", LC_ALL: "C.UTF-8" };
  const { stdout, error } = spawnSync(command, args, { cwd, env, input, encoding: "utf8", timeout: 110_000 });
  if (error) throw error;
  return stdout;
}

const installed = (name: string): boolean => spawnSync(name, ["-c", "exit 0"]).status === 0;

/** Tests of one shell; where it is missing they are skipped under a name that says so. */
function inShell(name: string, tests: () => void): void {
  if (installed(name)) describe(name, tests);
  else describe.skipIf(true)(`${name} (skipped: it is not installed; apt-get install ${name})`, tests);
}

/** What is typed in front of TAB, and the whole line after it. */
const lines = [
  { typed: "plumbline valid", becomes: "plumbline validate" },
  { typed: "plumbline plan --detailed", becomes: "plumbline plan --detailed-exitcode" },
  { typed: "plumbline plan -o js", becomes: "plumbline plan -o json" },
  { typed: "plumbline plan --output=js", becomes: "plumbline plan --output=json" },
  { typed: "plumbline plan --only acme-s", becomes: "plumbline plan --only acme-slack" },
  { typed: "plumbline plan --only acme-slack/us", becomes: "plumbline plan --only acme-slack/usergroups" },
  { typed: "plumbline execute acme-slack send", becomes: "plumbline execute acme-slack send_message" },
  { typed: "plumbline explain slack.channels.to", becomes: "plumbline explain slack.channels.topic" },
  { typed: "plumbline show sav", becomes: "plumbline show saved.json" },
  { typed: "plumbline plan --file=sav", becomes: "plumbline plan --file=saved.json" },
  { typed: "plumbline init ho", becomes: "plumbline init home/" },
];

inShell("bash", () => {
  /** Types each line and TAB; then makes the line the argument of `echo`, which prints what it has become. */
  function typedInBash(typed: readonly string[]): string[] {
    const keys = typed.map((line) => `${line}\t\x01echo "=\x05"\n`).join("");
    const input = `eval "$(plumbline completion bash)"\n${keys}exit\n`;
    const out = shell("bash", ["--norc", "--noprofile", "-i"], input);
    return [...out.matchAll(/^=(.*)$/gm)].map(([, line = ""]) => line.trim());
  }

  test("completes commands, flags, values, names and files", () => {
    expect(typedInBash(lines.map(({ typed }) => typed))).toEqual(lines.map(({ becomes }) => becomes));
  });

  test("completes the program under a path, too", () => {
    expect(typedInBash([`${root}/bin/plumbline valid`])).toEqual([`${root}/bin/plumbline validate`]);
  });
});

inShell("zsh", () => {
  /** What the zsh at the terminal reads first: a key that prints what the line has become. */
  const inner = `
    autoload -Uz compinit && compinit -u -D
    source <(plumbline completion zsh)
    show() { zle -I; print -r -- "<<$BUFFER>>"; BUFFER='' }
    zle -N show
    bindkey '^X' show
    bindkey '^I' complete-word
    print rea""dy\n`;

  /** The other zsh, which types. */
  const outer = (typed: readonly string[]): string => `
    zmodload zsh/zpty
    zpty terminal zsh -f -i
    zpty -w terminal 'source ./inner.zsh'
    zpty -r terminal seen '*ready*'
    for line in ${typed.map((line) => `'${line}'`).join(" ")}; do
      zpty -w -n terminal "$line"$'\\t\\x18'
      zpty -r terminal seen '*<<*>>*'
      print -r -- "=\${\${seen##*<<}%%>>*}"
    done\n`;

  function typedInZsh(typed: readonly string[]): string[] {
    const out = shell("zsh", ["-f"], outer(typed), { "inner.zsh": inner });
    return [...out.matchAll(/^=(.*)$/gm)].map(([, line = ""]) => line.trim());
  }

  test("completes commands, flags, values, names and files", () => {
    expect(typedInZsh(lines.map(({ typed }) => typed))).toEqual(lines.map(({ becomes }) => becomes));
  });
});

inShell("fish", () => {
  /** The candidates for the last word of a line, as fish shows them. */
  function candidates(line: string): string[] {
    const script = `plumbline completion fish | source\ncomplete -C '${line}'\n`;
    return shell("fish", ["--no-config", "-c", script], "").split("\n").filter(Boolean);
  }

  test.each(lines)("completes `$typed`", ({ typed, becomes }) => {
    const [found, ...others] = candidates(typed).map((line) => line.split("\t")[0]);
    expect(others).toEqual([]);
    expect(`${typed.slice(0, typed.lastIndexOf(" "))} ${found}`).toBe(becomes);
  });

  test("shows what a command does beside it", () => {
    expect(candidates("plumbline valid")).toEqual([
      "validate\tChecks manifests; asks no system and needs no credentials",
    ]);
  });
});
