/** The whole loop, as the built program, between two emulated systems. */
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Agent, fetch } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStore } from "../../../src/store/sqlite-store.ts";
import type { LastingStore } from "../../../src/store/types.ts";
import { cli, folderOf } from "../../support/cli.ts";
import { type RunningController, spawnController, startController } from "../../support/controller.ts";
import { type GitHub, startGitHub } from "../../support/github.ts";
import { type Slack, startSlack } from "../../support/slack.ts";

const SECRET = "planted-webhook-secret-0123456789";

interface RuleShown {
  name: string;
  conditions: { type: string; message: string }[];
}

interface Stage {
  folder: string;
  github: GitHub;
  slack: Slack;
  env: Record<string, string>;
  state: () => Promise<LastingStore>;
  write(name: string, text: string): void;
  /** The texts in a channel that hold something, the oldest first. Left out: the rule's. */
  messages(part?: string): Promise<string[]>;
}

async function stage(): Promise<Stage> {
  const [github, slack] = [
    await startGitHub({ repositories: [{ name: "billing" }] }),
    await startSlack({ channels: [{ name: "support" }] }),
  ];
  onTestFinished(async () => {
    await github.close();
    await slack.close();
  });
  const folder = folderOf({
    "m/slack.yaml": integration(
      "acme-slack",
      "slack",
      slack.url,
      "token: { env: SLACK }",
      "channels: [{ name: support }]",
    ),
    "m/rule.yaml": RULE,
    "m/github.yaml": githubManifest(github.url),
  });
  const env = { GITHUB: github.token, SLACK: slack.token, SECRET };
  return {
    folder,
    github,
    slack,
    env,
    async state() {
      const store = await openSqliteStore({ file: join(folder, ".plumbline/state.db"), version: "0.1.0" });
      onTestFinished(() => store.close());
      return store;
    },
    write: (name, text) => writeFileSync(join(folder, "m", name), text),
    async messages(part = "New:") {
      const channel = await slack.channel("support");
      const { messages } = await slack.call("conversations.history", { channel: String(channel?.id) });
      return (messages as { text: string }[])
        .map(({ text }) => text)
        .filter((text) => text.includes(part))
        .reverse();
    },
  };
}

function integration(name: string, platform: string, baseUrl: string, credentials: string, resources: string): string {
  return `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: ${name} }
spec:
  platform: ${platform}
  connection: { baseUrl: "${baseUrl}"${platform === "github" ? ", organization: acme" : ""} }
  credentials: { ${credentials} }
  events: { enabled: ${platform === "github"} }
  resources: { ${resources} }
`;
}

const RULE = `apiVersion: plumbline.dev/v1alpha1
kind: Rule
metadata: { name: announce }
spec:
  trigger: { integration: acme-github, event: issues, conditions: { action: opened }, self: Allow }
  actions:
    - integration: acme-slack
      action: send_message
      parameters: { channel: support, message: "New: {{issue.title}}" }
`;

/** Its expression cannot be evaluated. */
const MISTAKEN = RULE.replace("announce", "mistaken").replace(
  /trigger: .*/,
  'trigger: { type: "com.example.*", when: event.data.absent == 1 }',
);

/** @param hook where webhooks go; left out: none is declared. */
function githubManifest(url: string, hook?: string): string {
  const hooks =
    hook === undefined
      ? ""
      : `, webhooks: [{ url: "${hook}", content_type: json, events: [issues], secret: { env: SECRET } }]`;
  const resources = `repositories: [{ name: billing${hooks} }]`;
  return integration("acme-github", "github", url, "token: { env: GITHUB }, webhookSecret: { env: SECRET }", resources);
}

const reconciled = (owner: string) => (line: { message: string; integration?: unknown }) =>
  line.message === "reconciled" && line.integration === owner;

const timeOf = ({ lines }: RunningController, begins: string) =>
  Date.parse(String(lines.find(({ message }) => message.startsWith(begins))?.time));

async function until<T>(look: () => Promise<T>, holds: (found: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const found = await look();
    if (holds(found)) return found;
    if (tries > 150) throw new Error(`It did not come about: ${JSON.stringify(found)}`);
    await pause(50);
  }
}

