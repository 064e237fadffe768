/** One `run` of a step, as the runner does it: a script in bash, and files for what it hands back. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What all steps of a job share. */
export interface Machine {
  /** The runner's own folder for files, outside the workspace. */
  temp: string;
  workspace: string;
  /** The environment that the runner gives, and what steps put into GITHUB_ENV. */
  env: Record<string, string>;
  /** Put before PATH by steps, the last first. */
  path: string[];
  /** The output of all steps. */
  log: string;
  summary: string;
}

export interface StepResult {
  code: number;
  outputs: Record<string, string>;
}

const FILES = ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"] as const;

/** Runs a script with `shell: bash` (docs.github.com, "Workflow syntax", `jobs.<job_id>.steps[*].shell`). */
export async function runScript(
  machine: Machine,
  script: string,
  own: { env: Readonly<Record<string, string>>; folder?: string },
): Promise<StepResult> {
  const folder = mkdtempSync(join(machine.temp, "step-"));
  const files = Object.fromEntries(FILES.map((name) => [name, join(folder, name)])) as Record<
    (typeof FILES)[number],
    string
  >;
  for (const file of Object.values(files)) writeFileSync(file, "");
  writeFileSync(join(folder, "script.sh"), script);
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", join(folder, "script.sh")], {
    cwd: own.folder ?? machine.workspace,
    env: {
      ...machine.env,
      ...own.env,
      ...files,
      PATH: [...machine.path, machine.env.PATH].join(":"),
      RUNNER_TEMP: machine.temp,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      machine.log += text;
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  Object.assign(machine.env, pairsOf(files.GITHUB_ENV));
  machine.path.unshift(...linesOf(files.GITHUB_PATH).reverse());
  machine.summary += readFileSync(files.GITHUB_STEP_SUMMARY, "utf8");
  return { code: code ?? -1, outputs: pairsOf(files.GITHUB_OUTPUT) };
}

/** `NAME=value` lines; the form for values of several lines is not known here. */
function pairsOf(file: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(file).map((line) => {
      const [, name, value] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`"${line}" is no output of a form known here.`);
      return [name, value];
    }),
  );
}

function linesOf(file: string): string[] {
  return readFileSync(file, "utf8").split("\n").filter(Boolean);
}
