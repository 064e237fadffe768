import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Tests must not depend on what the person who runs them has set.
    env: { NO_COLOR: "1", CI: "" },
    unstubEnvs: true,
  },
});
