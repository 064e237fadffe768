/** The fuzzed requests that the tests send to the server, for longer. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { must } from "./report.ts";

const root = join(import.meta.dirname, "../..");

/** @param count how many requests. */
export async function requestsRound(count: number): Promise<string> {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const env = { ...process.env, FUZZ: String(count) };
  const child = spawn(process.execPath, [vitest, "run", "--project", "source", "test/server/fuzz.test.ts"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  must(code === 0, `FUZZ=${count} ended with ${code}: ${said.slice(-4000)}`);
  return `${count} requests of rubbish, no crash, no 5xx, nothing taken in`;
}
