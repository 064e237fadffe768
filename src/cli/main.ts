/** The process that the command line runs in: the only place that looks at it. */
import { hostname } from "node:os";
import { systemClock } from "../connector-kit/http/clock.ts";
import { INTERRUPTED } from "./exit.ts";
import { run } from "./run.ts";
import type { Surroundings } from "./surroundings.ts";

/** Milliseconds in which most of a `validate` of a few files is done, and memory has hardly begun to grow. */
const SHORT_RUN = 50;

/** Runs the program. @param inputs the arguments after its name. */
export async function main(inputs: readonly string[]): Promise<void> {
  let lost = false;
  setTimeout(keepMemoryLow, SHORT_RUN).unref();
  for (const stream of [process.stdout, process.stderr]) {
    // Nobody may be there to read any more (`plumbline plan | head`): a write to a system goes on all the same.
    stream.on("error", ({ code }: NodeJS.ErrnoException) => {
      lost ||= code !== "EPIPE";
    });
  }
  const code = await run(inputs, surroundings());
  process.exitCode = lost && code === 0 ? 1 : code;
  // What was interrupted may wait for answers that nobody wants any more.
  if (code === INTERRUPTED) process.exit();
}

/**
 * Keeps V8's young generation at the size that it starts with.
 *
 * It would grow to 64 MB and more (Node 24), twice that while it is collected: half of the memory of
 * checking 10,000 manifests, for a few hundredths of the time. The factor is looked at each time that V8
 * considers growing, so it may be set while the program runs; the largest size, --max-semi-space-size,
 * may not. Loading node:v8 takes a twentieth of a short run, which has no use for it.
 */
function keepMemoryLow(): void {
  process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
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
    get host() {
      return hostname();
    },
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
