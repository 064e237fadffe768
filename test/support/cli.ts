/** The command line for tests: in this process with given surroundings, or as the built program. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { onTestFinished } from "vitest";
import { run } from "../../src/cli/run.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import type { Connector } from "../../src/connector-kit/contract.ts";
import { systemClock } from "../../src/connector-kit/http/clock.ts";
import type { Clock } from "../../src/connector-kit/http/types.ts";
import { platformsWith } from "./platforms.ts";

export interface CliOptions {
  cwd: string;
  env?: Readonly<Record<string, string>>;
  stdin?: string;
  /** Connectors beside the built-in ones. */
  connectors?: readonly Connector[];
  /** Columns of a terminal; left out: no terminal. */
  terminal?: number;
  clock?: Clock;
  /** What a person types when asked; makes it a terminal. */
  answer?: string;
  /** The same for several questions: what is typed, once, after a text that a question has. */
  answers?: readonly { after: string; type: string }[];
  /** Whether requests may leave the process, to stand-ins on this host; else one is a mistake of the test. */
  network?: boolean;
  /** Given what sends a signal. */
  signals?: (send: () => void) => void;
}

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
  /** Numbers that the process was told to end with at once. */
  exits: readonly number[];
}

/** Runs a command in this process. Nothing of the process is used but its files. */
export async function cli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const written = { stdout: "", stderr: "" };
  const exits: number[] = [];
  const { answer, connectors = [], env = {}, stdin = "", signals } = options;
  const answers = options.answers ?? (answer === undefined ? [] : [{ after: "Yes", type: answer }]);
  const asked = answers.length > 0;
  const terminal = options.terminal ?? (asked ? 80 : undefined);
  const keyboard = Object.assign(new PassThrough(), { isTTY: asked, setRawMode: () => undefined });
  let typed = 0;
  const type = () => {
    const next = answers[typed];
    if (!next || !written.stderr.includes(next.after)) return;
    typed++;
    setImmediate(() => keyboard.write(next.type));
  };
  const sink = (name: keyof typeof written) => {
    const stream = new Writable({
      decodeStrings: false,
      write(text: string | Buffer, _, done) {
        written[name] += text.toString();
        if (name === "stderr") type();
        done();
      },
    });
    return Object.assign(stream, {
      isTTY: terminal !== undefined,
      ...(terminal === undefined ? {} : { columns: terminal }),
    });
  };
  const surroundings: Surroundings = {
    env,
    cwd: options.cwd,
    stdin: asked ? keyboard : Object.assign(textStream(stdin), { isTTY: false }),
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    clock: options.clock ?? systemClock(),
    pid: 4242,
    host: "test-host",
    onSignal(listener) {
      signals?.(listener);
      return () => undefined;
    },
    exit: (code) => void exits.push(code),
    ...(options.network ? {} : { fetch: unreachable }),
    platforms: platformsWith(connectors),
  };
  const code = await run(args, surroundings);
  return { code, ...written, exits };
}

function unreachable(): never {
  throw new Error("A test of the command line reached for the network.");
}

async function* textStream(text: string): AsyncGenerator<Uint8Array> {
  if (text !== "") yield Buffer.from(text);
}

/** Runs the built program, as people do. */
export async function program(
  args: readonly string[],
  options: Pick<CliOptions, "cwd" | "env" | "stdin"> & {
    /** A command that runs the program, such as one that limits it: its name and first arguments. */
    under?: readonly string[];
  },
): Promise<CliResult> {
  const executable = join(import.meta.dirname, "../../bin/plumbline");
  const { PATH = "" } = process.env;
  const [command = executable, ...rest] = [...(options.under ?? []), executable, ...args];
  const child = spawn(command, rest, { cwd: options.cwd, env: { PATH, ...options.env }, stdio: "pipe" });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  }
  child.stdin.end(options.stdin ?? "");
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? -1, ...written, exits: [] };
}

/** Makes a folder with these files; it is removed when the test ends. */
export function folderOf(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
