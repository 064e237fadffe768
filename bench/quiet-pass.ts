/**
 * How long a quiet pass over 100 repositories takes, with labels, teams, collaborators and branch protection, when
 * every answer takes 80 ms: `plumbline plan`, as a whole process, against emulated GitHub.
 *
 *   node bench/quiet-pass.ts
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { startGitHub } from "../test/support/github.ts";
import { recordingProxy } from "../test/support/proxy.ts";

const REPOSITORIES = 100;
const ANSWER_MS = 80;
const LIMIT_MS = 5000;
/** Requests that do not grow with the repositories: who it is, the lists of repositories and teams. */
const CONSTANT = 8;

const names = Array.from({ length: REPOSITORIES }, (_, index) => `repository-${index}`);
const entries = names.map(
  (name) => `      - name: ${name}
        labels: [{ name: bug, color: "d73a4a" }]
        teams: [{ team: core, permission: push }]
        collaborators: [{ username: ada, permission: pull }]
        branchProtection: [{ branch: main, enforce_admins: true }]`,
);
const folder = mkdtempSync(join(tmpdir(), "plumbline-pass-"));
const github = await startGitHub({ members: ["ada"] });
await github.api("POST", "/orgs/acme/teams", { name: "core" });
for (const name of names) await github.api("POST", "/orgs/acme/repos", { name, auto_init: true });
const proxy = await recordingProxy(github.url, {});
writeFileSync(
  join(folder, "acme.yaml"),
  `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme }
spec:
  platform: github
  connection: { organization: acme, baseUrl: "${proxy.url}" }
  credentials: { token: { env: GITHUB_TOKEN } }
  resources:
    repositories:
${entries.join("\n")}
`,
);

/** Runs the program. @returns milliseconds. */
async function run(...args: string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(join(import.meta.dirname, "../bin/plumbline"), args, {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", GITHUB_TOKEN: github.token },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = (await once(child, "exit")) as [number];
  if (code !== 0) throw new Error(`plumbline ${args[0]} ended with ${code}`);
  return performance.now() - start;
}

try {
  await run("apply", "--auto-approve", "-q");
  proxy.reset();
  proxy.intercept(() => ({ until: setTimeout(ANSWER_MS), fate: "pass" }));
  const took = await run("plan", "--detailed-exitcode");
  const requests = proxy.requests.length;
  console.log(`quiet pass over ${REPOSITORIES} repositories  ${took.toFixed(0)} ms  (at most ${LIMIT_MS})`);
  console.log(`requests  ${requests}  (at most ${4 * REPOSITORIES + CONSTANT})`);
  process.exitCode = took <= LIMIT_MS && requests <= 4 * REPOSITORIES + CONSTANT ? 0 : 1;
} finally {
  await Promise.all([proxy.close(), github.close()]);
  rmSync(folder, { recursive: true });
}
