/**
 * The properties of the tests, tried for longer than every run of the tests may take, and from another seed.
 *
 * Whatever fails is told with fast-check's own words, whose seed and path show it again in one try.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { seeded } from "./random.ts";
import { must } from "./report.ts";

const root = join(import.meta.dirname, "../..");

/** What vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  numTotalTests: number;
  testResults: {
    name: string;
    message: string;
    status: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

/** @param times how many times as often as in a run of the tests. */
export async function propertiesRound(seed: string, times: number): Promise<string> {
  const start = String(seeded(seed).whole(1, 2 ** 31 - 1));
  const report = runTests({ PROPERTY_SEED: start, PROPERTY_TRIES_TIMES: String(times) });
  const failures = report.testResults.flatMap(failuresOf);
  must(failures.length === 0, `PROPERTY_SEED=${start} PROPERTY_TRIES_TIMES=${times}\n${failures.join("\n")}`);
  return `${report.numTotalTests} tests in ${report.testResults.length} files, ${times} times as many tries`;
}

/** Runs the test files that say a number of tries, be it by way of others. */
function runTests(env: Readonly<Record<string, string>>): Report {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-properties-"));
  try {
    const file = join(folder, "report.json");
    const args = ["related", "--run", "test/support/tries.ts", "--reporter=json", `--outputFile=${file}`];
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    spawnSync(process.execPath, [vitest, ...args], { cwd: root, env: { ...process.env, ...env }, stdio: "ignore" });
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failuresOf({ name, message, status, assertionResults }: Report["testResults"][number]): string[] {
  const file = relative(root, name);
  const failed = assertionResults.filter((test) => test.status === "failed");
  if (status === "failed" && failed.length === 0) return [`${file}: ${message}`];
  return failed.map(({ fullName, failureMessages }) => `${file}: ${fullName}\n${failureMessages.join("\n")}`);
}
