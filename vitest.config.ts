import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Tests that run the built program; the others run from source and need no build. */
const program = ["test/cli/**/*.test.ts", "test/build/**/*.test.ts", "test/cases/*.test.ts"];

/** As test/support/tries.ts has it. What this file imports is what every test depends on, so it imports nothing. */
const times = Number(process.env.PROPERTY_TRIES_TIMES ?? 1);

export default defineConfig({
  // The example of a user's own connector imports the kit by its public name.
  resolve: { alias: { "plumbline/connector-kit": join(import.meta.dirname, "src/connector-kit/index.ts") } },
  test: {
    pool: "forks",
    maxWorkers: 2,
    // Files that follow each other share a process and the packages in it; sources are evaluated anew for each.
    isolate: false,
    // For what hangs. No test is about how long a machine takes that does other things too.
    testTimeout: 120_000 * times,
    hookTimeout: 120_000,
    // Tests must not depend on what the person who runs them has set.
    env: { NO_COLOR: "1", CI: "" },
    unstubEnvs: true,
    projects: [
      { extends: true, test: { name: "source", include: ["test/**/*.test.ts"], exclude: program } },
      { extends: true, test: { name: "program", include: program, globalSetup: "test/setup/build.ts" } },
    ],
  },
});
