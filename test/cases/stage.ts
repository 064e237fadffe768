/**
 * A folder with manifests, the command line in it, and a stand-in of a platform behind a recording proxy.
 *
 * The proxy's address comes to the manifest through the environment, so that its text, and with it each
 * line and column, is the same in every run.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { Change, Plan } from "../../src/api/index.ts";
import type { Problem } from "../../src/manifests/types.ts";
import { type CliOptions, type CliResult, cli, folderOf } from "../support/cli.ts";
import { VirtualClock } from "../support/clock.ts";
import { type GitHub, type GitHubSeed, startGitHub } from "../support/github.ts";
import { type RecordingProxy, recordingProxy } from "../support/proxy.ts";
import { isSlackWrite, type Slack, type SlackSeed, startSlack } from "../support/slack.ts";

export interface Stage {
  folder: string;
  proxy: RecordingProxy;
  clock: VirtualClock;
  run(line: string, options?: Partial<CliOptions>): Promise<CliResult>;
  /** What `plan -o json` says. */
  plan(): Promise<Plan>;
  /** Puts a file in the place of another. */
  write(name: string, text: string | Uint8Array): void;
  remove(name: string): void;
  /** Applies, and expects that nothing is left to do then: the plan is empty and a second apply writes nothing. */
  expectQuiet(): Promise<void>;
}

/** An Integration `acme` of GitHub with these lines under `resources` (indented by four). */
export function githubManifest(resources: string, policy = "prune: true"): string {
  return `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme }
spec:
  platform: github
  connection: { organization: acme, baseUrl: { env: BASE_URL } }
  credentials: { token: { env: TOKEN } }
  policy: { ${policy} }
  resources:
${resources}`;
}

/** An Integration `acme` of Slack with these lines under `resources` (indented by four). */
export function slackManifest(resources: string, { userToken = true } = {}): string {
  return `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme }
spec:
  platform: slack
  connection: { baseUrl: { env: BASE_URL } }
  credentials: { token: { env: TOKEN }${userToken ? ", userToken: { env: USER_TOKEN }" : ""} }
  policy: { prune: true }
  resources:
${resources}`;
}

/** @param files by name; GitHub's own default labels are left out, as a rule. */
export async function onGitHub(
  files: Readonly<Record<string, string>>,
  seed: GitHubSeed = {},
): Promise<Stage & { github: GitHub }> {
  const github = await startGitHub({ defaultLabels: false, ...seed });
  onTestFinished(() => github.close());
  const proxy = await recordingProxy(github.url);
  return { ...staged(proxy, files, { TOKEN: github.token }), github };
}

export async function onSlack(
  files: Readonly<Record<string, string>>,
  seed: SlackSeed = {},
): Promise<Stage & { slack: Slack }> {
  const slack = await startSlack(seed);
  onTestFinished(() => slack.close());
  const proxy = await recordingProxy(slack.url, { isWrite: isSlackWrite });
  return { ...staged(proxy, files, { TOKEN: slack.token, USER_TOKEN: slack.userToken }), slack };
}

function staged(
  proxy: RecordingProxy,
  files: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): Stage {
  onTestFinished(() => proxy.close());
  const folder = folderOf(files);
  const clock = new VirtualClock({ epoch: Date.now() });
  const env = { BASE_URL: proxy.url, ...secrets };
  const run: Stage["run"] = (line, options = {}) =>
    cli(line.split(" "), { cwd: folder, network: true, clock, ...options, env: { ...env, ...options.env } });
  return {
    folder,
    proxy,
    clock,
    run,
    plan: async () => JSON.parse((await run("plan -o json")).stdout) as Plan,
    write: (name, text) => writeFileSync(join(folder, name), text),
    remove: (name) => rmSync(join(folder, name)),
    async expectQuiet() {
      const first = await run("apply --auto-approve");
      expect(first.stdout + first.stderr, "the first apply").not.toContain("×");
      expect(first.code, first.stdout + first.stderr).toBe(0);
      const { code, stdout } = await run("plan --detailed-exitcode");
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("No changes") });
      const before = proxy.writes().length;
      expect((await run("apply --auto-approve")).code).toBe(0);
      expect(proxy.writes().slice(before)).toEqual([]);
    },
  };
}

/** What `validate` says of one file, and the number that it and `apply` end with; no network is there. */
export async function validated(text: string | Uint8Array): Promise<{ code: number; problems: Problem[] }> {
  const cwd = folderOf();
  writeFileSync(join(cwd, "acme.yaml"), text);
  const { code, stdout } = await cli(["validate", "-o", "json"], { cwd });
  if (code !== 0) expect((await cli(["apply", "--auto-approve"], { cwd })).code).toBe(code);
  return { code, problems: (JSON.parse(stdout) as { problems: Problem[] }).problems };
}

/** The changes of a plan, as `action kind/key`. */
export function changesOf(plan: Plan): string[] {
  return plan.integrations.flatMap(({ changes }) =>
    changes.map(({ action, kind, key }: Change) => `${action} ${kind}/${key}`),
  );
}
