/** `plumbline init`: each file is created or left alone, never opened for writing when it exists. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Run } from "../command.ts";
import type { InitFlags } from "../commands/init.ts";
import { UserError } from "../errors.ts";
import { schemasFolder } from "../schemas-folder.ts";
import { type Choice, choose } from "../starters/choose.ts";
import { ciFiles } from "../starters/ci.ts";
import { starterFiles } from "../starters/folder.ts";
import { SCHEMA_FILE } from "../starters/starter.ts";

const init: Run<InitFlags, [string?]> = async ({ surroundings, output }, flags, named = ".") => {
  const folder = resolve(surroundings.cwd, named);
  const choice = await choose(flags, surroundings);
  const schema = await readFile(join(schemasFolder(), "plumbline.json"), "utf8");
  const made: string[] = [];
  const kept: string[] = [];
  const files = { ...starterFiles(choice.platforms), [SCHEMA_FILE]: schema, ...ciFile(choice, folder) };
  for (const [name, text] of Object.entries(files)) {
    ((await writeNew(join(folder, name), text)) ? made : kept).push(name);
  }
  const { paint } = output;
  output.print(
    [
      ...made.map((name) => `${paint("green", "+")} ${name}`),
      ...kept.map((name) => `${paint("dim", "=")} ${name}  was there, left as it is`),
    ].join("\n"),
  );
  if (kept.includes(".gitignore") && !(await ignoresState(folder)))
    output.note("Make sure that .gitignore names .plumbline/");
  output.note(nextSteps(named, choice));
  return 0;
};
export default init;

/** The CI's file, by its path from the folder: it has to stand at the repository's root. */
function ciFile({ ci, platforms }: Choice, folder: string): Record<string, string> {
  if (ci === "none") return {};
  const root = repositoryRoot(folder);
  const { path, text } = ciFiles[ci];
  const variables = Object.values(platforms).flatMap((starter) => starter.variables);
  const options = { variables, folder: relative(root, folder).split(sep).join("/") };
  return { [relative(folder, join(root, path)).split(sep).join("/")]: text(options) };
}

/** @returns the folder above that holds `.git`; without one, the folder itself. */
function repositoryRoot(folder: string): string {
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, ".git"))) return above;
    if (dirname(above) === above) return folder;
  }
}

/** @returns false when the file is there. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    throw new UserError(`${path} cannot be written (${code}).`, { cause });
  }
}

/** @returns whether the folder's .gitignore has the line of the starter; others may do the same. */
async function ignoresState(folder: string): Promise<boolean> {
  const lines = (await readFile(join(folder, ".gitignore"), "utf8")).split("\n").map((line) => line.trim());
  return [".plumbline", ".plumbline/", "/.plumbline/"].some((line) => lines.includes(line));
}

function nextSteps(folder: string, { platforms, ci }: Choice): string {
  const chosen = Object.values(platforms);
  const [first, ...others] = chosen.flatMap(({ variables }) => variables);
  const same = others.length === 0 ? "" : `; the same for ${others.join(", ")}`;
  const steps: readonly (readonly [command: string, why: string])[] = [
    ["plumbline validate", "checks the files, offline"],
    ...(first === undefined ? [] : [[`export ${first}=…`, `the secrets that manifests name${same}`] as const]),
    [`plumbline test ${chosen[0]?.integration}`, "whether the credential works"],
    ["plumbline plan", "what would be done; nothing is written"],
    ["plumbline apply", "does it, after asking"],
  ];
  const widest = Math.max(...steps.map(([command]) => command.length));
  return [
    "",
    "Next:",
    ...(folder === "." ? [] : [`  cd ${folder}`]),
    ...steps.map(([command, why]) => `  ${command.padEnd(widest)}  ${why}`),
    ...(ci === "none" ? [] : ["The CI file says in its first lines which secrets it needs, and what to protect."]),
  ].join("\n");
}
