/**
 * Puts the parts of the controller together; nothing runs yet. Nothing is taken from the surroundings.
 *
 * They know each other in a ring: passes and rules raise events, events lead to what rules do. So what reaches the
 * engine does so through functions, which are called only when all of it stands.
 */
import { SchemaChecks } from "../connector-kit/facade/schema-checks.ts";
import { parseDuration } from "../connector-kit/http/duration.ts";
import type { EventEngine } from "../events/engine.ts";
import type { TakeIn } from "../events/intake.ts";
import type { EventLog } from "../events/log.ts";
import { createPressure } from "../events/pressure.ts";
import { createReceiver, type Receiver } from "../events/receive.ts";
import { createMetrics } from "../server/metrics.ts";
import type { ServerParts } from "../server/parts.ts";
import type { NewEvent } from "../store/event-types.ts";
import { type Alerts, createAlerts } from "./alerts.ts";
import { createEventWork } from "./event-work.ts";
import { createFirings, type Firings } from "./firings.ts";
import { createInbound, type Inbound } from "./inbound/schedule.ts";
import { type ControllerMetrics, controllerMetrics } from "./metrics.ts";
import { type ControllerOptions, inForce, mayWrite, type Standing } from "./options.ts";
import { routeSummaries, ruleSummaries } from "./parts/followers.ts";
import { driftReports, integrationsPart } from "./parts/integrations.ts";
import { type ProvenEventsPart, postedEventsPart } from "./parts/posted-events.ts";
import { webhooksPart } from "./parts/webhooks.ts";
import { createPasses, type Passes } from "./passes.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { createSessions, type Sessions } from "./sessions.ts";

/** Milliseconds that a write may take: `connector-kit/http/transfer.ts`. */
const WRITE_MAY_TAKE = 9000;

export interface Assembly {
  sessions: Sessions;
  alerts: Alerts;
  scheduler: Scheduler;
  inbound: Inbound;
  engine: EventEngine;
  receiver: Receiver;
  posted: ProvenEventsPart;
  firings: Firings;
  metrics: ControllerMetrics;
  /** What the server asks. */
  parts: ServerParts;
  /** A new trace: 32 hex digits. */
  newTrace(): string;
}

/** @param standing asked anew each time. */
export function assemble(options: ControllerOptions, standing: Standing): Assembly {
  const { store, clock, random, senders } = options;
  const log = options.log as EventLog;
  const newTrace = () => options.randomBytes(16).toString("hex");
  const serverMetrics = createMetrics(store.events);
  const metrics = controllerMetrics(serverMetrics.registry);
  const takeIn: TakeIn = (events, known) => engine.takeIn(events, known);
  const raise = async (events: readonly NewEvent[]) => void (await takeIn(events));
  const sessions = createSessions({
    ...options,
    mayWrite: (milliseconds) => mayWrite(standing, milliseconds),
    monotonic: () => clock.monotonic(),
    current: standing.current,
    log,
  });
  const alerts = createAlerts({ store, raise });
  const passes = assemblePasses(options, standing, { sessions, alerts, metrics, raise, newTrace });
  const scheduler = createScheduler({
    clock,
    random,
    log,
    milliseconds: parseDuration,
    run: (owner, signal) => passes.run(owner, signal),
    onWaiting: (manifest, dependency) => passes.waiting(manifest, dependency),
  });
  const firings = createFirings({ store: store.firings, clock, log });
  const engine = createEventWork({ ...options, standing, sessions, firings, metrics, takeIn, newTrace, log });
  const pressure = createPressure(store.events, () => clock.monotonic());
  const receiver = createReceiver({
    store: store.events,
    takeIn,
    pressure,
    clock,
    newId: newTrace,
    log,
  });
  const inbound = assembleInbound(options, standing, { sessions, receiver, newTrace });
  const posted = postedEventsPart({
    store: store.events,
    takeIn,
    pressure,
    clock,
    senders,
    log,
  });
  const led = { sessions, alerts, scheduler, inbound, engine, receiver, posted, firings, metrics, newTrace };
  return { ...led, parts: serverParts(options, standing, { ...led, passes, serverMetrics }) };
}

interface PassNeeds extends Pick<Assembly, "sessions" | "alerts" | "metrics" | "newTrace"> {
  raise(events: readonly NewEvent[]): Promise<void>;
}

function assemblePasses(options: ControllerOptions, standing: Standing, needs: PassNeeds): Passes {
  const { store, clock, context, clean } = options;
  const { sessions, metrics, alerts, raise, newTrace } = needs;
  return createPasses({
    store,
    clock,
    raise,
    alerts,
    clean,
    manifest: (owner) => standing.current()?.integration(owner),
    context: (manifest, telling, signal) => ({
      ...context(manifest, { current: inForce(standing), store: telling, signal, lease: standing.lease() }),
      open: (one) => sessions.forPass(one),
    }),
    newTrace,
    log: options.log as EventLog,
    commit: () => standing.current()?.snapshot.commit,
    onPass: (owner, end, took) => metrics.passed(owner, end, took),
  });
}

function assembleInbound(
  { store, clock, random, publicUrl, log }: ControllerOptions,
  standing: Standing,
  { sessions, receiver, newTrace }: Pick<Assembly, "sessions" | "receiver" | "newTrace">,
): Inbound {
  return createInbound({
    store,
    receiver,
    current: standing.current,
    open: (manifest) => sessions.forPass(manifest),
    mayWrite: () => mayWrite(standing, WRITE_MAY_TAKE),
    publicUrl,
    clock,
    random,
    newTrace,
    log: log as EventLog,
  });
}

interface PartNeeds extends Pick<Assembly, "sessions" | "scheduler" | "receiver" | "posted" | "firings"> {
  passes: Passes;
  serverMetrics: ServerParts["metrics"];
}

function serverParts(options: ControllerOptions, { current }: Standing, needs: PartNeeds): ServerParts {
  const { store, clock, log, publicUrl, randomBytes, resolveAvailable } = options;
  const { sessions, scheduler, passes, receiver, posted, firings } = needs;
  const checks = new SchemaChecks();
  return {
    store,
    webhooks: webhooksPart({
      current,
      receiver,
      resolve: resolveAvailable,
      monotonic: () => clock.monotonic(),
    }),
    events: posted,
    integrations: integrationsPart({ current, store, sessions, scheduler, passes, checks, publicUrl }),
    rules: { list: () => ruleSummaries(current(), store, firings) },
    routes: { list: () => routeSummaries(current(), store, firings) },
    drift: { list: async () => driftReports(current(), passes) },
    notReady: () => (current() ? [] : ["The manifests have not been read yet."]),
    log,
    metrics: needs.serverMetrics,
    now: () => clock.now(),
    random: randomBytes,
  };
}
