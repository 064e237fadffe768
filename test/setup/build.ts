/**
 * Builds the program before the tests that run it, when a source is younger than it.
 *
 * A deleted file shows in the time of its folder.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

function newest(path: string): number {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

export default function setup(): void {
  const built = join(root, "dist/cli.js");
  const sources = ["src", "scripts", "package.json", "package-lock.json"];
  const sourceTime = Math.max(...sources.map((path) => newest(join(root, path))));
  if (existsSync(built) && statSync(built).mtimeMs >= sourceTime) return;
  const { status } = spawnSync(process.execPath, [join(root, "scripts/build.ts")], { stdio: "inherit" });
  if (status !== 0) throw new Error("The program could not be built: see above.");
}
