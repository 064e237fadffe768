/** The controller as people run it: the built program, its log as it comes, and its end. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** One line of the log. */
export type Line = Readonly<Record<string, unknown>> & { level: string; message: string };

export interface RunningController {
  readonly lines: readonly Line[];
  /** Where it listens. */
  address: string;
  /** The first line, from now on or before, for which it holds. @throws Error when the program ends before. */
  line(holds: (line: Line) => boolean): Promise<Line>;
  /** Forgets the lines until now. */
  forget(): void;
  signal(name: NodeJS.Signals): void;
  /** The number that it ended with; null after a signal that it did not catch. */
  readonly ended: Promise<number | null>;
}

export interface ControllerRun {
  cwd: string;
  env?: Readonly<Record<string, string>>;
  args?: readonly string[];
  /** Default a free one. */
  port?: number;
  /** Another holds the state: resolve once this one waits for it. */
  waits?: boolean;
}

/** Starts it, and resolves once it listens and holds the state. It is killed when the test ends. */
export async function startController(run: ControllerRun): Promise<RunningController> {
  const it = spawnController(run);
  const { address } = await it.line(({ message }) => message === "listening");
  it.address = String(address);
  await it.line(({ message }) => message.startsWith(run.waits ? "takes webhooks only" : "holds the state"));
  return it;
}

/** Starts it, and waits for nothing. */
export function spawnController({ cwd, env = {}, args = [], port = 0 }: ControllerRun): RunningController {
  const executable = join(import.meta.dirname, "../../bin/plumbline");
  const { PATH = "" } = process.env;
  const child = spawn(executable, ["controller", "-f", "m", "--listen", `127.0.0.1:${port}`, ...args], {
    cwd,
    env: { PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return new Running(child, ended);
}

class Running implements RunningController {
  address = "";
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #lines: Line[] = [];
  #told: () => void = () => undefined;
  #over = false;

  constructor(child: ChildProcess, ended: Promise<number | null>) {
    this.#child = child;
    this.ended = ended;
    const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
    lines.on("line", (text) => {
      this.#lines.push(text.startsWith("{") ? (JSON.parse(text) as Line) : { level: "text", message: text });
      this.#told();
    });
    void ended.then(() => {
      this.#over = true;
      this.#told();
    });
  }

  get lines(): readonly Line[] {
    return this.#lines;
  }

  async line(holds: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const found = this.#lines.find(holds);
      if (found) return found;
      if (this.#over)
        throw new Error(`The controller ended.\n${this.#lines.map((one) => JSON.stringify(one)).join("\n")}`);
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
  }

  forget(): void {
    this.#lines = [];
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}
