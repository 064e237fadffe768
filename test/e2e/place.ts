/**
 * A folder with manifests, the emulated systems that they lead to behind recording proxies, and the command
 * line in that folder.
 *
 * Only time is not real: waiting takes none. All that is started ends with the test.
 */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { Plan } from "../../src/api/index.ts";
import { openStore, type SystemState } from "../../src/store/index.ts";
import { type CliOptions, type CliResult, cli, folderOf } from "../support/cli.ts";
import { VirtualClock } from "../support/clock.ts";
import { type GitHub, type GitHubSeed, startGitHub } from "../support/github.ts";
import { type RecordingProxy, recordingProxy } from "../support/proxy.ts";
import { isSlackWrite, type Slack, type SlackSeed, startSlack } from "../support/slack.ts";

export interface Place {
  folder: string;
  clock: VirtualClock;
  /** The environment of commands: addresses and tokens of the emulators. */
  env: Readonly<Record<string, string>>;
  /** Runs a command. @param line without `plumbline`; words are parted by blanks. */
  run(line: string, options?: Partial<CliOptions>): Promise<CliResult>;
  /** Runs `apply --auto-approve`, and expects that it ends with 0. */
  apply(line?: string): Promise<CliResult>;
  /** Expects that a plan has nothing to do, in the word of its exit code too. */
  expectQuiet(): Promise<void>;
  /** What `plan` says to programs. */
  plan(line?: string): Promise<Plan>;
  /** Changes a manifest, as a pull request would. @throws Error when the text is not there. */
  edit(name: string, before: string | RegExp, after: string): void;
  /** Puts a fixture in place of a manifest. */
  replace(name: string, fixture: string): void;
  /** What is recorded of the only system that is known. */
  state(): Promise<SystemState>;
  /** What is owned, as `INTEGRATION kind/key`, in order. */
  inventory(): Promise<string[]>;
}

export interface SlackPlace extends Place {
  slack: Slack;
  proxy: RecordingProxy;
}

export interface GitHubPlace extends Place {
  github: GitHub;
  proxy: RecordingProxy;
}

const people = [
  { name: "ada", email: "ada@example.com" },
  { name: "grace", email: "grace@example.com" },
];

/** @param manifests fixtures, or texts by file name. */
export async function slackPlace(manifests: Manifests, seed: SlackSeed = {}): Promise<SlackPlace> {
  const { slack, proxy, env } = await startedSlack(seed);
  return { ...placeOf(folderOf(filesOf(manifests)), env), slack, proxy };
}

/** @param manifests fixtures, or texts by file name. */
export async function gitHubPlace(manifests: Manifests, seed: GitHubSeed = {}): Promise<GitHubPlace> {
  const { github, proxy, env } = await startedGitHub(seed);
  return { ...placeOf(folderOf(filesOf(manifests)), env), github, proxy };
}

/** `channels.yaml` applied, and then another manifest: two channels are owned and declared no more, one is to be made. */
export async function changedChannels(): Promise<SlackPlace> {
  const place = await slackPlace(["channels.yaml"], { pageLimit: 2 });
  await place.apply();
  place.replace("channels.yaml", "channels-next.yaml");
  place.proxy.reset();
  return place;
}

/** `repositories.yaml` applied, and then another manifest: a repository and a label go, one of each is to be made. */
export async function changedRepositories(): Promise<GitHubPlace> {
  const place = await gitHubPlace(["repositories.yaml"], { pageLimit: 1 });
  await place.apply();
  place.replace("repositories.yaml", "repositories-next.yaml");
  place.proxy.reset();
  return place;
}

/** The examples that the repository ships, as they are but for the addresses. */
export async function examplesPlace(seed: { github?: GitHubSeed; slack?: SlackSeed } = {}) {
  const github = await startedGitHub(seed.github ?? {});
  const slack = await startedSlack(seed.slack ?? {});
  const folder = folderOf();
  cpSync(join(import.meta.dirname, "../../manifests"), folder, { recursive: true });
  // It only sends when a rule says so; its secrets have to be there and right all the same.
  const secret = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
  const env = { RELEASES_SECRET: secret, RELEASES_INBOUND_SECRET: secret };
  const place = placeOf(folder, { ...github.env, ...slack.env, ...env });
  place.edit("github.yaml", "organization: acme", "organization: acme\n    baseUrl: { env: GITHUB_URL }");
  place.edit("slack.yaml", "platform: slack", "platform: slack\n  connection:\n    baseUrl: { env: SLACK_URL }");
  return {
    ...place,
    github: github.github,
    slack: slack.slack,
    writes: () => [...github.proxy.writes(), ...slack.proxy.writes()],
  };
}

