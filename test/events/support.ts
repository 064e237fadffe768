/** A whole event layer over an SQLite file, with time that the test moves. */
import { createHmac, randomUUID } from "node:crypto";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Events } from "../../src/connector-kit/event-contract.ts";
import { createEngine, type EngineOptions, type EventEngine } from "../../src/events/engine.ts";
import type { EventLog, Fields } from "../../src/events/log.ts";
import { createPressure } from "../../src/events/pressure.ts";
import { createReceiver, type ReceivedRequest, type Receiver, type WebhookEndpoint } from "../../src/events/receive.ts";
import type { Follower, Performance, Performed, Performer } from "../../src/events/types.ts";
import type { Delivery, NewDelivery } from "../../src/store/event-types.ts";
import type { LastingStore } from "../../src/store/index.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { temporaryFolder } from "../store/support.ts";
import type { VirtualClock } from "../support/clock.ts";

export const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
export const SECRET = "It's a Secret to Everybody";

/** Lines of a log, to be looked at. */
export function recordingLog(): EventLog & { lines: { level: string; fields: Fields; message: string }[] } {
  const lines: { level: string; fields: Fields; message: string }[] = [];
  const at = (level: string) => (fields: Fields, message: string) => void lines.push({ level, fields, message });
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export async function lastingStore(clock: VirtualClock, file?: string): Promise<LastingStore> {
  const path = file ?? join(await temporaryFolder(), "state.db");
  const store = await openSqliteStore({ file: path, version: "0.1.0", clock: { ...storeClock(clock) } });
  onTestFinished(() => store.close());
  return store;
}

const storeClock = (clock: VirtualClock) => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  sleep: (milliseconds: number) => clock.sleep(milliseconds),
  every: () => () => undefined,
});

/** Lets promises and the store's transactions run until something holds. Fails after many turns. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 2000; turn += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`It never came about that ${holds}`);
}

/** Lets all that needs no time happen. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Moves time in steps, so that each loop gets its turns. */
export async function pass(clock: VirtualClock, milliseconds: number, step = 250): Promise<void> {
  for (let left = milliseconds; left > 0; left -= step) {
    await clock.advance(Math.min(step, left));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await settled();
}

/** Counts what the store is asked, by method, from now on. */
export function countCalls({ events }: LastingStore): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [name, method] of Object.entries(events)) {
    if (typeof method !== "function") continue;
    Object.assign(events, {
      [name]: (...given: readonly unknown[]) => {
        counts[name] = (counts[name] ?? 0) + 1;
        return (method as (...all: readonly unknown[]) => unknown)(...given);
      },
    });
  }
  return counts;
}

/**
 * Lets one call of these stores begin when the one before has ended. They are over one file, and SQLite lets one write
 * at a time: another process would wait, but here waiting would hold up the very thread that is to end the write.
 */
export function takeTurns(...stores: readonly LastingStore[]): void {
  let before: Promise<unknown> = Promise.resolve();
  for (const { events } of stores) {
    for (const [name, method] of Object.entries(events)) {
      if (name === "onWake") continue; // answers at once
      const run = method as (...given: readonly unknown[]) => Promise<unknown>;
      Object.assign(events, {
        [name]: (...given: readonly unknown[]) => {
          const answer = before.then(() => run(...given));
          before = answer.catch(() => undefined);
          return answer;
        },
      });
    }
  }
}

export interface Call {
  id: string;
  at: number;
  attempt: number;
  event: string;
}

/** A performer that answers as the test says, and remembers its calls. */
export function scriptedPerformer(
  clock: VirtualClock,
  answer: (delivery: Delivery, performance: Performance) => Performed | Promise<Performed> = () => ({
    outcome: "done",
  }),
): Performer & { calls: Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    async perform(delivery, performance) {
      const { stored } = performance.event;
      calls.push({ id: delivery.id, at: clock.now(), attempt: performance.attempt, event: stored.id });
      return answer(delivery, performance);
    },
  };
}

/** From each event one delivery to each target; the key is the event's subject. */
export function followerTo(targets: readonly string[], more: Partial<NewDelivery> = {}): Follower {
  return {
    follow: ({ stored }) => ({
      notes: [],
      deliveries: stored.type.startsWith("plumbline.")
        ? []
        : targets.map((target) => ({
            id: `${stored.id}:${target}`,
            kind: "rule" as const,
            namespace: stored.namespace,
            target,
            orderingKey: stored.subject ?? "",
            notBefore: stored.receivedAt,
            input: "{}",
            trace: stored.trace,
            ...more,
          })),
    }),
  };
}

export interface Layer {
  clock: VirtualClock;
  store: LastingStore;
  engine: EventEngine;
  receiver: Receiver;
  log: ReturnType<typeof recordingLog>;
}

export async function layer(
  options: Partial<
    Pick<
      EngineOptions,
      "followers" | "notifier" | "performers" | "origins" | "concurrency" | "random" | "retention" | "onMiss"
    >
  > & {
    clock: VirtualClock;
    file?: string;
    maxOpen?: number;
    /** Default: a new one over an SQLite file. */
    store?: LastingStore;
  },
): Promise<Layer> {
  const { clock, file, maxOpen, store: given, ...engineOptions } = options;
  const store = given ?? (await lastingStore(clock, file));
  const log = recordingLog();
  const engine = createEngine({
    store: store.events,
    followers: [],
    performers: {},
    origins: () => undefined,
    clock,
    random: () => 0.5,
    log,
    worker: randomUUID(),
    ...engineOptions,
  });
  const receiver = createReceiver({
    store: store.events,
    takeIn: engine.takeIn,
    pressure: createPressure(store.events, () => clock.monotonic(), maxOpen),
    clock,
    newId: randomUUID,
    log,
  });
  return { clock, store, engine, receiver, log };
}

export function endpointOf(
  platform: string,
  name: string,
  events: Events,
  credentials: Readonly<Record<string, string>>,
): WebhookEndpoint {
  return { namespace: "default", name, platform, events, connection: {}, credentials, faults: {} };
}

export const signature = (body: Uint8Array | string, secret = SECRET) =>
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

/** A delivery as GitHub sends it. */
export function githubRequest(
  body: Uint8Array | string,
  { id = "d1", event = "issues", type = "application/json", ...headers }: Record<string, string> = {},
): ReceivedRequest {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return {
    method: "POST",
    query: {},
    body: bytes,
    trace: TRACE,
    remoteAddress: "203.0.113.9",
    headers: {
      "content-type": type,
      "x-hub-signature-256": signature(bytes),
      "x-github-event": event,
      "x-github-delivery": id,
      ...headers,
    },
  };
}
