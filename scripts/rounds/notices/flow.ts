/**
 * Routes, two receivers and the events of a round: plain ones that are told once, grouped, batched and throttled; alerts
 * that repeat while they fire; and some that a silence withholds.
 */
import { json, serve } from "../../../test/support/loopback.ts";
import type { ControllerFiles } from "../controller.ts";

const SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

export const RECEIVERS = ["first", "second"] as const;
export type ReceiverName = (typeof RECEIVERS)[number];

/** What is withheld has this label. */
export const QUIET = "quiet";
const HOSTS = 8;

const ROUTE = `apiVersion: plumbline.dev/v1alpha1
kind: NotificationRoute
metadata: { name: load }
spec:
  match: { types: ["com.example.*"] }
  groupBy: [host]
  groupInterval: 1s
  repeatInterval: 3s
  throttle: 0s
  receivers: [${RECEIVERS.map((integration) => `{ integration: ${integration} }`).join(", ")}]
  routes:
    - { match: { matchers: ["team=batched"] }, batch: { size: 10, timeout: 1s } }
    - { match: { matchers: ["team=throttled"] }, throttle: 1s }
    - { match: { types: [com.example.alert] } }
`;

function receiverManifest(name: string, url: string): string {
  return `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: ${name} }
spec:
  platform: webhook
  connection: { url: "${url}", auth: standard-webhooks, timeout: 30s }
  credentials: { secret: { env: NOTICES_SECRET } }
  interval: 24h
`;
}

/** @param urls where the receivers are. */
export function noticeFlow(urls: Readonly<Record<ReceiverName, string>>): ControllerFiles {
  const receivers = RECEIVERS.map((name) => [`${name}.yaml`, receiverManifest(name, urls[name])] as const);
  const files = {
    "plumbline.config.yaml": "allow: { hosts: [127.0.0.1] }\n",
    "route.yaml": ROUTE,
    ...Object.fromEntries(receivers),
  };
  return { files, env: { NOTICES_SECRET: SECRET } };
}

/** One event. @param number from 0: what it is follows from it. */
export function eventOf(number: number): { id: string; body: string; alert?: string } {
  const host = `h${number % HOSTS}`;
  const isAlert = number % 5 === 0;
  if (isAlert) return { ...alertOf(number, "firing"), alert: `f${number}` };
  const team = ["plain", "batched", "throttled", QUIET][number % 4] as string;
  return { id: `e${number}`, body: bodyOf(`e${number}`, "com.example.note", { labels: { host, team } }) };
}

/** The begin or the end of an alert. */
export function alertOf(number: number, status: "firing" | "resolved"): { id: string; body: string } {
  const id = `${status}-${number}`;
  const labels = { host: `h${number % HOSTS}`, team: "alerts" };
  return { id, body: bodyOf(id, "com.example.alert", { fingerprint: `f${number}`, status, labels }) };
}

function bodyOf(id: string, type: string, data: unknown): string {
  return JSON.stringify({ specversion: "1.0", id, source: "/rounds", type, data });
}

/** One notification, as it arrived. */
export interface Arrived {
  /** The idempotency key. */
  key: string;
  /** The numbers of its events. */
  events: string;
}

/** Takes notifications in, and can be down. */
export async function startNoticeReceiver() {
  const arrived: Arrived[] = [];
  let isDown = false;
  const { url, close } = await serve(async ({ headers, body }) => {
    if (isDown) return json(503, { message: "down" });
    const { data } = JSON.parse(body.toString("utf8")) as { data: { events: { seq: number }[] } };
    arrived.push({ key: String(headers["webhook-id"]), events: data.events.map(({ seq }) => seq).join(" ") });
    return json(202, {});
  });
  return {
    url,
    close,
    arrived: arrived as readonly Arrived[],
    /** While it is, it answers 503. */
    down(value: boolean) {
      isDown = value;
    },
  };
}
