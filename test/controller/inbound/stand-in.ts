/** A platform without webhooks for some things, and one that loses deliveries: a connector to order, and looks over it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ConnectorError } from "../../../src/connector-kit/errors.ts";
import { createTransport } from "../../../src/connector-kit/http/transport.ts";
import {
  defineConnector,
  type MissedDelivery,
  type MissedRequest,
  type Polled,
  Registry,
  Type,
} from "../../../src/connector-kit/index.ts";
import { openSession } from "../../../src/connector-kit/session.ts";
import { createCurrent } from "../../../src/controller/current.ts";
import { inboundConditions } from "../../../src/controller/inbound/record.ts";
import type { InboundOptions } from "../../../src/controller/inbound/schedule.ts";
import { silentLog } from "../../../src/events/log.ts";
import { createPressure } from "../../../src/events/pressure.ts";
import { createReceiver } from "../../../src/events/receive.ts";
import { openSqliteStore } from "../../../src/store/sqlite-store.ts";
import type { ObjectState } from "../../../src/store/types.ts";
import { VirtualClock } from "../../support/clock.ts";
import { manifestsIn } from "../../support/engine.ts";

export interface StandIn {
  /** Answers the next question. */
  poll(cursor: string | undefined): Polled | Promise<Polled>;
  missed(request: MissedRequest): AsyncIterable<MissedDelivery>;
  redeliver(missed: MissedDelivery): void;
  /** How often a writer was asked for. */
  opened: number;
  /** What was asked for again. */
  redelivered: string[];
}

/** @param spec YAML lines of `spec`. */
export function feed(spec: readonly string[] = [], name = "feed"): string {
  const lines = ["platform: standin", "events: { enabled: true }", ...spec].map((line) => `  ${line}`);
  return [
    "apiVersion: plumbline.dev/v1alpha1",
    "kind: Integration",
    `metadata: { name: ${name} }`,
    "spec:",
    ...lines,
  ].join("\n");
}

export function missedDelivery(id: string, more: Partial<MissedDelivery> = {}): MissedDelivery {
  const at = "2026-01-01T10:00:00Z";
  return { id, at, triedAt: at, attempts: 1, reference: `r/${id}`, ...more };
}

export const failing = (code: "PERMISSION" | "RATE_LIMITED" | "NOT_FOUND", retryAfter?: number) =>
  new ConnectorError(code, `It said ${code}.`, retryAfter === undefined ? {} : { retryAfter });

/** Looks of a process; `restart` gives those of the next one, over the same state. */
export async function stage(yaml: string = feed(), given: { maxOpen?: number; publicUrl?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-looks-"));
  const store = await openSqliteStore({ file: join(folder, "state.db"), version: "0.1.0" });
  const clock = new VirtualClock({ auto: false });
  const transport = createTransport({ clock, random: () => 0 });
  onTestFinished(async () => {
    await transport.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const platform: StandIn = {
    poll: () => ({ events: [], cursor: "0" }),
    async *missed() {
      yield* [];
    },
    redeliver: () => undefined,
    opened: 0,
    redelivered: [],
  };
  const registry = new Registry({ standin: async () => ({ default: connectorOf(platform) }) });
  const load = async (name: string) => {
    const found = await registry.load(name);
    return typeof found === "object" ? found : undefined;
  };
  const currentOf = (text: string) =>
    createCurrent({ manifests: manifestsIn(text), problems: [], held: [], revision: "1" } as never, load);
  let current = await currentOf(yaml);
  const it = {
    store,
    clock,
    platform,
    /** What the next record's write does instead. */
    onPut: undefined as ((state: ObjectState) => void) | undefined,
    mayWrite: () => true,
    current: () => current,
    async change(text: string) {
      current = await currentOf(text);
    },
    options(): InboundOptions {
      return {
        store: {
          object: (kind, name) => store.object(kind, name),
          system: (system) => store.system(system),
          events: store.events,
          audit: store.audit,
          putObject: async (state) => {
            it.onPut?.(state);
            await store.putObject(state);
          },
        },
        receiver: createReceiver({
          takeIn: (events) => store.events.accept(events),
          ...{ store: store.events, clock, newId: () => "n", log: silentLog },
          pressure: createPressure(store.events, () => clock.monotonic(), given.maxOpen),
        }),
        current: () => current,
        async open({ object }) {
          const compiled = await load(object.spec.platform);
          if (!compiled) throw new Error("not loaded");
          const connection = object.spec.connection ?? {};
          return openSession(compiled.connector, { transport, connection, credentials: {}, lane: "background" });
        },
        mayWrite: () => it.mayWrite(),
        publicUrl: () => given.publicUrl,
        clock,
        random: () => 0.5,
        newTrace: () => "0".repeat(32),
        log: silentLog,
      };
    },
    /** The inbox, the oldest first. */
    inbox: async () => (await store.events.events({ limit: 200 })).toReversed(),
    async condition(owner = "default/feed") {
      const [found] = inboundConditions(await store.objects(), owner);
      return found && `${found.status} ${found.reason}: ${found.message}`;
    },
  };
  return it;
}

function connectorOf(platform: StandIn) {
  return defineConnector({
    platform: "standin",
    title: "Stand-in",
    connection: Type.Object({ place: Type.Optional(Type.String()) }, { additionalProperties: false }),
    credentials: Type.Object({}, { additionalProperties: false }),
    open: () => ({
      reader: {},
      get writer() {
        platform.opened += 1;
        return {};
      },
    }),
    check: async () => ({ account: { id: "me" } }),
    events: {
      names: ["happened"],
      main: {},
      authenticate: { type: "sharedSecret", credential: "secret", of: () => undefined },
      parse: () => [],
      poll: async (_, cursor) => platform.poll(cursor),
      recover: {
        missed: (_, request) => platform.missed(request),
        async redeliver(_, missed) {
          platform.redeliver(missed);
          platform.redelivered.push(missed.id);
        },
      },
    },
  });
}
