/**
 * The real Alertmanager (Debian's package prometheus-alertmanager), for comparing with: on a free port of 127.0.0.1,
 * without a cluster, with its data in a folder that goes with it.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import type { NestedRoute, NotificationRoute } from "../../src/api/notification-route.ts";

/** An alert as its API takes it. */
export interface PostedAlert {
  labels: Readonly<Record<string, string>>;
  startsAt?: string;
  endsAt?: string;
}

export interface Alertmanager {
  post(alerts: readonly PostedAlert[]): Promise<void>;
  silence(matchers: readonly { name: string; value: string }[], startsAt: Date, endsAt: Date): Promise<void>;
  /** All alerts with the receivers that their labels lead to, in the routes' order. */
  alerts(): Promise<{ labels: Record<string, string>; receivers: { name: string }[] }[]>;
  /** Milliseconds of processor time that it used so far (proc(5), stat); 0 where the kernel does not say. */
  processorTime(): number;
  stop(): Promise<void>;
}

/** Of a second, as the kernel counts for programs (sysconf _SC_CLK_TCK). */
const TICKS = 100;

/** @returns its version; undefined where it is not installed. */
export function alertmanagerVersion(): string | undefined {
  const { stdout, status } = spawnSync("prometheus-alertmanager", ["--version"], { encoding: "utf8" });
  return status === 0 ? /version ([0-9.]+)/.exec(stdout)?.[1] : undefined;
}

/**
 * The same routes as Alertmanager's configuration, as JSON, which is YAML. A receiver is called by its Integration.
 *
 * @param webhook the address that a receiver posts to; left out: receivers that do nothing.
 */
export function configurationOf(
  { spec }: NotificationRoute,
  webhook?: (receiver: string) => string,
): Record<string, unknown> {
  const receivers = new Set<string>();
  const intervals: Record<string, unknown>[] = [];
  const route = configuredRoute(spec, receivers, intervals);
  const inhibit = (spec.inhibit ?? []).map(({ source, target, equal = [] }) => {
    return { source_matchers: source, target_matchers: target, equal };
  });
  const hook = (name: string) => (webhook ? { webhook_configs: [{ url: webhook(name), send_resolved: true }] } : {});
  return {
    route,
    receivers: [...receivers].map((name) => ({ name, ...hook(name) })),
    inhibit_rules: inhibit,
    time_intervals: intervals,
  };
}

export async function startAlertmanager(configuration: Record<string, unknown>): Promise<Alertmanager> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-alertmanager-"));
  const file = join(folder, "alertmanager.yml");
  writeFileSync(file, JSON.stringify(configuration));
  const flags = ["--cluster.listen-address=", "--web.listen-address=127.0.0.1:0", `--storage.path=${folder}`];
  const child = spawn("prometheus-alertmanager", [`--config.file=${file}`, ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const url = `http://${await addressOf(child)}/api/v2`;
  return {
    post: (alerts) => send(`${url}/alerts`, alerts),
    silence: (matchers, startsAt, endsAt) =>
      send(`${url}/silences`, {
        matchers: matchers.map((matcher) => ({ ...matcher, isRegex: false, isEqual: true })),
        startsAt: startsAt.toISOString(),
        endsAt: endsAt.toISOString(),
        createdBy: "test",
        comment: "test",
      }),
    alerts: async () => (await (await request(`${url}/alerts`)).body.json()) as never,
    processorTime: () => processorTimeOf(child.pid as number),
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function processorTimeOf(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return 0;
  // The name, in parentheses, may hold blanks; user and system time are the 14th and 15th field.
  const fields = readFileSync(file, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

function configuredRoute(
  route: NestedRoute,
  receivers: Set<string>,
  intervals: Record<string, unknown>[],
): Record<string, unknown> {
  const name = route.receivers?.[0]?.integration;
  if (name !== undefined) receivers.add(name);
  const times = (field: "muteTimes" | "activeTimes") =>
    route[field]?.map(({ times: parts, weekdays, years }) => {
      const interval = {
        times: parts?.map(({ start, end }) => ({ start_time: start, end_time: end })),
        weekdays,
        years,
      };
      intervals.push({ name: `interval-${intervals.length}`, time_intervals: [interval] });
      return intervals.at(-1)?.name;
    });
  return {
    receiver: name,
    matchers: route.match?.matchers,
    group_by: route.groupBy,
    group_wait: route.groupWait,
    group_interval: route.groupInterval,
    repeat_interval: route.repeatInterval,
    mute_time_intervals: times("muteTimes"),
    active_time_intervals: times("activeTimes"),
    continue: route.continue,
    routes: route.routes?.map((child) => configuredRoute(child, receivers, intervals)),
  };
}

/** @returns where it listens, from its log. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = "";
    child.stderr?.on("data", (chunk) => {
      log += chunk;
      const found = /msg="Listening on" address=(\S+)/.exec(log);
      if (found) resolve(found[1] as string);
    });
    child.once("exit", () => reject(new Error(`Alertmanager ended: ${log.slice(-2000)}`)));
    child.once("error", reject);
  });
}

async function send(url: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const { statusCode, body: answer } = await request(url, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (statusCode !== 200) throw new Error(`Alertmanager answered ${statusCode}: ${text.slice(0, 500)}`);
}
