/**
 * Puts the loop together: a source of manifests, passes over Integrations, events and rules, and what the server
 * asks for.
 *
 * Webhooks are taken in from the first snapshot on; reconciling, dispatching and acting begin with {@link
 * Controller.lead}, once the state is held. Nothing is taken from the surroundings.
 */
import type { Integration } from "../api/index.ts";
import { SchemaChecks } from "../connector-kit/facade/schema-checks.ts";
import { parseDuration } from "../connector-kit/http/duration.ts";
import type { GuardedClient } from "../connector-kit/http/guarded-request.ts";
import type { Clock } from "../connector-kit/http/types.ts";
import { createEngine, type EventEngine } from "../events/engine.ts";
import type { EventLog } from "../events/log.ts";
import type { Origin } from "../events/origins.ts";
import { createReceiver, type Receiver } from "../events/receive.ts";
import type { Performer } from "../events/types.ts";
import type { Manifest, PlatformSource } from "../manifests/types.ts";
import { createNotifier } from "../notifications/delivery/engine.ts";
import { createNotificationPerformer, faultText } from "../notifications/delivery/performer.ts";
import { renderNotification, type TemplateSet } from "../notifications/render/index.ts";
import type { RunContext } from "../reconcile/pass.ts";
import { createRuleFollower } from "../rules/follower.ts";
import { createRulePerformer } from "../rules/performer.ts";
import type { Logger } from "../server/logger.ts";
import { createMetrics } from "../server/metrics.ts";
import type { ServerParts } from "../server/parts.ts";
import type { Snapshot, Source } from "../sources/source.ts";
import type { NewEvent } from "../store/event-types.ts";
import type { HolderLock, LastingStore, Store } from "../store/types.ts";
import { type Alerts, createAlerts } from "./alerts.ts";
import { recordFollowers } from "./conditions.ts";
import { type Current, createCurrent } from "./current.ts";
import { createFirings, type Firings } from "./firings.ts";
import { createInbound, type Inbound } from "./inbound/schedule.ts";
import { judgements } from "./judge.ts";
import { type ControllerMetrics, controllerMetrics } from "./metrics.ts";
import { routeSummaries, ruleSummaries } from "./parts/followers.ts";
import { driftReports, integrationsPart } from "./parts/integrations.ts";
import { type ProvenEventsPart, postedEventsPart, type Senders } from "./parts/posted-events.ts";
import { webhooksPart, webhookTargets } from "./parts/webhooks.ts";
import { createPasses, type Passes } from "./passes.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { createSessions, type Resolved, type Sessions, type SessionsOptions } from "./sessions.ts";
import { tellSnapshot } from "./tell-snapshot.ts";

/** Milliseconds for which deliveries that are under way may go on when the program ends. */
const PATIENCE = 10_000;
/** Milliseconds that a write may take: `connector-kit/http/transfer.ts`. */
const WRITE_MAY_TAKE = 9000;

export interface ControllerOptions extends Pick<SessionsOptions, "resolve" | "open" | "hide"> {
  store: LastingStore;
  source: Source;
  platforms: () => Pick<PlatformSource, "load">;
  /** What one pass is given beside its session. */
  context(
    manifest: Manifest<Integration>,
    given: { current: Current; store: Store; signal: AbortSignal; lease: HolderLock | undefined },
  ): RunContext;
  /** What can be had of an Integration's secrets, for proving webhooks. */
  resolveAvailable(manifest: Manifest<Integration>): Promise<Resolved>;
  /** Who may post signed events, with their secrets read anew. */
  senders(): Promise<Senders>;
  /** Takes secrets out of a text. */
  clean(text: string): string;
  /** The operator's notification templates, as they are now. */
  templates(): Promise<TemplateSet>;
  /** Sends what rules send to addresses of their own. */
  http: GuardedClient;
  publicUrl(): string | undefined;
  clock: Clock;
  /** From 0 to below 1. */
  random(): number;
  /** Unforeseeable bytes. */
  randomBytes(count: number): Buffer;
  /** Unique for a process. */
  worker: string;
  log: Logger;
}