/** A port that nobody has: an address has to be declared before the program listens there. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("apply registers a declared webhook, an opened issue arrives signed, and the rule's message is there once, across a restart", async () => {
  const it = await stage();
  const port = await freePort();
  const hook = `http://127.0.0.1:${port}/api/webhooks/acme-github`;
  it.write("github.yaml", githubManifest(it.github.url, hook));
  const applied = await cli(["apply", "-f", "m", "--auto-approve"], { cwd: it.folder, env: it.env, network: true });
  expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("×") });
  const hooks = (await it.github.api("GET", "/repos/acme/billing/hooks")).body as { config: { url: string } }[];
  expect(hooks.map(({ config }) => config.url)).toEqual([hook]);

  const first = await startController({ cwd: it.folder, env: it.env, port });
  await first.line(reconciled("default/acme-github"));
  await it.github.api("POST", "/repos/acme/billing/issues", { title: "It broke" });
  await until(it.messages, (texts) => texts.length > 0);
  expect(await it.messages()).toEqual(["New: It broke"]);

  first.signal("SIGTERM");
  expect(await first.ended).toBe(0);
  const second = await startController({ cwd: it.folder, env: it.env, port });
  await it.github.api("POST", "/repos/acme/billing/issues", { title: "It broke again" });
  await until(it.messages, (texts) => texts.length > 1);
  await second.line(reconciled("default/acme-github"));
  const { items: rules } = (await (await fetch(`${second.address}/api/rules`)).json()) as { items: unknown[] };
  second.forget();
  it.write("github.yaml", githubManifest(it.github.url, hook).replace("[issues]", "[issues, push]"));
  await second.line(reconciled("default/acme-github"));
  second.signal("SIGTERM");
  expect(await second.ended).toBe(0);
  expect(await it.messages()).toEqual(["New: It broke", "New: It broke again"]);

  const store = await it.state();
  const [fired] = await store.firings.list();
  const event = await store.events.event(fired?.fired?.event ?? 0);
  expect(event?.data).toContain("It broke again");
  expect(fired).toMatchObject({
    kind: "Rule",
    name: "default/announce",
    fired: { type: "github.issues", id: event?.id },
  });
  const { at, ...followed } = fired?.fired ?? { at: 0 };
  expect(rules).toMatchObject([{ name: "announce", lastFired: { at: new Date(at).toISOString(), ...followed } }]);
  const own = await store.events.events({ type: "plumbline.plan.applied", limit: 10 });
  expect(own.map(({ subject }) => subject)).toContain("default/acme-github");
  const audit = await store.audit.audit({ actor: "controller", limit: 10 });
  expect(audit.map(({ action, resourceId, outcome }) => [action, resourceId, outcome])).toContainEqual([
    "apply",
    "default/acme-github",
    "done",
  ]);
  const said = [...first.lines, ...second.lines, applied].map((line) => JSON.stringify(line)).join("\n");
  for (const secret of Object.values(it.env)) expect(said).not.toContain(secret);
}, 60_000);

test("what happened while the program was down is sent again at the start, and its message is there once", async () => {
  const it = await stage();
  const port = await freePort();
  const hook = `http://127.0.0.1:${port}/api/webhooks/acme-github`;
  it.write("github.yaml", githubManifest(it.github.url, hook));
  await cli(["apply", "-f", "m", "--auto-approve"], { cwd: it.folder, env: it.env, network: true });
  const [{ id } = { id: 0 }] = (await it.github.api("GET", "/repos/acme/billing/hooks")).body as { id: number }[];
  const address = `/repos/acme/billing/hooks/${id}`;
  const payload = {
    ...{ action: "opened", issue: { number: 1, title: "Nobody listened" } },
    ...{ repository: { full_name: "acme/billing" }, sender: { login: "ada", id: 7 } },
  };
  const { guid, status_code: failed } = await it.github.deliver(address, "issues", payload);
  expect(failed).toBe(502);

  const controller = await startController({ cwd: it.folder, env: it.env, port });
  const asked = await controller.line(({ message }) => message === "missed deliveries asked for again");
  expect(asked).toMatchObject({ integration: "default/acme-github", redelivered: 1, refused: 0 });
  await until(it.messages, (texts) => texts.length > 0);
  expect(it.github.deliveries(address).map(({ status_code: code, ...one }) => [one.guid, code])).toEqual([
    [guid, 200],
    [guid, 502],
  ]);
  const { items } = (await (await fetch(`${controller.address}/api/integrations`)).json()) as {
    items: { conditions: { type: string; reason: string }[] }[];
  };
  expect(items[0]?.conditions.at(-1)).toMatchObject({ type: "EventsComplete", reason: "Redelivering" });
  controller.signal("SIGTERM");
  expect(await controller.ended).toBe(0);

  const second = await startController({ cwd: it.folder, env: it.env, port });
  await second.line(reconciled("default/acme-github"));
  const complete = async () => {
    const { stdout } = await cli(["get", "-f", "m", "-o", "json"], { cwd: it.folder, env: it.env });
    return (JSON.parse(stdout) as { items: RuleShown[] }).items[0]?.conditions.at(-1)?.message;
  };
  await until(complete, (message) => message === "No delivery is known to be missing.");
  second.signal("SIGTERM");
  expect(await second.ended).toBe(0);
  expect(await it.messages()).toEqual(["New: Nobody listened"]);
  expect(it.github.deliveries(address)).toHaveLength(2);
}, 60_000);

test("SIGTERM under load ends with 0, what was answered is in the inbox, and after a restart every message is there once", async () => {
  const it = await stage();
  const first = await startController({ cwd: it.folder, env: it.env });
  await first.line(reconciled("default/acme-slack"));
  const agent = new Agent({ connections: 20 });
  onTestFinished(() => agent.destroy());
  const taken: string[] = [];
  const post = async (title: string) => {
    const body = JSON.stringify({
      action: "opened",
      issue: { number: 1, title },
      repository: { full_name: `acme/${title}` },
      sender: { login: "ada", id: 7 },
    });
    const signature = createHmac("sha256", SECRET).update(body).digest("hex");
    const headers = {
      "content-type": "application/json",
      "x-github-event": "issues",
      "x-github-delivery": title,
      "x-hub-signature-256": `sha256=${signature}`,
    };
    const url = `${first.address}/api/webhooks/acme-github`;
    const answer = await fetch(url, { method: "POST", headers, body, dispatcher: agent }).catch(() => undefined);
    if (answer?.status === 200) taken.push(title);
  };
  const all = Array.from({ length: 60 }, (_, at) => post(`t${at}`));
  await until(
    async () => taken.length,
    (count) => count > 10,
  );
  first.signal("SIGTERM");
  await Promise.all(all);
  expect(await first.ended).toBe(0);
  expect(timeOf(first, "stopped") - timeOf(first, "stopping")).toBeLessThan(8000);
  const second = await startController({ cwd: it.folder, env: it.env });
  const expected = taken.map((title) => `New: ${title}`).sort();
  await until(it.messages, (texts) => texts.length >= expected.length);
  second.signal("SIGTERM");
  expect(await second.ended).toBe(0);
  const found = (await it.messages()).sort();
  expect(found.filter((text) => expected.includes(text))).toEqual(expected);
  expect(new Set(found).size).toBe(found.length);
}, 60_000);

test("SIGTERM does not wait for a system that does not answer", async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void silent.closeAllConnections());
  onTestFinished(() => void silent.close());
  const asked = new Promise<void>((resolve) => silent.once("request", () => resolve()));
  const { port } = silent.address() as AddressInfo;
  const credentials = "token: { env: SLACK }";
  const folder = folderOf({
    "m/slack.yaml": integration(
      "acme-slack",
      "slack",
      `http://127.0.0.1:${port}`,
      credentials,
      "channels: [{ name: a }]",
    ),
  });
  const controller = await startController({ cwd: folder, env: { SLACK: "xoxb-1-planted-token" } });
  await asked;
  controller.signal("SIGTERM");
  expect(await controller.ended).toBe(0);
  expect(timeOf(controller, "stopped") - timeOf(controller, "stopping")).toBeLessThan(5000);
}, 60_000);

test("the API shows Integrations with their webhook's address, tests, executes, reconciles and counts", async () => {
  const it = await stage();
  const controller = await startController({
    cwd: it.folder,
    env: it.env,
    args: ["--public-url", "https://plumbline.example.com/"],
  });
  await controller.line(reconciled("default/acme-slack"));
  await controller.line(reconciled("default/acme-github"));
  const ask = async (path: string, body?: unknown) => {
    const type = path === "/api/events" ? "application/cloudevents+json" : "application/json";
    const json = { method: "POST", headers: { "content-type": type }, body: JSON.stringify(body) };
    const answer = await fetch(`${controller.address}${path}`, body === undefined ? {} : json);
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith("{") ? JSON.parse(text) : text };
  };
  const { body: listed } = await ask("/api/integrations");
  expect(listed.items).toMatchObject([
    {
      ...{ name: "acme-github", platform: "github", generation: 1, observedGeneration: 1 },
      webhook: "https://plumbline.example.com/api/webhooks/acme-github",
    },
    { name: "acme-slack", platform: "slack" },
  ]);
  expect(listed.items[1]).not.toHaveProperty("webhook");
  expect((await ask("/api/integrations/acme-slack/test", {})).body).toMatchObject({ ok: true });
  const parameters = { channel: "support", message: "New: by hand" };
  expect(await ask("/api/integrations/acme-slack/execute", { action: "send_message", parameters })).toMatchObject({
    status: 200,
  });
  expect(await it.messages()).toEqual(["New: by hand"]);
  expect(await ask("/api/integrations/acme-slack/execute", { action: "no_action" })).toMatchObject({ status: 404 });
  controller.forget();
  expect(await ask("/api/integrations/acme-slack/reconcile", {})).toEqual({ status: 202, body: { queued: true } });
  await controller.line(reconciled("default/acme-slack"));
  expect(await ask("/api/integrations/acme-slack/reconcile", { confirmRemovals: "x" })).toMatchObject({ status: 422 });
  expect((await ask("/api/integrations/acme-slack/health")).body).toMatchObject({ status: "healthy" });
  const { body: stats } = await ask("/api/integrations/acme-github/stats");
  expect(stats.calls).toBeGreaterThan(1);
  expect(stats.latency.p95).toBeGreaterThanOrEqual(stats.latency.mean / 20);
  expect(stats.limits).toEqual([
    { name: "core", limit: expect.any(Number), remaining: expect.any(Number), resetAt: expect.any(String) },
  ]);
  expect((await ask("/api/rules")).body.items).toMatchObject([
    {
      name: "announce",
      conditions: [
        { type: "Ready", status: "True", reason: "Accepted" },
        { type: "Accepted", status: "True" },
        { type: "ResolvedRefs", status: "True" },
      ],
    },
  ]);
  expect((await ask("/api/drift")).body.items).toMatchObject([{ name: "acme-github" }, { name: "acme-slack" }]);
  it.write("mistaken.yaml", MISTAKEN);
  await until(
    async () => (await ask("/api/rules")).body.items,
    (items) => items.length === 2,
  );
  const posted = { specversion: "1.0", id: "1", source: "/ci", type: "com.example.built", data: {} };
  expect((await ask("/api/events", posted)).status).toBeLessThan(300);
  await until(
    async () => (await ask("/metrics")).body,
    (text) => text.includes('plumbline_rule_misses_total{miss="expressionFailed",rule="default/mistaken"} 1\n'),
  );
  const { body: metrics } = await ask("/metrics");
  expect(metrics).toContain("plumbline_leader 1\n");
  expect(metrics).toContain('plumbline_not_ready{kind="Rule"} 0\n');
  expect(metrics).toContain('plumbline_reconcile_total{integration="default/acme-slack",end="done"} 2\n');
}, 60_000);

/** Who hears that an Integration cannot be reached, and that it can be again. */
const HEALTH = `apiVersion: plumbline.dev/v1alpha1
kind: NotificationRoute
metadata: { name: health }
spec:
  match: { types: ["plumbline.integration.*"] }
  groupBy: [integration]
  groupInterval: 1s
  throttle: 0s
  receivers: [{ integration: acme-slack, target: { channel: support } }]
`;

