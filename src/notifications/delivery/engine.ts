/**
 * Runs the groups of notifications over the store: takes dispatched events in, looks at what is due, and gives what is
 * to be written.
 *
 * What the groups remember and what the store keeps must never differ by more than the transaction under way. So where
 * one fails, where another process had them meanwhile, or where the routes changed, they are made anew from the store.
 */
import type { Clock } from "../../connector-kit/http/types.ts";
import { labelsOf } from "../../events/envelope.ts";
import { type EventLog, messageOf } from "../../events/log.ts";
import type { Notifier, OpenEvent } from "../../events/types.ts";
import type { NoticeFlush, NoticeStore } from "../../store/notice-types.ts";
import type { Decision } from "../decisions.ts";
import { NotificationGroups } from "../groups.ts";
import { alertOf, routableOf } from "../routable.ts";
import type { RouteSet } from "../route-set.ts";
import { compileSilences, type Silenced } from "../silences.ts";
import { KeptGroups } from "./kept-groups.ts";
import { outputsOf } from "./outputs.ts";

/** At most so many groups are looked at in one transaction. */
const AT_ONCE = 500;

export interface NotifierOptions {
  store: Pick<NoticeStore, "takeOver" | "silences">;
  /** The routes as they are now: the same object as long as none changes. */
  routes(): RouteSet;
  clock: Pick<Clock, "now">;
  log: EventLog;
  /** Unforeseeable: names who has the groups. */
  newOwner(): string;
  /** A trace for what follows from a time and no event that is at hand. */
  newTrace(): string;
}

export function createNotifier(options: NotifierOptions): Notifier {
  return new Engine(options);
}

class Engine implements Notifier {
  readonly #options: NotifierOptions;
  #groups: NotificationGroups | undefined;
  #kept = new KeptGroups();
  #routes: RouteSet | undefined;
  #owner = "";
  #decisions: Decision[] = [];
  /** Of the events of this round. */
  readonly #traces = new Map<number, string>();
  #silences = "";
  #silenced: Silenced = () => undefined;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    const routes = this.#options.routes();
    if (!this.#groups || this.#routes !== routes) await this.#restore(routes);
    if (routes.trees.length > 0) await this.#readSilences();
  }

  concerns(event: OpenEvent): boolean {
    const {
      stored: { namespace },
      envelope,
    } = event;
    if (alertOf(envelope)) return true;
    const routes = this.#options.routes();
    return routes.has(namespace) && routes.route(routableOf(namespace, envelope, labelsOf(event))).length > 0;
  }

  take(event: OpenEvent): void {
    const { stored, envelope } = event;
    // An alert is remembered all the same: a route that comes later may be inhibited by it.
    if (this.#routes?.has(stored.namespace) === false && !alertOf(envelope)) return;
    const routable = routableOf(stored.namespace, envelope, labelsOf(event));
    const { seq, trace } = stored;
    this.#traces.set(seq, trace);
    this.#decisions.push(...(this.#groups?.take(routable, seq, this.#options.clock.now()) ?? []));
  }

  flush(): NoticeFlush | undefined {
    const groups = this.#groups;
    if (!groups) return undefined;
    const decisions = [...this.#decisions, ...groups.tick(this.#options.clock.now(), AT_ONCE)];
    const { put, drop } = this.#kept.changes(groups.changes());
    const traceOf = (event: number) => this.#traces.get(event) ?? this.#options.newTrace();
    const { deliveries, notices } = outputsOf(decisions, traceOf);
    this.#decisions = [];
    this.#traces.clear();
    if (put.length + drop.length + deliveries.length + notices.length === 0) return undefined;
    for (const { delivery, route, reason, receiver, eventCount } of notices) {
      this.#options.log.info({ delivery, route, receiver, events: eventCount }, reason);
    }
    return { owner: this.#owner, put, drop, deliveries, notices };
  }

  forget(): void {
    this.#groups = undefined;
    this.#decisions = [];
    this.#traces.clear();
  }

  nextDue(): number | undefined {
    return this.#groups?.nextDue();
  }

  async #restore(routes: RouteSet): Promise<void> {
    this.forget();
    const { store, clock, newOwner } = this.#options;
    this.#owner = newOwner();
    const kept = await store.takeOver(this.#owner);
    const silenced: Silenced = (event, now) => this.#silenced(event, now);
    const { groups, records } = KeptGroups.read(kept);
    this.#kept = groups;
    const restored = NotificationGroups.restore({ routes, silenced }, records, clock.now());
    this.#groups = restored.groups;
    this.#routes = routes;
    this.#decisions = restored.decisions;
  }

  /** Another process may have made or ended some: they hold from the next look on. */
  async #readSilences(): Promise<void> {
    const silences = await this.#options.store.silences({ endingAfter: this.#options.clock.now() });
    const text = JSON.stringify(silences);
    if (text === this.#silences) return;
    const sound = silences.filter((silence) => {
      try {
        compileSilences([silence]);
        return true;
      } catch (error) {
        this.#options.log.error({ silence: silence.id }, `The silence cannot be read: ${messageOf(error)}`);
        return false;
      }
    });
    this.#silenced = compileSilences(sound);
    this.#silences = text;
  }
}
