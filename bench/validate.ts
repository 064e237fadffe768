/**
 * How long the built program takes to check 10,000 manifests, and in how much memory, beside the
 * shortest script that could (`bench/bare.js`).
 *
 * Whole processes are measured, their start included, in turn, so that a busy moment of the machine
 * falls on both. Medians of 7 runs; of memory, the most. Run `npm run build` before it.
 *
 *   node bench/validate.ts
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { integrationSchema } from "../src/api/index.ts";
import { compileConnector } from "../src/connector-kit/index.ts";
import github from "../src/connectors/github/index.ts";
import { median, report } from "./rows.ts";

const MANIFESTS = 10_000;
const RUNS = 7;

interface Run {
  milliseconds: number;
  megabytes: number;
}

/** Writes the largest resident size, in KiB, to the fourth stream when a process ends. */
const PEAK = `data:text/javascript,
  import { writeSync } from "node:fs";
  process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));`;

function manifest(number: number): string {
  const label = (name: string, color: string): string => `          - name: ${name}
            color: "${color}"
            description: Says of an issue that it is about ${name}
`;
  const labels = [label("bug", "d73a4a"), label("feature", "a2eeef"), label("question", "d876e3")].join("");
  const repository = (index: number): string => `      - name: service-${number}-${index}
        description: "The service ${index} of team ${number}, and everything that belongs to it"
        homepage: https://services.example.com/team-${number}/${index}
        visibility: private
        has_wiki: false
        topics: [service, team-${number}]
        labels:
${labels}`;
  return `# Team ${number}: its repositories.
apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata:
  name: team-${number}
  labels: { team: team-${number}, tier: "2" }
spec:
  title: The repositories of team ${number}
  platform: github
  connection:
    organization: team-${number}
  credentials:
    token: { env: TEAM_TOKEN }
  interval: 10m
  policy:
    mode: Enforce
    prune: true
    maxRemovals: 5
  resources:
    repositories:
${[0, 1].map(repository).join("")}`;
}

/** @throws Error when not all manifests are found valid. */
function runOnce(args: readonly string[]): Run {
  const start = performance.now();
  const { status, output } = spawnSync(process.execPath, ["--import", PEAK, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const milliseconds = performance.now() - start;
  const [, stdout = "", stderr = "", peak] = output;
  const sound = status === 0 && stdout?.startsWith(`${MANIFESTS} manifests are valid`);
  if (!sound) throw new Error(`${args.join(" ")} ended with ${status}: ${stdout}${stderr}`);
  return { milliseconds, megabytes: (Number(peak) * 1024) / 1e6 };
}

function measure(folder: string): void {
  const manifests = join(folder, "manifests");
  mkdirSync(manifests);
  for (let number = 0; number < MANIFESTS; number++) writeFileSync(join(manifests, `${number}.yaml`), manifest(number));
  const schema = join(folder, "schema.json");
  writeFileSync(schema, JSON.stringify(integrationSchema(compileConnector(github).schemas)));
  const bareArgs = [join(import.meta.dirname, "bare.js"), schema, manifests];
  const ourArgs = [join(import.meta.dirname, "../dist/cli.js"), "validate", "-f", manifests];
  const runs: { bare: Run; ours: Run }[] = [];
  for (let run = 0; run <= RUNS; run++) runs.push({ bare: runOnce(bareArgs), ours: runOnce(ourArgs) });
  tell(runs.slice(1)); // the first fills the disk's cache
}

function tell(runs: readonly { bare: Run; ours: Run }[]): void {
  const bare = median(runs.map((run) => run.bare.milliseconds));
  const ours = median(runs.map((run) => run.ours.milliseconds));
  const what = `${MANIFESTS} manifests of ${manifest(1234).length} bytes`;
  report([
    { name: `bare script, ${what}`, value: bare, unit: "ms" },
    { name: "bare script, peak memory", value: Math.max(...runs.map((run) => run.bare.megabytes)), unit: "MB" },
    { name: `plumbline validate, ${what}`, value: ours, unit: "ms" },
    { name: "plumbline validate, of the bare script", value: ours / bare, unit: "x", limit: 1.5 },
    {
      name: "plumbline validate, peak memory",
      value: Math.max(...runs.map((run) => run.ours.megabytes)),
      unit: "MB",
      limit: 250,
    },
  ]);
}

const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
try {
  measure(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
