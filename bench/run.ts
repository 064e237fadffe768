/**
 * `npm run bench`: builds the program, runs all benches one after another, and prints their figures as
 * one table, beside their limits. Ends with 1 when a limit is missed.
 *
 * The machine should do nothing else meanwhile: its load is printed along.
 */
import { spawnSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { type Row, table } from "./rows.ts";

const benches = [
  { file: "startup.ts", flags: [] },
  { file: "plan.ts", flags: ["--expose-gc"] },
  { file: "routing.ts", flags: ["--expose-gc"] },
  { file: "validate.ts", flags: [] },
  { file: "events.ts", flags: [] },
];

function run(file: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (stdout === "" || status === null) throw new Error(`${file} ended with ${status}: ${stderr}`);
  return stdout;
}

run("build.ts", [join(import.meta.dirname, "../scripts/build.ts")]);
const before = loadavg()[0] as number;
const rows = benches.flatMap(({ file, flags }) => {
  return JSON.parse(run(file, [...flags, join(import.meta.dirname, file), "--json"])) as Row[];
});
console.log(`Node.js ${process.versions.node}, ${cpus().length} cores, load ${before.toFixed(1)} when it began\n`);
for (const line of table(rows)) console.log(line);
if (rows.some(({ value, limit }) => limit !== undefined && value > limit)) process.exitCode = 1;
