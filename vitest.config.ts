import { defineConfig } from "vitest/config";

/** Tests that run the built program; the others run from source and need no build. */
const program = ["test/cli/**/*.test.ts", "test/build/**/*.test.ts", "test/cases/*.test.ts"];

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
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
