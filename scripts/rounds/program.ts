/** The built program in a folder of its own, started, killed and waited for as a shell would. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/open.ts";
import type { SystemState } from "../../src/store/types.ts";
import { VERSION } from "../../src/version.ts";

export interface Ended {
  /** -1 for one that was killed. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** `performance.now()` of its start. */
  startedAt: number;
  ended: Promise<Ended>;
}

/** A folder with manifests and a state. */
export interface Place {
  folder: string;
  /** Arguments with which an apply waits for the lock of a killed one; none where the kernel frees it. */
  patience: readonly string[];
  start(args: readonly string[]): Running;
  run(args: readonly string[]): Promise<Ended>;
  /** What the state holds of its systems. */
  memory(): Promise<readonly SystemState[]>;
  remove(): void;
}

/** @param env what the program finds beside PATH. @param state as after `--state`; default a file. */
export function place(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  state?: string,
): Place {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-rounds-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const stated = (args: readonly string[]) => (state && args[0] !== "validate" ? [...args, "--state", state] : args);
  const start = (args: readonly string[]) => startProgram(stated(args), folder, env);
  const { PATH = "" } = process.env;
  return {
    folder,
    patience: state ? ["--lock-timeout", "60s"] : [],
    start,
    run: (args) => start(args).ended,
    async memory() {
      const store = await openStore(state, { mode: "read", folder, version: VERSION, env: { PATH } });
      try {
        const systems = await Promise.all((await store.systems()).map((system) => store.system(system)));
        return systems.filter((system) => system !== undefined);
      } finally {
        await store.close();
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function startProgram(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Running {
  const program = join(import.meta.dirname, "../../bin/plumbline");
  const startedAt = performance.now();
  const { PATH = "" } = process.env;
  const child = spawn(program, args, { cwd, env: { PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  }
  const ended = once(child, "close").then(([code]) => ({ code: (code as number | null) ?? -1, ...written }));
  return { child, startedAt, ended };
}
