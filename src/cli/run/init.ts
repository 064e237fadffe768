/** `plumbline init`: each file is created or left alone, never opened for writing when it exists. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Run } from "../command.ts";
import { UserError } from "../errors.ts";
import type { CommonFlags } from "../flags.ts";
import { schemasFolder } from "../schemas-folder.ts";
import { SCHEMA_FILE, starterFiles } from "../starter.ts";

const init: Run<CommonFlags, [string?]> = async ({ surroundings, output }, _, named = ".") => {
  const folder = resolve(surroundings.cwd, named);
  const schema = await readFile(join(schemasFolder(), "plumbline.json"), "utf8");
  const made: string[] = [];
  const kept: string[] = [];
  for (const [name, text] of Object.entries({ ...starterFiles, [SCHEMA_FILE]: schema })) {
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
  output.note(nextSteps(named));
  return 0;
};
export default init;

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

function nextSteps(folder: string): string {
  const go = folder === "." ? [] : [`  cd ${folder}`];
  return [
    "",
    "Next:",
    ...go,
    "  plumbline validate            checks the files, offline",
    "  export SLACK_BOT_TOKEN=…      the secrets that manifests name; the same for GITHUB_TOKEN",
    "  plumbline test acme-slack     whether the credential works",
    "  plumbline plan                what would be done; nothing is written",
    "  plumbline apply               does it, after asking",
  ].join("\n");
}