export interface Controller {
  /** Reads and watches the source. @returns once the first snapshot is in force. */
  watch(): Promise<void>;
  /** Begins to reconcile, dispatch and act. */
  lead(lease: HolderLock): void;
  /** Ends all of it: writes under way end, deliveries end or are given back. */
  stop(): Promise<void>;
  readonly parts: ServerParts;
  current(): Current | undefined;
}

export function createController(options: ControllerOptions): Controller {
  return new Loop(options);
}

class Loop implements Controller {
  readonly parts: ServerParts;
  readonly #options: ControllerOptions;
  readonly #log: EventLog;
  readonly #metrics: ControllerMetrics;
  readonly #sessions: Sessions;
  readonly #alerts: Alerts;
  readonly #passes: Passes;
  readonly #firings: Firings;
  readonly #scheduler: Scheduler;
  readonly #inbound: Inbound;
  readonly #engine: EventEngine;
  readonly #receiver: Receiver;
  readonly #posted: ProvenEventsPart;
  #current: Current | undefined;
  readonly #ending = new AbortController();
  #lease: HolderLock | undefined;
  #taking: Promise<void> = Promise.resolve();
  #starting: Promise<void> = Promise.resolve();

  constructor(options: ControllerOptions) {
    const { clock, store, log, random } = options;
    this.#options = options;
    this.#log = log as EventLog;
    const current = () => this.#current;
    const metrics = createMetrics(store.events);
    this.#metrics = controllerMetrics(metrics.registry);
    this.#metrics.leads(false);
    this.#sessions = createSessions({ ...options, monotonic: () => clock.monotonic(), current, log: this.#log });
    this.#alerts = createAlerts({ store, raise: (events) => this.#raise(events) });
    this.#passes = this.#createPasses();
    this.#scheduler = createScheduler({
      clock,
      random,
      log: this.#log,
      milliseconds: parseDuration,
      run: (owner, signal) => this.#passes.run(owner, signal),
      onWaiting: (manifest, dependency) => this.#passes.waiting(manifest, dependency),
    });
    this.#firings = createFirings({ store: store.firings, clock, log: this.#log });
    this.#engine = this.#createEngine();
    this.#receiver = createReceiver({
      store: store.events,
      clock,
      newId: () => this.#newTrace(),
      log: this.#log,
      onAccepted: (events, accepted, data) => this.#engine.accepted(events, accepted, data),
    });
    this.#inbound = this.#createInbound();
    this.#posted = postedEventsPart({
      store: store.events,
      clock,
      senders: options.senders,
      log: this.#log,
      onAccepted: (events, accepted) => this.#engine.accepted(events, accepted),
    });
    this.parts = this.#createParts(metrics);
  }

  current(): Current | undefined {
    return this.#current;
  }

  async watch(): Promise<void> {
    await this.#options.source.start((snapshot) => {
      this.#taking = this.#taking
        .then(() => this.#take(snapshot))
        .catch((error: unknown) => {
          this.#options.log.error({ error }, "the manifests could not be taken over");
        });
    });
    await Promise.all([this.#taking, this.#posted.check()]);
  }

  lead(lease: HolderLock): void {
    this.#lease = lease;
    this.#metrics.leads(true);
    this.#scheduler.start();
    this.#inbound.start();
    this.#starting = this.#askAccounts().then(() => {
      if (!this.#ending.signal.aborted) this.#engine.start();
    });
    this.#taking = this.#taking
      .then(() => this.#firings.begin())
      .then(() => this.#tell())
      .catch((error: unknown) => this.#failed(error));
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    const passes = Promise.all([this.#scheduler.stop(), this.#inbound.stop()]);
    await this.#options.source.close();
    await Promise.all([this.#taking, this.#starting]);
    await Promise.all([passes, this.#engine.stop(PATIENCE)]);
    await Promise.all([this.#receiver.written(), this.#posted.written(), this.#firings.stop()]);
    this.#metrics.leads(false);
  }

  async #take(snapshot: Snapshot): Promise<void> {
    const load = async (platform: string) => {
      const found = await this.#options.platforms().load(platform);
      return typeof found === "object" ? found.compiled : undefined;
    };
    this.#current = await createCurrent(snapshot, load, await this.#options.templates(), this.#current);
    this.#metrics.problems(snapshot.problems.length);
    const { revision, problems, held, manifests } = snapshot;
    this.#log.info({ revision, manifests: manifests.length, problems: problems.length }, "manifests in force");
    for (const { file, line, code, message } of problems) this.#log.error({ file, line, code }, message);
    for (const { kind, namespace, name } of held.filter((one) => one.kind === "Integration")) {
      this.#log.warn({ kind, name: `${namespace}/${name}` }, "its text is wrong; the last good version is in force");
    }
    for (const { level: _, file, line, code, message } of snapshot.warnings ?? []) {
      this.#log.warn({ file, line, code }, message);
    }
    const unready = judgements(this.#current).filter(({ Ready }) => Ready.status !== "True");
    for (const { kind, name, Ready } of unready) this.#log.warn({ kind, name, reason: Ready.reason }, Ready.message);
    const count = (kind: string) => unready.filter((one) => one.kind === kind).length;
    this.#metrics.notReady({ Rule: count("Rule"), NotificationRoute: count("NotificationRoute") });
    this.#scheduler.update(this.#current.integrations);
    this.#inbound.update(this.#current);
    if (this.#lease) await this.#tell();
  }

  /** Only who holds the state writes what is to be known of the manifests. */
  async #tell(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    const { clock, store } = this.#options;
    const isDeclared = (owner: string) => current.integration(owner) !== undefined;
    await tellSnapshot(this.#alerts, current.snapshot, isDeclared, { now: clock.now(), trace: this.#newTrace() });
    await this.#firings.keep(await recordFollowers(current, store, clock.now()));
  }

  #failed(error: unknown): void {
    this.#options.log.error({ error }, "the state of the manifests could not be written");
  }

  async #raise(events: readonly NewEvent[]): Promise<void> {
    const accepted = await this.#options.store.events.accept(events);
    this.#engine.accepted(events, accepted);
  }

  #newTrace(): string {
    return this.#options.randomBytes(16).toString("hex");
  }

  #createPasses(): Passes {
    const { store, clock, context, clean } = this.#options;
    return createPasses({
      store,
      clock,
      raise: (events) => this.#raise(events),
      alerts: this.#alerts,
      clean,
      manifest: (owner) => this.#current?.integration(owner),
      context: (manifest, telling, signal) => ({
        ...context(manifest, { current: this.#now(), store: telling, signal, lease: this.#lease }),
        open: (one) => this.#sessions.forPass(one),
      }),
      newTrace: () => this.#newTrace(),
      log: this.#log,
      commit: () => this.#current?.snapshot.commit,
      onPass: (owner, end, took) => this.#metrics.passed(owner, end, took),
    });
  }

  #createInbound(): Inbound {
    const { store, clock, random, publicUrl } = this.#options;
    return createInbound({
      store,
      receiver: this.#receiver,
      current: () => this.#current,
      open: (manifest) => this.#sessions.forPass(manifest),
      mayWrite: () => this.#lease?.outlasts?.(WRITE_MAY_TAKE) !== false,
      publicUrl,
      clock,
      random,
      newTrace: () => this.#newTrace(),
      log: this.#log,
    });
  }

  #createEngine(): EventEngine {
    const { store, clock, random, worker, http } = this.#options;
    const rules = () => this.#now().ruleSet;
    const follower = createRuleFollower({ rules, monotonic: () => clock.monotonic() });
    const performer = createRulePerformer({
      rules,
      sessions: this.#sessions,
      checks: new SchemaChecks(),
      accept: async (events) => {
        const accepted = await store.events.accept(events);
        this.#engine.accepted(events, accepted);
        return accepted;
      },
      http,
      now: () => clock.now(),
    });
    return createEngine({
      store: store.events,
      followers: [follower],
      notifier: createNotifier({
        store: store.notices,
        routes: () => this.#now().routes.set,
        clock,
        log: this.#log,
        newOwner: () => this.#newTrace(),
        newTrace: () => this.#newTrace(),
      }),
      performers: {
        rule: this.#firings.watch(performer),
        notification: this.#firings.watch(this.#notificationPerformer()),
      },
      origins: (integration) => this.#origin(integration),
      clock,
      random,
      log: this.#log,
      worker,
    });
  }

  #notificationPerformer(): Performer {
    const { store, clock, publicUrl } = this.#options;
    return createNotificationPerformer({
      store: store.events,
      notices: store.notices,
      origins: (integration) => this.#origin(integration),
      sessions: this.#sessions,
      checks: new SchemaChecks(),
      render: (told) => renderNotification(this.#now().templates, told),
      publicUrl,
      raise: (events) => this.#raise(events),
      onFault: (fault, delivery) => {
        this.#metrics.templateFailed(fault.template);
        this.#firings.failed(delivery, { code: "TemplateFailed", message: faultText(fault) });
        const { id, namespace, target, trace } = delivery;
        const about = { delivery: id, target: `${namespace}/${target}`, template: fault.template, trace };
        this.#log.warn(about, `told in the plain form: ${faultText(fault)}`);
      },
      now: () => clock.now(),
    });
  }

  #createParts(metrics: ServerParts["metrics"]): ServerParts {
    const { store, clock, log, publicUrl, randomBytes, resolveAvailable } = this.#options;
    const current = () => this.#current;
    const [sessions, scheduler, passes] = [this.#sessions, this.#scheduler, this.#passes];
    const checks = new SchemaChecks();
    return {
      store,
      webhooks: webhooksPart({
        current,
        receiver: this.#receiver,
        resolve: resolveAvailable,
        monotonic: () => clock.monotonic(),
      }),
      events: this.#posted,
      integrations: integrationsPart({ current, store, sessions, scheduler, passes, checks, publicUrl }),
      rules: { list: () => ruleSummaries(this.#current, store, this.#firings) },
      routes: { list: () => routeSummaries(this.#current, store, this.#firings) },
      drift: { list: async () => driftReports(this.#current, passes) },
      notReady: () => (this.#current ? [] : ["The manifests have not been read yet."]),
      log,
      metrics,
      now: () => clock.now(),
      random: randomBytes,
    };
  }

  #origin(owner: string): Origin | undefined {
    const events = this.#current?.connector(owner)?.connector.events;
    if (!events) return undefined;
    const account = this.#sessions.account(owner);
    const { enrich } = events;
    return {
      events,
      ...(account ? { account } : {}),
      ...(enrich
        ? {
            enrich: async (event) => {
              const opened = await this.#open(owner);
              if (opened.state === "closed") return event;
              return opened.session.guardErrors(() => enrich(opened.session.reader, event));
            },
          }
        : {}),
    };
  }

  #open(owner: string) {
    const [namespace = "", name = ""] = owner.split("/");
    return this.#sessions.open(namespace, name);
  }

  /** Asks whose accounts they are, so that events which wait since before the start are known as their own. */
  async #askAccounts(): Promise<void> {
    const taking = webhookTargets(this.#current).map(({ namespace, name }) => `${namespace}/${name}`);
    const asked = Promise.allSettled(taking.map((owner) => this.#open(owner)));
    const over = new AbortController();
    const until = AbortSignal.any([over.signal, this.#ending.signal]);
    await Promise.race([asked, this.#options.clock.sleep(PATIENCE, until).catch(() => undefined)]);
    over.abort();
  }

  /** @throws Error before the first snapshot, when nothing asks yet. */
  #now(): Current {
    if (!this.#current) throw new Error("Nothing is in force yet.");
    return this.#current;
  }
}
