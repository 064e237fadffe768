/** Routes, chats that remember what they were sent, and the whole event layer over an SQLite file between them. */

import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import type { Notification, Notified, NotifyRun } from "../../../src/api/notification.ts";
import type { NotificationRoute } from "../../../src/api/notification-route.ts";
import { compileConnector } from "../../../src/connector-kit/compile.ts";
import { SchemaChecks } from "../../../src/connector-kit/facade/schema-checks.ts";
import type { HttpWriter } from "../../../src/connector-kit/http/types.ts";
import { createTransport, openSession, Type } from "../../../src/connector-kit/index.ts";
import { createEngine } from "../../../src/events/engine.ts";
import type { DeliveryCode } from "../../../src/events/reasons.ts";
import { createNotifier } from "../../../src/notifications/delivery/engine.ts";
import { createNotificationPerformer } from "../../../src/notifications/delivery/performer.ts";
import type { Renderer } from "../../../src/notifications/delivery/renderer.ts";
import type { TemplateFault, Told } from "../../../src/notifications/render/index.ts";
import { RouteSet } from "../../../src/notifications/route-set.ts";
import { compileRoute } from "../../../src/notifications/tree.ts";
import type { NewEvent } from "../../../src/store/event-types.ts";
import type { LastingStore } from "../../../src/store/types.ts";
import { lastingStore, pass, recordingLog, TRACE } from "../../events/support.ts";
import { desk } from "../../rules/fixture.ts";
import { VirtualClock } from "../../support/clock.ts";
import { routeOf } from "../fixture.ts";

/** What a chat was sent: when (seconds since the start), and the ids of the events. */
export interface Sent {
  to: string;
  at: number;
  events: readonly string[];
  target: Record<string, unknown>;
  run: NotifyRun;
  notification: Notification;
}

/** What a chat does with a notification: its answer, or what it throws. It may send requests to {@link CHAT}. */
export type Chat = (sent: Sent, http: HttpWriter) => Notified | Promise<Notified>;

export const CHAT = "https://chat.example";

export function routesOf(spec: NotificationRoute["spec"]): RouteSet {
  return new RouteSet([compileRoute(routeOf(spec)).tree]);
}

/** Tells the ids of the events, one a line. */
export const plainly: Renderer = ({ events, groupLabels, heldBack, urgency }: Told) => ({
  notification: {
    ...{ title: "Something happened", text: "", severity: "info" as const, facts: [], links: [], actions: [] },
    ...{ mentions: [], template: "generic", group: groupLabels, ...(heldBack > 0 ? { heldBack } : {}) },
    ...(urgency === undefined ? {} : { urgency }),
    events: events.map(({ event, labels }) => {
      const { seq, type, id } = event.stored;
      return { seq, type, labels, summary: id };
    }),
  },
});

export function eventOf(receivedAt: number, id: string, data: unknown = {}, type = "deploy"): NewEvent {
  const attributes = JSON.stringify({ specversion: "1.0", id, source: "/ci", type });
  return {
    ...{ namespace: "default", source: "/ci", id, type, receivedAt, trace: TRACE, hops: 0 },
    ...{ attributes, data: JSON.stringify(data) },
  };
}

export interface StageOptions {
  routes: NotificationRoute["spec"];
  /** What each Integration does; one that is not named delivers. */
  chats?: Readonly<Record<string, Chat>>;
  closed?: Readonly<Record<string, DeliveryCode>>;
  render?: Renderer;
  /** Left out: a new one. */
  clock?: VirtualClock;
  /** Left out: a new one. */
  store?: LastingStore;
}

export async function stage({ routes, chats = {}, closed = {}, render = plainly, ...given }: StageOptions) {
  const { clock = new VirtualClock({ auto: false }) } = given;
  const start = clock.now();
  const { store = await lastingStore(clock) } = given;
  const log = recordingLog();
  const sent: Sent[] = [];
  const faults: TemplateFault[] = [];
  const checks = new SchemaChecks();
  await checks.problems({}, {}); // loads what takes time that the virtual clock does not know
  const transport = createTransport({ clock });
  const current = { routes: routesOf(routes) };
  const connectorOf = (to: string) =>
    compileConnector({
      ...desk("freshdesk"),
      http: { baseUrl: CHAT, authorize: () => ({ headers: {} }) },
      open: ({ http }) => ({ reader: {}, writer: http.writer }),
      target: Type.Object(
        { channel: Type.Optional(Type.String()), via: Type.String({ default: "api" }) },
        { additionalProperties: false },
      ),
      async notify(http, notification, target, run) {
        const events = notification.events.map(({ summary }) => summary);
        const one: Sent = { to, at: (clock.now() - start) / 1000, events, target, run, notification };
        sent.push(one);
        return chats[to]?.(one, http as HttpWriter) ?? { reference: `m${sent.length}` };
      },
    });
  const accept = (events: readonly NewEvent[]) => engine.takeIn(events);
  const engine = createEngine({
    ...{ store: store.events, followers: [], origins: () => undefined, clock, random: () => 0.5, log },
    worker: randomUUID(),
    notifier: createNotifier({
      store: store.notices,
      routes: () => current.routes,
      clock,
      log,
      newOwner: randomUUID,
      newTrace: () => TRACE,
    }),
    performers: {
      notification: createNotificationPerformer({
        ...{ store: store.events, notices: store.notices, origins: () => undefined, render },
        publicUrl: () => undefined,
        checks,
        raise: async (events) => void (await accept(events)),
        onFault: (fault) => void faults.push(fault),
        now: () => clock.now(),
        sessions: {
          async open(_, integration) {
            const reason = closed[integration];
            if (reason !== undefined) return { state: "closed", reason, message: `${integration} is closed.` };
            const compiled = connectorOf(integration);
            const options = { transport, connection: {}, credentials: {}, lane: "background" } as const;
            return { state: "open", compiled, session: await openSession(compiled.connector, options) };
          },
        },
      }),
    },
  });
  engine.start();
  const stop = async () => {
    const stopped = engine.stop(0);
    await pass(clock, 1000);
    await stopped;
  };
  onTestFinished(stop);
  return {
    ...{ clock, store, log, sent, faults, current, start, stop },
    /** An event arrives; its id is as named. */
    async emit(id: string, type = "deploy", data: unknown = {}): Promise<void> {
      await accept([eventOf(clock.now(), id, data, type)]);
    },
    pass: (seconds: number) => pass(clock, seconds * 1000),
    /** `chat@0: a b` for each notification that was sent. */
    told: () => sent.map(({ to, at, events }) => `${to}@${Math.round(at)}: ${events.join(" ")}`),
  };
}
