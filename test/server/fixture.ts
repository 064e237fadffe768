/** A server on a free port over a real SQLite state, with parts that answer from what a test gives them. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, fetch, type RequestInit } from "undici";
import { onTestFinished } from "vitest";
import type { EventEnvelope } from "../../src/api/event.ts";
import {
  createServer,
  HttpError,
  type IntegrationSummary,
  makeToken,
  type RawAnswer,
  type RawRequest,
  type ServerLimits,
  type ServerParts,
  type TokenRequest,
} from "../../src/server/index.ts";
import { createLogger } from "../../src/server/logger.ts";
import { createMetrics } from "../../src/server/metrics.ts";
import type { NewDelivery, NewEvent, Role } from "../../src/store/event-types.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { LastingStore } from "../../src/store/types.ts";

export const NOW = Date.parse("2026-11-25T12:00:00Z");

export interface Reply {
  status: number;
  headers: Record<string, string>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  json: any;
}

export interface Stage {
  url: string;
  port: number;
  store: LastingStore;
  parts: ServerParts;
  /** What the receiver got. */
  received: { target: string; request: RawRequest }[];
  /** Whose webhooks were larger than is read. */
  oversized: string[];
  /** Actions that were carried out. */
  executed: unknown[];
  lines: string[];
  /** Moves the server's time. */
  later(milliseconds: number): void;
  token(role: Role, more?: Partial<TokenRequest>): Promise<string>;
  ask(method: string, path: string, more?: Asked): Promise<Reply>;
  openapi(): object;
}

export interface Asked {
  token?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  json?: unknown;
}

export interface StageOptions {
  limits?: Partial<ServerLimits>;
  parts?: (parts: ServerParts) => Partial<ServerParts>;
  receive?: (request: RawRequest) => RawAnswer;
  /** A secret that the log must not hold. */
  secret?: string;
}

export function integration(name: string, more: Partial<IntegrationSummary> = {}): IntegrationSummary {
  return { namespace: "default", name, platform: "github", suspended: false, generation: 1, conditions: [], ...more };
}

export const integrations = [
  integration("gh"),
  integration("acme-slack", { platform: "slack" }),
  integration("other-slack", { platform: "slack" }),
  integration("gh", { namespace: "prod" }),
  integration("slack", { namespace: "prod", platform: "slack" }),
];

export async function stage(options: StageOptions = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-server-"));
  const store = await openSqliteStore({ file: join(folder, "state.db"), version: "0.1.0" });
  const agent = new Agent();
  let now = NOW;
  const lines: string[] = [];
  const received: Stage["received"] = [];
  const oversized: string[] = [];
  const executed: unknown[] = [];
  const usual: ServerParts = {
    store,
    webhooks: {
      targets: () => integrations,
      tooLarge: ({ namespace, name }) => void oversized.push(`${namespace}/${name}`),
      receive: async ({ namespace, name }, request) => {
        received.push({ target: `${namespace}/${name}`, request });
        return options.receive?.(request) ?? { status: request.method === "POST" ? 202 : 405 };
      },
    },
    events: {
      preflight: async () => ({ status: 204 }),
      prove: async () => {
        throw new HttpError(401, "Unauthenticated", "The request was not authenticated.");
      },
      read: async ({ body }) => readEvents(body),
      tooLarge: () => void oversized.push("posted"),
      forged: (_, message) => new HttpError(403, "ReservedSource", message),
      async accept(events, { namespace, request }) {
        const { trace } = request;
        const stored = events.map((event) => newEvent({ namespace, trace, id: event.id, source: event.source }));
        const accepted = await store.events.accept(stored);
        return accepted.map((one, at) => ({ ...one, id: events[at]?.id ?? "" }));
      },
    },
    integrations: fakeIntegrations(executed),
    rules: {
      list: async () =>
        ["default", "prod"].map((namespace) => ({
          ...{ namespace, name: "r", generation: 1, conditions: [] },
          lastFired: { at: NOW, event: 7, id: "e7", source: "/prod/gh", type: "github.issues", trace: "0".repeat(32) },
          lastError: { at: NOW + 1, event: 7, code: "TIMEOUT", message: "No answer." },
        })),
    },
    routes: {
      list: async () =>
        ["default", "prod"].map((namespace) => ({
          ...{ namespace, name: "ops", generation: 1, conditions: [], routes: 1, receivers: ["chat"] },
        })),
    },
    drift: { list: async () => [{ namespace: "default", name: "gh", checkedAt: NOW, changes: [] }] },
    notReady: () => [],
    log: createLogger({
      level: "debug",
      format: "json",
      write: (line) => lines.push(line),
      redact: (text) => (options.secret ? text.replaceAll(options.secret, "(sensitive)") : text),
      now: () => now,
    }),
    metrics: createMetrics(store.events),
    now: () => now,
    random: randomBytes,
  };
  const parts = { ...usual, ...options.parts?.(usual) };
  const server = await createServer(parts, { checkInterval: 50, ...options.limits });
  const url = await server.listen("127.0.0.1", 0);
  onTestFinished(async () => {
    await agent.destroy();
    await server.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    url,
    port: Number(new URL(url).port),
    store,
    parts,
    received,
    oversized,
    executed,
    lines,
    later: (milliseconds) => {
      now += milliseconds;
    },
    async token(role, more = {}) {
      const { text, record } = makeToken({ name: `${role}-1`, role, createdAt: now, ...more }, randomBytes);
      await store.tokens.putToken(record);
      return text;
    },
    ask: (method, path, asked = {}) => ask(agent, url, method, path, asked),
    openapi: () => server.openapi(),
  };
}

async function ask(agent: Agent, url: string, method: string, path: string, asked: Asked): Promise<Reply> {
  const { token, headers = {}, body, json } = asked;
  const init: RequestInit = {
    method,
    dispatcher: agent,
    redirect: "manual",
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(json === undefined ? (body === undefined ? {} : { body }) : { body: JSON.stringify(json) }),
  };
  const response = await fetch(`${url}${path}`, init);
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    json: /json/.test(type) && text !== "" ? JSON.parse(text) : undefined,
  };
}

