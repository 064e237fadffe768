/**
 * The set-up of the cases from the field: the built controller over a folder with a GitHub whose system cannot be
 * reached, a Slack and a webhook, both stand-ins that log each request with its time.
 *
 * GitHub needs no system: its webhooks are proven by their secret alone.
 */
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fetch } from "undici";
import { onTestFinished } from "vitest";
import { type CliResult, cli, folderOf } from "./cli.ts";
import { type ControllerRun, type RunningController, startController } from "./controller.ts";
import { type Answer, json, type Received, serve } from "./loopback.ts";

export const GITHUB_SECRET = "the-secret-of-github-0123456789";
export const SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

/** A request to a stand-in. */
export interface Logged {
  /** Milliseconds of a clock that never goes back. */
  at: number;
  method: string;
  path: string;
  body: string;
}

/** @returns the answer to the nth request (from 0); undefined: the usual one. */
export type Script = (request: Logged, nth: number) => Answer | undefined | Promise<Answer | undefined>;

export interface StandIn {
  url: string;
  log: Logged[];
}

/** A message that the Slack stand-in was sent. */
export interface Message {
  at: number;
  channel: string | null;
  text: string | null;
}

export interface Field {
  folder: string;
  slack: StandIn;
  hook: StandIn;
  /** Posts that the stand-in was sent, refused ones too. */
  messages(): Message[];
  texts(): (string | null)[];
  start(run?: Partial<ControllerRun>): Promise<RunningController>;
  /** A command of Plumbline in the folder. */
  run(line: string): Promise<CliResult>;
  /** The items of a command's `-o json`. */
  items(line: string): Promise<Record<string, unknown>[]>;
  write(name: string, text: string): void;
}

export interface FieldOptions {
  /** Answers `chat.postMessage`. */
  slack?: Script;
  hook?: Script;
  /** Rules; default {@link RULE}. */
  rules?: string;
  /** More lines of `spec` of the Integration `hook`, and its connection's. */
  hookConnection?: string;
  hookSpec?: string;
  env?: Readonly<Record<string, string>>;
  state?: string;
}

