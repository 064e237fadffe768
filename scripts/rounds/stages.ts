/** The systems that rounds run against: the depot, and Slack's emulator. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recordingProxy } from "../../test/support/proxy.ts";
import { startSlack } from "../../test/support/slack.ts";
import { startDepot } from "./depot.ts";
import { type Stage, THINGS } from "./kill.ts";
import { place } from "./program.ts";

const connector = readFileSync(join(import.meta.dirname, "depot-connector.js"), "utf8");

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `thing-${index + 1}`);

function manifest(platform: string, kind: string, entries: readonly string[]): string {
  return `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: rounds }
spec:
  platform: ${platform}
  connection: { baseUrl: { env: ROUNDS_URL } }
  credentials: { token: { env: ROUNDS_TOKEN } }
  resources:
    ${kind}:
${entries.map((entry) => `      - ${entry}\n`).join("")}`;
}

/**
 * A depot behind an unreliable network.
 *
 * @param count how many crates are declared. @param state as after `--state`; default a file.
 */
export async function depotStage(count = THINGS, state?: string): Promise<Stage> {
  const pending: Stage["pending"] = { current: async () => undefined };
  const depot = await startDepot({ beforeAnswer: ({ name }) => pending.current(name) });
  const proxy = await recordingProxy(depot.url);
  const crates = names(count).map((name) => `{ name: ${name}, note: "What ${name} is for" }`);
  const files = {
    "depot.yaml": manifest("depot", "crates", crates),
    "depot-connector.js": connector,
    "plumbline.config.yaml": "connectors: [./depot-connector.js]\n",
    "package.json": '{ "type": "module" }\n',
  };
  const own = place(files, { ROUNDS_URL: proxy.url, ROUNDS_TOKEN: "depot-token" }, state);
  return {
    proxy,
    place: own,
    pending,
    unreliable: true,
    created: ({ method, body }) => (method === "POST" ? String((body as { name?: unknown }).name) : undefined),
    names: async () => depot.crates().map(({ name }) => name),
    async close() {
      own.remove();
      await proxy.close();
      await depot.close();
    },
  };
}

/** The lease is short, since each kill is followed by a wait for its end. */
const GIT_STATE = "git:refs/plumbline/state?lease=5s";

/** A depot whose state is in a ref of a bare repository beside the manifests. */
export async function gitStage(count = THINGS): Promise<Stage> {
  const stage = await depotStage(count, GIT_STATE);
  const { folder } = stage.place;
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: folder, stdio: "pipe" });
  git("init", "--quiet");
  git("init", "--quiet", "--bare", "remote.git");
  git("remote", "add", "origin", join(folder, "remote.git"));
  return stage;
}

/** Slack's emulator. Two channels of its own are there from the start. */
export async function slackStage(): Promise<Stage> {
  const slack = await startSlack();
  const proxy = await recordingProxy(slack.url);
  const channels = names(THINGS).map((name) => `{ name: ${name} }`);
  const own = place(
    { "slack.yaml": manifest("slack", "channels", channels) },
    { ROUNDS_URL: proxy.url, ROUNDS_TOKEN: slack.token },
  );
  return {
    proxy,
    place: own,
    pending: { current: async () => undefined },
    unreliable: false,
    created: ({ path, body }) =>
      path.endsWith("/conversations.create") ? String((body as { name?: unknown }).name) : undefined,
    async names() {
      const found: string[] = [];
      for (let cursor = ""; ; ) {
        const page = await slack.call("conversations.list", { limit: "200", ...(cursor ? { cursor } : {}) }, "bot");
        found.push(...(page.channels as { name: string }[]).map(({ name }) => name));
        cursor = String((page.response_metadata as { next_cursor?: string } | undefined)?.next_cursor ?? "");
        if (cursor === "") return found.filter((name) => name.startsWith("thing-"));
      }
    },
    async close() {
      own.remove();
      await proxy.close();
      await slack.close();
    },
  };
}