function readEvents(body: Buffer): EventEnvelope[] {
  try {
    const events = [JSON.parse(body.toString())].flat();
    if (events.every((event) => typeof event?.id === "string" && typeof event.source === "string")) return events;
  } catch (cause) {
    throw new HttpError(400, "BadRequest", "The body is no JSON.", { cause });
  }
  throw new HttpError(400, "BadRequest", "The body is no CloudEvent.");
}

function fakeIntegrations(executed: unknown[]): ServerParts["integrations"] {
  const find = async ({ namespace, name }: { namespace: string; name: string }) =>
    integrations.find((one) => one.namespace === namespace && one.name === name);
  return {
    list: async () => integrations,
    get: find,
    test: async (name) => ((await find(name)) ? { ok: true, steps: [] } : undefined),
    async execute(name, call) {
      if (!(await find(name))) return undefined;
      executed.push(call);
      return { result: { ts: "1" } };
    },
    reconcile: async (name) => ((await find(name)) ? { queued: true } : undefined),
    health: async (name) => ((await find(name)) ? { status: "healthy", checkedAt: NOW } : undefined),
    stats: async (name) =>
      (await find(name)) ? { calls: 2, errors: 0, limits: [{ name: "core", resetAt: NOW }] } : undefined,
  };
}

export function newEvent(more: Partial<NewEvent> = {}): NewEvent {
  return {
    namespace: "default",
    source: "/default/gh",
    id: "1",
    type: "github.issues",
    receivedAt: NOW,
    trace: "0af7651916cd43dd8448eb211c80319c",
    hops: 0,
    attributes: '{"specversion":"1.0"}',
    data: '{"title":"planted-body"}',
    ...more,
  };
}

/** Stores events, each with one delivery that is dead. @returns their numbers. */
export async function deadLetters(store: LastingStore, events: readonly NewEvent[]): Promise<number[]> {
  const seqs = (await store.events.accept(events)).map(({ seq }) => seq);
  const dispatches = seqs.map((seq, at) => ({
    seq,
    state: "dispatched" as const,
    note: "rule other: type differs",
    deliveries: [delivery(`${events[at]?.namespace}/r/${seq}`, events[at] as NewEvent)],
  }));
  await store.events.dispatch(dispatches);
  const { deliveries: claimed } = await store.events.claim({
    now: Date.now(),
    limit: 500,
    worker: "w",
    until: Date.now() + 1e6,
    passAfter: 1e6,
  });
  await store.events.end(
    claimed.map(({ id }) => ({
      id,
      worker: "w",
      state: "dead" as const,
      attempt: { at: NOW, took: 3, outcome: "dead" as const, step: "announce", code: "AUTH", message: "refused" },
    })),
  );
  return seqs;
}

function delivery(id: string, { namespace, trace }: NewEvent): NewDelivery {
  return {
    id,
    kind: "rule",
    namespace,
    target: "r",
    orderingKey: id,
    notBefore: 0,
    input: '{"text":"planted-body"}',
    trace,
  };
}

/** Writes bytes to the server as they are. @returns all that comes back until it hangs up. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}

export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
