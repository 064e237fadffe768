/**
 * How long checking 10,000 manifests takes, beside the shortest script that could check them: read
 * each file, `load` it, run one compiled validator. The aim: at most 1.5 times that, in 250 MB.
 *
 * Each run is a process of its own, so that neither profits from the other's warm code. Run it with
 * `node bench/validate.ts`; it prints the medians of five runs.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import { integrationSchema } from "../src/api/index.ts";
import { compileConnector, defineConnector, defineResource, Secret, Type } from "../src/connector-kit/index.ts";
import { loadManifests } from "../src/manifests/load.ts";
import { runtimePlatforms } from "../src/manifests/platforms.ts";
import { createSchemaCompiler } from "../src/manifests/schema-compiler.ts";

const MANIFESTS = 10_000;
const RUNS = 5;
/**
 * What is run, and with which flags of Node. V8's default young generation is sized for throughput;
 * the third row shows what a smaller one gives, for whoever starts the program in little memory.
 */
const VARIANTS: readonly { name: string; what: string; flags: readonly string[] }[] = [
  { name: "bare script", what: "bare", flags: [] },
  { name: "plumbline", what: "ours", flags: [] },
  { name: "plumbline, --max-semi-space-size=8", what: "ours", flags: ["--max-semi-space-size=8"] },
];

interface Run {
  milliseconds: number;
  megabytes: number;
  found: number;
}

const closed = { additionalProperties: false } as const;
const nothing = async function* (_reader: unknown): AsyncGenerator<never> {
  yield* [];
};

/** A platform of the size of a chat or a code host: the bench shall not move with their connectors. */
const bench = defineConnector({
  platform: "bench",
  title: "Bench",
  connection: Type.Object({ organization: Type.Optional(Type.String()) }, closed),
  credentials: Type.Object({ token: Secret() }, closed),
  open: () => ({ reader: {}, writer: {} }),
  check: async () => ({}),
  resources: {
    channels: defineResource({
      schema: Type.Object(
        {
          name: Type.String({ pattern: "^[a-z0-9_-]{1,80}$" }),
          topic: Type.Optional(Type.String({ maxLength: 250 })),
          purpose: Type.Optional(Type.String({ maxLength: 250 })),
          private: Type.Optional(Type.Boolean()),
          members: Type.Optional(Type.Array(Type.String(), { uniqueItems: true })),
        },
        closed,
      ),
      key: (channel) => channel.name,
      list: nothing,
    }),
    repositories: defineResource({
      schema: Type.Object(
        {
          name: Type.String({ minLength: 1 }),
          description: Type.Optional(Type.String()),
          visibility: Type.Optional(Type.Enum(["public", "private", "internal"])),
          has_wiki: Type.Optional(Type.Boolean()),
          topics: Type.Optional(Type.Array(Type.String())),
        },
        closed,
      ),
      key: (repository) => repository.name,
      list: nothing,
    }),
    labels: defineResource({
      schema: Type.Object(
        { name: Type.String(), color: Type.String(), description: Type.Optional(Type.String()) },
        closed,
      ),
      parent: "repositories",
      key: (label) => label.name,
      list: nothing,
    }),
  },
});

function manifest(number: number): string {
  const channel = (index: number): string => `      - name: team-${number}-${index}
        topic: "Everything that team ${number} talks about in its channel ${index}"
        private: ${index % 2 === 0}
        members: [ada-${index}@example.com, bob-${index}@example.com]
`;
  const label = (name: string, color: string): string => `          - name: ${name}
            color: "${color}"
            description: Says of an issue that it is about ${name}
`;
  const labels = [label("bug", "d73a4a"), label("feature", "a2eeef"), label("question", "d876e3")].join("");
  return `# Team ${number}: its channels, and its repository.
apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata:
  name: team-${number}
  labels: { team: team-${number}, tier: "2" }
spec:
  title: The systems of team ${number}
  platform: bench
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
    channels:
${[0, 1, 2, 3].map(channel).join("")}    repositories:
      - name: service-${number}
        description: The service of team ${number}
        visibility: private
        has_wiki: false
        topics: [service, team-${number}]
        labels:
${labels}`;
}

function bare(folder: string): number {
  const check = createSchemaCompiler().compile(integrationSchema(compileConnector(bench).schemas));
  const kept: unknown[] = [];
  for (const name of readdirSync(folder)) {
    const value = load(readFileSync(join(folder, name), "utf8"));
    if (check(value)) kept.push(value);
  }
  return kept.length;
}

async function ours(folder: string): Promise<number> {
  const platforms = runtimePlatforms({ names: ["bench"], load: async () => bench });
  const { manifests, problems } = await loadManifests({ inputs: ["."], cwd: folder, platforms });
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  return manifests.length;
}

async function measure(what: string, folder: string): Promise<void> {
  const start = performance.now();
  const found = what === "bare" ? bare(folder) : await ours(folder);
  const milliseconds = performance.now() - start;
  const run: Run = { milliseconds, megabytes: process.resourceUsage().maxRSS / 1024, found };
  process.stdout.write(JSON.stringify(run));
}

function runOnce(what: string, flags: readonly string[], folder: string): Run {
  const args = [...flags, fileURLToPath(import.meta.url), what, folder];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const run = JSON.parse(stdout) as Run;
  if (run.found !== MANIFESTS) throw new Error(`${what} found ${run.found} of ${MANIFESTS} manifests.`);
  return run;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
}

function report(runs: readonly (readonly Run[])[]): void {
  const times = runs.map((each) => median(each.map(({ milliseconds }) => milliseconds)));
  console.log(`${MANIFESTS} manifests of ${manifest(1).length} bytes, median of ${RUNS} runs (aim: ratio 1.5, 250 MB)`);
  for (const [index, { name }] of VARIANTS.entries()) {
    const time = times[index] ?? 0;
    const megabytes = Math.max(...(runs[index] ?? []).map((run) => run.megabytes));
    const ratio = (time / (times[0] ?? time)).toFixed(2);
    console.log(`${name}: ${time.toFixed(0)} ms, ratio ${ratio}, peak ${megabytes.toFixed(0)} MB`);
  }
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
  try {
    for (let number = 0; number < MANIFESTS; number++) writeFileSync(join(folder, `${number}.yaml`), manifest(number));
    const runs: Run[][] = VARIANTS.map(() => []);
    for (let run = 0; run < RUNS; run++) {
      for (const [index, { what, flags }] of VARIANTS.entries()) runs[index]?.push(runOnce(what, flags, folder));
    }
    report(runs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [what, folder] = process.argv.slice(2);
if (what !== undefined && folder !== undefined) await measure(what, folder);
else main();
