/**
 * The life of the controller: it takes over what its source of manifests says, leads while it holds the state, and stops.
 *
 * Webhooks are taken in from the first snapshot on; reconciling, dispatching and acting begin with {@link
 * Controller.lead}, once the state is held. What there is to be led is put together in `assemble.ts`.
 */
import type { ServerParts } from "../server/parts.ts";
import type { Snapshot } from "../sources/source.ts";
import type { HolderLock } from "../store/types.ts";
import { type Assembly, assemble } from "./assemble.ts";
import { recordFollowers } from "./conditions.ts";
import type { Current } from "./current.ts";
import type { ControllerOptions } from "./options.ts";
import { webhookTargets } from "./parts/webhooks.ts";
import { currentOf, reportSnapshot } from "./snapshots.ts";
import { tellSnapshot } from "./tell-snapshot.ts";

/** Milliseconds for which deliveries that are under way may go on when the program ends. */
const PATIENCE = 10_000;

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
  readonly #led: Assembly;
  readonly #ending = new AbortController();
  #current: Current | undefined;
  #lease: HolderLock | undefined;
  #taking: Promise<void> = Promise.resolve();
  #starting: Promise<void> = Promise.resolve();

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#led = assemble(options, { current: () => this.#current, lease: () => this.#lease });
    this.#led.metrics.leads(false);
    this.parts = this.#led.parts;
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
    await Promise.all([this.#taking, this.#led.posted.check()]);
  }

  lead(lease: HolderLock): void {
    const { metrics, scheduler, inbound, engine, firings } = this.#led;
    this.#lease = lease;
    metrics.leads(true);
    scheduler.start();
    inbound.start();
    this.#starting = this.#askAccounts().then(() => {
      if (!this.#ending.signal.aborted) engine.start();
    });
    this.#taking = this.#taking
      .then(() => firings.begin())
      .then(() => this.#tell())
      .catch((error: unknown) => {
        this.#options.log.error({ error }, "the state of the manifests could not be written");
      });
  }

  async stop(): Promise<void> {
    const { scheduler, inbound, engine, receiver, posted, firings, metrics } = this.#led;
    this.#ending.abort();
    const passes = Promise.all([scheduler.stop(), inbound.stop()]);
    await this.#options.source.close();
    await Promise.all([this.#taking, this.#starting]);
    await Promise.all([passes, engine.stop(PATIENCE)]);
    await Promise.all([receiver.written(), posted.written(), firings.stop()]);
    metrics.leads(false);
  }

  async #take(snapshot: Snapshot): Promise<void> {
    const { metrics, scheduler, inbound } = this.#led;
    this.#current = await currentOf(snapshot, this.#options, this.#current);
    reportSnapshot(this.#current, this.#options.log, metrics);
    scheduler.update(this.#current.integrations);
    inbound.update(this.#current);
    if (this.#lease) await this.#tell();
  }

  /** Only who holds the state writes what is to be known of the manifests. */
  async #tell(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    const { alerts, firings, newTrace } = this.#led;
    const { clock, store } = this.#options;
    const isDeclared = (owner: string) => current.integration(owner) !== undefined;
    await tellSnapshot(alerts, current.snapshot, isDeclared, { now: clock.now(), trace: newTrace() });
    await firings.keep(await recordFollowers(current, store, clock.now()));
  }

  /** Asks whose accounts they are, so that events which wait since before the start are known as their own. */
  async #askAccounts(): Promise<void> {
    const { sessions } = this.#led;
    const taking = webhookTargets(this.#current);
    const asked = Promise.allSettled(taking.map(({ namespace, name }) => sessions.open(namespace, name)));
    const over = new AbortController();
    const until = AbortSignal.any([over.signal, this.#ending.signal]);
    await Promise.race([asked, this.#options.clock.sleep(PATIENCE, until).catch(() => undefined)]);
    over.abort();
  }
}