test("rotated secrets count without a restart: the old one of webhooks no more, and a token that is refused is told, and its end", async () => {
  const it = await stage();
  const [secret, token] = [join(it.folder, "secret"), join(it.folder, "token")];
  writeFileSync(secret, SECRET);
  writeFileSync(token, it.github.token);
  it.write("health.yaml", HEALTH);
  it.write(
    "github.yaml",
    githubManifest(it.github.url)
      .replace("webhookSecret: { env: SECRET }", "webhookSecret: { file: secret }")
      .replace("token: { env: GITHUB }", "token: { file: token }"),
  );
  const controller = await startController({ cwd: it.folder, env: it.env });
  await controller.line(reconciled("default/acme-github"));
  let posted = 0;
  const post = async (key: string) => {
    const body = JSON.stringify({ zen: `words ${++posted}` });
    const signature = createHmac("sha256", key).update(body).digest("hex");
    const headers = {
      "content-type": "application/json",
      "x-github-event": "ping",
      "x-github-delivery": `delivery-${posted}`,
      "x-hub-signature-256": `sha256=${signature}`,
    };
    return (await fetch(`${controller.address}/api/webhooks/acme-github`, { method: "POST", headers, body })).status;
  };
  const rotated = "another-webhook-secret-0123456789";
  expect([await post(SECRET), await post(rotated)]).toEqual([200, 401]);
  writeFileSync(secret, rotated);
  await until(
    () => post(rotated),
    (status) => status === 200,
  );
  expect(await post(SECRET)).toBe(401);
  const told = async (text: string, says: string) => {
    writeFileSync(token, text);
    const json = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    await fetch(`${controller.address}/api/integrations/acme-github/reconcile`, json);
    await until(
      () => it.messages(says),
      (texts) => texts.length > 0,
    );
  };
  await told("planted-token-nobody-knows", "acme-github is unhealthy");
  await told(it.github.token, "acme-github has recovered");
  const all = (await it.messages("acme-github")).map((text) => /unhealthy|recovered/.exec(text)?.[0]);
  expect(all).toEqual(["unhealthy", "recovered"]);
}, 60_000);

