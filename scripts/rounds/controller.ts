/** The built controller in a folder of its own, started and killed, with its state opened beside it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openLastingStore } from "../../src/store/open.ts";
import type { LastingStore } from "../../src/store/types.ts";
import { VERSION } from "../../src/version.ts";

export interface ControllerStage {
  folder: string;
  /** Starts the controller. @param under a command that it runs under. @returns once it takes webhooks. */
  start(under?: readonly string[]): Promise<RunningProgram>;
  /** The state, opened beside the controller. */
  store(): Promise<LastingStore>;
  close(): Promise<void>;
}

export interface RunningProgram {
  /** Where it listens. */
  address: string;
  pid: number;
  /** Ends it as the kernel does, or asks it to end. @returns the number that it ended with. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null>;
  /** The most memory that it had resident so far, in MB; 0 where the kernel does not say. */
  memory(): number;
  /** The last lines that it wrote. */
  said(): string;
  /** Resolves once it holds the state: on PostgreSQL the lease of a killed one has to end first. */
  leads: Promise<void>;
}

/** Lines that are kept of what a program says. */
const KEPT = 40;

export interface ControllerFiles {
  /** By their names in the folder. */
  files: Readonly<Record<string, string>>;
  /** What the program finds beside PATH. */
  env: Readonly<Record<string, string>>;
}

/** @param state as after `--state`; default a file. */
export function controllerStage({ files, env }: ControllerFiles, state?: string): ControllerStage {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-rounds-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const running = new Set<ChildProcess>();
  return {
    folder,
    async start(under = []) {
      const { child, program } = launch(folder, env, under, state);
      running.add(child);
      child.once("close", () => running.delete(child));
      return program;
    },
    store: () => openLastingStore(state, { mode: "read", folder, version: VERSION }),
    async close() {
      for (const child of running) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function launch(folder: string, env: Readonly<Record<string, string>>, under: readonly string[], state?: string) {
  const root = join(import.meta.dirname, "../..");
  const [command = "", ...args] = [
    ...under,
    ...[process.execPath, join(root, "dist/cli.js"), "controller", "--listen", "127.0.0.1:0"],
    ...(state === undefined ? [] : ["--state", state]),
  ];
  const { PATH = "" } = process.env;
  const child = spawn(command, args, { cwd: folder, env: { PATH, ...env }, stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "close").then(([code]) => code as number | null);
  const lines: string[] = [];
  const said = () => lines.join("\n");
  const { promise: leads, resolve: lead } = Promise.withResolvers<void>();
  // One that ends holds nobody up.
  ended.then(
    () => lead(),
    () => lead(),
  );
  const program = new Promise<RunningProgram>((resolve, reject) => {
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > KEPT) lines.shift();
      if (line.includes('"message":"holds the state"')) lead();
      if (line.includes('"message":"listening"')) resolve(running(String(JSON.parse(line).address)));
    });
    ended.then((code) => reject(new Error(`The controller ended with ${code}: ${said()}`)), reject);
  });
  const running = (address: string): RunningProgram => ({
    address,
    pid: child.pid as number,
    said,
    leads,
    memory: () => memoryOf(child.pid as number),
    async end(signal) {
      child.kill(signal);
      return ended;
    },
  });
  return { child, program };
}

function memoryOf(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return 0;
  return (Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(file, "utf8"))?.[1] ?? 0) * 1024) / 1e6;
}