export function manifest(kind: string, name: string, spec: string): string {
  return `---\napiVersion: plumbline.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
}

/** A rule that follows an event of `gh` with these actions. */
export const rule = (name: string, actions: string, trigger = "{ integration: gh, event: issues }") =>
  manifest("Rule", name, `{ trigger: ${trigger}, actions: [${actions}] }`);

/** An action that posts a template to Slack. */
export const announce = (message: string, more = "") =>
  `{ id: announce, integration: acme-slack, action: send_message, parameters: { channel: "#t", message: ${JSON.stringify(message)} }${more} }`;

export const RULE = rule("r", announce("{{issue.title}}"));

/** Makes the folder and the stand-ins; they end with the test. */
export async function field(options: FieldOptions = {}): Promise<Field> {
  const slack = await standIn(async (request, nth) => slackAnswer(request, nth, options.slack));
  const hook = await standIn(async (request, nth) => (await options.hook?.(request, nth)) ?? json(202, {}));
  const env = { T: "xoxb-planted-token", GH: GITHUB_SECRET, SL: SLACK_SECRET, ...options.env };
  const folder = folderOf({
    "plumbline.config.yaml": `allow: { hosts: ["127.0.0.1"] }\n`,
    "m/integrations.yaml": integrations(slack.url, hook.url, options),
    "m/rules.yaml": options.rules ?? RULE,
  });
  const state = options.state === undefined ? [] : ["--state", options.state];
  const run = (line: string) => cli([...line.split(" "), ...state], { cwd: folder, env, network: true });
  const messages = () => slack.log.filter(({ path }) => path.endsWith("/chat.postMessage")).map(messageOf);
  return {
    folder,
    slack,
    hook,
    messages,
    texts: () => messages().map(({ text }) => text),
    start: (more = {}) =>
      startController({ cwd: folder, ...more, env: { ...env, ...more.env }, args: [...state, ...(more.args ?? [])] }),
    run,
    async items(line) {
      const { stdout } = await run(`${line} -o json`);
      return (JSON.parse(stdout) as { items: Record<string, unknown>[] }).items;
    },
    write: (name, text) => writeFileSync(join(folder, name), text),
  };
}

function integrations(slack: string, hook: string, { hookConnection = "", hookSpec = "" }: FieldOptions): string {
  // The port 1 of the loopback interface is nobody's.
  const github = `{ platform: github, connection: { organization: o, baseUrl: "http://127.0.0.1:1" }, credentials: { token: { env: T }, webhookSecret: { env: GH } }, events: { enabled: true } }`;
  return [
    manifest("Integration", "gh", github),
    manifest(
      "Integration",
      "acme-slack",
      `{ platform: slack, connection: { baseUrl: "${slack}" }, credentials: { token: { env: T }, signingSecret: { env: SL } }, events: { enabled: true } }`,
    ),
    manifest(
      "Integration",
      "hook",
      `{ platform: webhook, connection: { url: "${hook}/"${hookConnection} }${hookSpec} }`,
    ),
    manifest(
      "NotificationRoute",
      "n",
      `{ match: { types: ["com.example.*"] }, groupBy: ["..."], groupWait: 1s, groupInterval: 5s, repeatInterval: 4h, throttle: 0s, receivers: [{ integration: acme-slack, target: { channel: t } }] }`,
    ),
  ].join("");
}

async function standIn(answer: (request: Logged, nth: number) => Promise<Answer>): Promise<StandIn> {
  const log: Logged[] = [];
  const { url, close } = await serve(async ({ method, path, body }: Received) => {
    const request = { at: performance.now(), method, path, body: body.toString("utf8") };
    log.push(request);
    const nth = log.filter((one) => one.path === path).length - 1;
    return answer(request, nth);
  });
  onTestFinished(() => close());
  return { url, log };
}

async function slackAnswer(request: Logged, nth: number, script: Script | undefined): Promise<Answer> {
  switch (request.path) {
    case "/api/auth.test":
      return json(200, {
        ok: true,
        url: "https://o.slack.com/",
        team: "O",
        team_id: "T1",
        user_id: "U1",
        bot_id: "B1",
      });
    case "/api/conversations.list":
      return json(200, { ok: true, channels: [{ id: "C1", name: "t", is_channel: true, is_member: true }] });
    case "/api/chat.postMessage": {
      const { text } = messageOf(request);
      return (
        (await script?.(request, nth)) ?? json(200, { ok: true, channel: "C1", ts: `${nth}.1`, message: { text } })
      );
    }
    default:
      return json(200, { ok: false, error: "unknown_method" });
  }
}

function messageOf({ at, body }: Logged): Message {
  const form = new URLSearchParams(body);
  return { at, channel: form.get("channel"), text: form.get("text") };
}

export interface Sending {
  id: string;
  event?: string;
  type?: string;
  /** Bytes that the signature is over; default the body. */
  signed?: Uint8Array | string;
  headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  status: number;
  trace: string | null;
  body: string;
}

/** Sends a delivery as GitHub does. */
export function send(address: string, body: Uint8Array | string, sending: Sending): Promise<Answered> {
  const { id, event = "issues", type = "application/json", signed = body, headers = {} } = sending;
  const digest = createHmac("sha256", GITHUB_SECRET).update(signed).digest("hex");
  return post(`${address}/api/webhooks/gh`, body, {
    "x-hub-signature-256": `sha256=${digest}`,
    "x-github-event": event,
    "x-github-delivery": id,
    "content-type": type,
    ...headers,
  });
}

export async function post(url: string, body: Uint8Array | string, headers: Record<string, string>): Promise<Answered> {
  const answer = await fetch(url, { method: "POST", body, headers });
  return { status: answer.status, trace: answer.headers.get("x-trace-id"), body: await answer.text() };
}

/** An event of an issue of `o/r`, as GitHub writes it. */
export const issue = (number: number | string, title: string, more: object = {}) =>
  JSON.stringify({ action: "opened", issue: { number, title }, repository: { full_name: "o/r" }, ...more });

/** Looks again until something holds. @throws Error with what there was, when it does not within a minute. */
export async function until<T>(look: () => T | Promise<T>, holds: (found: T) => boolean): Promise<T> {
  const end = performance.now() + 60_000;
  for (;;) {
    const found = await look();
    if (holds(found)) return found;
    if (performance.now() > end) throw new Error(`It did not come about: ${JSON.stringify(found)}`);
    await pause(20);
  }
}