test("a second controller takes webhooks while the first holds the state, and takes over when that ends", async () => {
  const it = await stage();
  const first = await startController({ cwd: it.folder, env: it.env });
  const second = spawnController({ cwd: it.folder, env: it.env });
  const waits = await second.line(({ message }) => message.startsWith("takes webhooks only"));
  expect(waits.message).toMatch(/plumbline controller/);
  const { address } = await second.line(({ message }) => message === "listening");
  const ready = await fetch(`${address}/readyz`);
  expect(ready.status).toBe(200);
  first.signal("SIGTERM");
  expect(await first.ended).toBe(0);
  await second.line(({ message }) => message === "holds the state");
  second.signal("SIGINT");
  expect(await second.ended).toBe(0);
}, 60_000);

test("a wrong manifest keeps the last good one in force, is told, and one that is right again is too", async () => {
  const it = await stage();
  const controller = await startController({ cwd: it.folder, env: it.env });
  await controller.line(reconciled("default/acme-github"));
  it.write("rule.yaml", RULE.replace("actions:", "action:"));
  await controller.line(({ message, kind }) => kind === "Rule" && message.startsWith("What is written now is wrong"));
  const rules = async () => {
    const { items } = (await (await fetch(`${controller.address}/api/rules`)).json()) as { items: RuleShown[] };
    return items.map(
      ({ name, conditions }) => `${name} ${conditions.find(({ type }) => type === "Accepted")?.message}`,
    );
  };
  const [said] = await until(rules, ([one]) => one?.includes("wrong") === true);
  expect(said).toMatch(
    /^announce What is written now is wrong, and the last good version is in force\. m\/rule\.yaml:6: /,
  );
  controller.forget();
  it.write("rule.yaml", RULE);
  await controller.line(({ message, problems }) => message === "manifests in force" && problems === 0);
  controller.signal("SIGTERM");
  expect(await controller.ended).toBe(0);
  const store = await it.state();
  const told = await store.events.events({ type: "plumbline.manifest.invalid", limit: 10 });
  expect(told.map(({ data }) => JSON.parse(data).status)).toEqual(["resolved", "firing"]);
}, 60_000);

test("nothing but mistakes to begin with, an address in use and a wrong address end it with one error each", async () => {
  const it = await stage();
  const broken = folderOf({ "m/a.yaml": "apiVersion: plumbline.dev/v1alpha1\nkind: Rul\n" });
  const wrong = spawnController({ cwd: broken });
  expect(await wrong.ended).toBe(1);
  expect(wrong.lines.map(({ message }) => message).join("\n")).toContain("m/a.yaml");
  const first = await startController({ cwd: it.folder, env: it.env });
  const other = folderOf({ "m/a.yaml": RULE.replace("acme-github", "none").replace("acme-slack", "none") });
  expect(await spawnController({ cwd: other, args: ["--public-url", "plumbline"] }).ended).toBe(1);
  const again = spawnController({ cwd: it.folder, env: it.env, port: Number(new URL(first.address).port) });
  expect(await again.ended).toBe(1);
  expect(again.lines.map(({ message }) => message).join("\n")).toContain("another program listens there");
}, 60_000);