type Manifests = readonly string[] | Readonly<Record<string, string>>;

function filesOf(manifests: Manifests): Record<string, string> {
  if (!isList(manifests)) return { ...manifests };
  return Object.fromEntries(manifests.map((name) => [name, fixture(name)]));
}

function isList(manifests: Manifests): manifests is readonly string[] {
  return Array.isArray(manifests);
}

/** The text of a manifest of `fixtures/`. */
export function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");
}

async function startedSlack(seed: SlackSeed) {
  const slack = await startSlack({ users: people, ...seed });
  const proxy = await recordingProxy(slack.url, { isWrite: isSlackWrite });
  onTestFinished(async () => {
    await proxy.close();
    await slack.close();
  });
  const env = { SLACK_URL: proxy.url, SLACK_BOT_TOKEN: slack.token, SLACK_USER_TOKEN: slack.userToken };
  return { slack, proxy, env };
}

async function startedGitHub(seed: GitHubSeed) {
  const github = await startGitHub({ defaultLabels: false, ...seed });
  const proxy = await recordingProxy(github.url);
  onTestFinished(async () => {
    await proxy.close();
    await github.close();
  });
  return {
    github,
    proxy,
    env: { GITHUB_URL: proxy.url, GITHUB_TOKEN: github.token, GITHUB_WEBHOOK_SECRET: "whs_".repeat(12) },
  };
}

function placeOf(folder: string, env: Readonly<Record<string, string>>): Place {
  const clock = new VirtualClock();
  const run: Place["run"] = (line, options = {}) =>
    cli(line.split(" ").filter(Boolean), { cwd: folder, network: true, clock, env, ...options });
  const state = async (): Promise<SystemState> => {
    const store = await openStore(undefined, { mode: "read", folder, version: "0.0.0" });
    try {
      const systems = await store.systems();
      const parts = await Promise.all(systems.map((system) => store.system(system)));
      return {
        inventory: parts.flatMap((part) => part?.inventory ?? []),
        intents: parts.flatMap((part) => part?.intents ?? []),
        failures: parts.flatMap((part) => part?.failures ?? []),
      };
    } finally {
      await store.close();
    }
  };
  return {
    folder,
    clock,
    env,
    run,
    state,
    async apply(line = "") {
      const result = await run(`apply --auto-approve ${line}`);
      expect(result, result.stderr + result.stdout).toMatchObject({ code: 0 });
      return result;
    },
    async expectQuiet() {
      const { code, stdout, stderr } = await run("plan --detailed-exitcode");
      expect(stdout, stderr).toMatch(/^No changes: .* Nothing was written\.$/m);
      expect(code).toBe(0);
    },
    async plan(line = "") {
      const { stdout, stderr } = await run(`plan -o json ${line}`);
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout) as Plan;
    },
    edit(name, before, after) {
      const file = join(folder, name);
      const text = readFileSync(file, "utf8");
      const edited = text.replace(before, after);
      if (edited === text) throw new Error(`${name} does not hold ${before}.`);
      writeFileSync(file, edited);
    },
    replace: (name, other) => writeFileSync(join(folder, name), fixture(other)),
    async inventory() {
      const { inventory } = await state();
      return inventory.map(({ integration, kind, key }) => `${integration} ${kind}/${key}`).sort();
    },
  };
}

/** A plan's changes as short lines: `update channels/incidents /topic drift`. */
export function changesOf(plan: Plan): string[] {
  return plan.integrations.flatMap(({ changes }) =>
    changes.map(({ action, intended, kind, key, fields, cause, reason }) => {
      const what = action === "blocked" ? `blocked(${intended})` : action;
      const paths = action === "create" || action === "blocked" ? [] : fields.map(({ path }) => path);
      return [what, `${kind}/${key}`, ...paths, action === "blocked" ? reason : cause].join(" ");
    }),
  );
}
