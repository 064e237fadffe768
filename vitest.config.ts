import { readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Tests that run the built program; the others run from source and need no build. */
const program = ["test/cli/**/*.test.ts", "test/build/**/*.test.ts", "test/cases/*.test.ts"];

/** As test/support/tries.ts has it. What this file imports is what every test depends on, so it imports none of ours. */
const times = Number(process.env.PROPERTY_TRIES_TIMES ?? 1);

/** Where Linux has a file system in memory, and what a run of the tests may need of it. */
const MEMORY = "/dev/shm";
const MEMORY_NEEDED = 2 * 1024 ** 3;

/**
 * The folder for temporary files: in memory where that has room and lets programs run, else the machine's own.
 * Databases and repositories of tests wait for the disk at each write, some twenty seconds of a run.
 */
function temporaryFiles(): Record<string, string> {
  try {
    const mount = readFileSync("/proc/mounts", "utf8").match(/^\S+ \/dev\/shm tmpfs (\S+)/m);
    const { bavail, bsize } = statfsSync(MEMORY);
    const options = mount?.[1]?.split(",") ?? ["ro"];
    const fit = options.includes("rw") && !options.includes("noexec") && bavail * bsize >= MEMORY_NEEDED;
    return fit && process.env.TMPDIR === undefined ? { TMPDIR: MEMORY } : {};
  } catch {
    return {}; // no Linux
  }
}

export default defineConfig({
  // The example of a user's own connector imports the kit by its public name.
  resolve: { alias: { "plumbline/connector-kit": join(import.meta.dirname, "src/connector-kit/index.ts") } },
  test: {
    pool: "forks",
    // One more than the two processors that the limit of time is about: tests that wait leave theirs to others.
    maxWorkers: 3,
    // Files that follow each other share a process and the packages in it; sources are evaluated anew for each.
    isolate: false,
    // For what hangs. No test is about how long a machine takes that does other things too.
    testTimeout: 120_000 * times,
    hookTimeout: 120_000,
    // Tests must not depend on what the person who runs them has set.
    env: { NO_COLOR: "1", CI: "", ...temporaryFiles() },
    unstubEnvs: true,
    projects: [
      { extends: true, test: { name: "source", include: ["test/**/*.test.ts"], exclude: program } },
      { extends: true, test: { name: "program", include: program, globalSetup: "test/setup/build.ts" } },
    ],
  },
});
