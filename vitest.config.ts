import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { times } from "./test/support/tries.ts";

/** Tests that run the built program; the others run from source and need no build. */
const program = ["test/cli/**/*.test.ts", "test/build/**/*.test.ts", "test/cases/*.test.ts"];

export default defineConfig({
  // The example of a user's own connector imports the kit by its public name.
  resolve: { alias: { "plumbline/connector-kit": join(import.meta.dirname, "src/connector-kit/index.ts") } },
  test: {
    pool: "forks",
    maxWorkers: 2,
    // Files that follow each other share a process and the packages in it; sources are evaluated anew for each.
    isolate: false,
    testTimeout: 20_000 * times,
    hookTimeout: 60_000,
    // Tests must not depend on what the person who runs them has set.
    env: { NO_COLOR: "1", CI: "" },
    unstubEnvs: true,
    projects: [
      { extends: true, test: { name: "source", include: ["test/**/*.test.ts"], exclude: program } },
      { extends: true, test: { name: "program", include: program, globalSetup: "test/setup/build.ts" } },
    ],
  },
});
