/**
 * Deliveries of webhooks as GitHub keeps them (docs.github.com/rest/repos/webhooks, "List deliveries for a repository
 * webhook", "Redeliver a delivery"): the newest first, each attempt an entry of its own, all attempts at one event under
 * one guid. What the emulator sends by itself is not among them.
 */
import { createHmac, randomUUID } from "node:crypto";
import { request } from "undici";
import { type Answer, json, type Received } from "../loopback.ts";
import { page } from "./pages.ts";
import { type GitHubState, refusal } from "./state.ts";

/** One attempt. */
export interface Delivery {
  id: number;
  guid: string;
  delivered_at: string;
  redelivery: boolean;
  duration: number;
  status: string;
  status_code: number;
  event: string;
  action: string | null;
  installation_id: number | null;
  repository_id: number | null;
  payload: unknown;
}

const deliveriesPath = /^((?:\/repos\/[^/]+\/[^/]+|\/orgs\/[^/]+)\/hooks\/\d+)\/deliveries(?:\/(\d+)\/attempts)?$/;

export async function deliveries(state: GitHubState, received: Received): Promise<Answer | undefined> {
  const [, hook, id] = deliveriesPath.exec(received.path) ?? [];
  if (hook === undefined) return undefined;
  const all = state.configuration.deliveries.get(hook) ?? [];
  if (received.method === "GET" && id === undefined) return listed(received, all);
  const before = all.find((one) => one.id === Number(id));
  if (received.method !== "POST" || !before) return refusal(404, "Not Found");
  await deliver(state, hook, before, true);
  return json(202, {});
}

function listed(received: Received, all: readonly Delivery[]): Answer {
  const status = received.query.get("status");
  const fits = ({ status_code: code }: Delivery) =>
    status === null || (code === 200 ? "success" : "failure") === status;
  return page(received, all.filter(fits), ({ payload: _, ...shown }) => shown);
}

/** @param hook its address. @param what an event, or an attempt at one that is to be repeated. */
export async function deliver(
  state: GitHubState,
  hook: string,
  what: Pick<Delivery, "event" | "payload"> & { guid?: string },
  redelivery = false,
): Promise<Delivery> {
  const { configuration } = state;
  const { body: found } = await state.call("GET", hook);
  const { config } = found as { config: { url: string } };
  const guid = what.guid ?? randomUUID();
  const secret = configuration.hookSecrets.get(Number(hook.split("/").at(-1)));
  const code = await send(config.url, { ...what, guid }, secret);
  const attempt: Delivery = {
    ...{ id: configuration.nextId(), guid, delivered_at: new Date().toISOString(), redelivery, duration: 0.1 },
    ...{ status: code === 200 ? "OK" : "failed to connect to host", status_code: code, event: what.event },
    ...{ action: null, installation_id: null, repository_id: null, payload: what.payload },
  };
  configuration.deliveries.set(hook, [attempt, ...(configuration.deliveries.get(hook) ?? [])]);
  return attempt;
}

/** @returns the status of the answer; 502 where none comes. */
async function send(
  url: string,
  { event, payload, guid }: { event: string; payload: unknown; guid: string },
  secret = "",
): Promise<number> {
  const body = JSON.stringify(payload);
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-github-event": event,
    "x-github-delivery": guid,
    "x-hub-signature-256": `sha256=${signature}`,
  };
  try {
    const answer = await request(url, { method: "POST", headers, body });
    await answer.body.dump();
    return answer.statusCode;
  } catch {
    return 502;
  }
}
