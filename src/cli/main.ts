/** The process that the command line runs in: the only place that looks at it. */
import { hostname } from "node:os";
import { systemClock } from "../connector-kit/http/clock.ts";
import { INTERRUPTED } from "./exit.ts";
import { run } from "./run.ts";
import type { Surroundings } from "./surroundings.ts";

/** Runs the program. @param inputs the arguments after its name. */
export async function main(inputs: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endQuietly);
  const code = await run(inputs, surroundings());
  process.exitCode = code;
  // What was interrupted may wait for answers that nobody wants any more.
  if (code === INTERRUPTED) process.exit();
}

function surroundings(): Surroundings {
  return {
    env: process.env,
    cwd: process.cwd(),
    get stdin() {
      return process.stdin; // made when it is first looked at
    },
    stdout: process.stdout,
    stderr: process.stderr,
    clock: systemClock(),
    pid: process.pid,
    host: hostname(),
    onSignal(listener) {
      const signals = ["SIGINT", "SIGTERM"] as const;
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}

/** Whoever read the results has gone (`plumbline plan | head`): there is nothing left to say. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit();
  throw error;
}
