/**
 * How long the built program takes to start: `node bench/startup.ts`.
 *
 * Each command runs 20 times after one run that warms the disk's cache; the medians are compared
 * with that of `node -e 0` on the same Node.js. No compile cache is used, so every run is as cold
 * as the first one after an installation. Ends with 1 when a start takes longer than it may.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median, type Row, report } from "./rows.ts";

const root = join(import.meta.dirname, "..");
const runs = 20;
const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
const file = join(folder, "slack.yaml");
writeFileSync(
  file,
  `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme-slack }
spec:
  platform: slack
  credentials: { token: { env: SLACK_BOT_TOKEN } }
  resources:
    channels:
      - { name: incidents, topic: "Sev 1 and 2 only" }
      - { name: releases }
`,
);

const cases = [
  { name: "node -e 0", args: ["-e", "0"], limit: 1 },
  { name: "plumbline --version", args: [join(root, "dist/cli.js"), "--version"], limit: 1.5 },
  { name: "plumbline validate, one file", args: [join(root, "dist/cli.js"), "validate", "-f", file], limit: 3 },
];

/** One run, in milliseconds. */
function time(args: readonly string[]): number {
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env });
  const elapsed = performance.now() - start;
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
  return elapsed;
}

// One run of each in turn, so that a busy moment of the machine falls on all alike.
const times = cases.map((): number[] => []);
for (const { args } of cases) time(args);
for (let run = 0; run < runs; run++) for (const [i, { args }] of cases.entries()) times[i]?.push(time(args));

const medians = times.map(median);
const base = medians[0] as number;
const rows = cases.flatMap(({ name, limit }, i): Row[] => {
  const value = medians[i] as number;
  const start: Row = { name, value, unit: "ms" };
  return i === 0 ? [start] : [start, { name: `${name}, of node -e 0`, value: value / base, unit: "x", limit }];
});
report(rows);
rmSync(folder, { recursive: true });
