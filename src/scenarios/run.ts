/**
 * Plays a Scenario's events through rules and routes, under a clock of its own, as a controller would: the same
 * follower, the same groups, the same templates. Nothing is sent, and no system is asked.
 *
 * At one moment first all events come, then groups are looked at, then rules act, and what they raise comes in after
 * that, as in a controller, whose rules run once their event is dispatched.
 */
import { DEFAULT_START, type Scenario } from "../api/scenario.ts";
import { parseDuration } from "../connector-kit/http/duration.ts";
import { labelsOf, openEvent } from "../events/envelope.ts";
import type { OpenEvent } from "../events/types.ts";
import type { PlatformSource } from "../manifests/types.ts";
import type { Decision } from "../notifications/decisions.ts";
import { outputsOf } from "../notifications/delivery/outputs.ts";
import { NotificationGroups } from "../notifications/groups.ts";
import type { TemplateSet } from "../notifications/render/template-set.ts";
import { type Routable, routableOf } from "../notifications/routable.ts";
import type { RouteSet } from "../notifications/route-set.ts";
import { compileSilences, type Silence } from "../notifications/silences.ts";
import { explainRoute } from "../notifications/tree.ts";
import type { SimulationTools } from "../rules/simulate.ts";
import { Acting, type Raised, type RuleRun, raisesEvents } from "./acting.ts";
import { type GivenMistake, givenEvents, type TimedEvent } from "./given.ts";
import type { Came, EventName, Happening, Quieted } from "./happenings.ts";
import { comingSilences, statedSilences } from "./silences.ts";
import { keptOf, type Playing, routeText, toldOf } from "./telling.ts";
import { KeptRecords } from "./waiting.ts";

/** What Scenarios are played on: the manifests of a folder, compiled once for all of them. */
export interface Stage extends SimulationTools {
  platforms: Pick<PlatformSource, "load">;
  routes: RouteSet;
  templates: TemplateSet;
}

export interface Played {
  happened: readonly Happening[];
  /** In what is given; nothing was played then. */
  mistakes: readonly GivenMistake[];
  /** What cannot be judged, since code of the operator's own connectors did not run. */
  uncertain: { rules: boolean; notifications: boolean };
  /** It would have gone on beyond what any test needs, and was ended. */
  endless: boolean;
}

/** More looks at groups than any test needs: two days in which nothing is sent, looked at every second, are fewer. */
const MOST_LOOKS = 300_000;

/** More happenings than anybody reads: rules that feed each other, alerts that are repeated every millisecond. */
const MOST_HAPPENINGS = 10_000;

/** For so long after the last entry the clock goes on, at most, while something waits to be told. Milliseconds. */
const LONGEST_WAIT = 8 * 86_400_000; // a week of mute times, and a day

/** @param scenario one that its schema accepts. */
export async function playScenario(stage: Stage, scenario: Scenario): Promise<Played> {
  const start = Date.parse(scenario.spec.start ?? DEFAULT_START);
  const { events, mistakes } = await givenEvents(stage, scenario, start);
  if (mistakes.length > 0) {
    return { happened: [], mistakes, uncertain: { rules: false, notifications: false }, endless: false };
  }
  const run = new Play(stage, start, scenario);
  const endless = await run.play(events, scenario.spec);
  return { happened: run.happened, mistakes: [], uncertain: await uncertainty(stage, events), endless };
}

class Play implements Playing {
  readonly happened: Happening[] = [];
  readonly start: number;
  readonly stage: Stage;
  readonly silences: readonly Silence[];
  readonly #groups: NotificationGroups;
  readonly #acting: Acting;
  readonly #kept = new KeptRecords();
  readonly #events = new Map<number, { event: OpenEvent; name: EventName }>();
  /** How alerts are called, by their ids. */
  readonly #alerts = new Map<string, string>();
  /** Silences that have not begun, in the order in which they do. */
  readonly #coming: Quieted[];
  #now = 0;
  #looks = 0;

  constructor(stage: Stage, start: number, scenario: Scenario) {
    this.stage = stage;
    this.start = start;
    this.silences = statedSilences(scenario, start);
    this.#coming = comingSilences(scenario);
    this.#groups = new NotificationGroups({ routes: stage.routes, silenced: compileSilences(this.silences) });
    this.#acting = new Acting({
      ...stage,
      now: () => ({ at: this.#now, absolute: start + this.#now }),
      happened: (one) => this.happened.push(one),
      isUnloaded: async (platform) => (await stage.platforms.load(platform)) === "unloaded",
    });
  }

  /** @returns whether it was ended for its length. */
  async play(events: readonly TimedEvent[], spec: Scenario["spec"]): Promise<boolean> {
    const { until } = spec;
    const end = until === undefined ? lastOf(spec) : parseDuration(until);
    for (const [at, round] of Map.groupBy(events, (one) => one.at)) {
      this.#lookBefore(at);
      await this.#moment(at, round);
      if (this.#isEndless) return true;
    }
    this.#kept.mark();
    this.#lookBefore(end + 1);
    const longest = end + LONGEST_WAIT;
    const passing = new Set(this.silences.flatMap(({ id, endsAt }) => (endsAt - this.start > longest ? [] : id)));
    while (until === undefined && this.#kept.wait(this.#now + this.start, passing) && !this.#isEndless) {
      const due = this.#groups.nextDue();
      if (due === undefined || due - this.start > longest) break;
      this.#look(due - this.start);
    }
    return this.#isEndless;
  }

  event(seq: number) {
    return this.#events.get(seq) as { event: OpenEvent; name: EventName };
  }

  alert(id: string): string {
    return this.#alerts.get(id) ?? id;
  }

  get #isEndless(): boolean {
    return this.#looks >= MOST_LOOKS || this.happened.length >= MOST_HAPPENINGS;
  }

  async #moment(at: number, events: readonly TimedEvent[]): Promise<void> {
    this.#reach(at);
    let round: readonly Pick<TimedEvent, "event" | "name">[] = events;
    while (round.length > 0 && !this.#isEndless) {
      const runs = round.flatMap((one) => this.#take(one));
      this.#look(at);
      const raised: Raised[] = [];
      for (const run of runs) raised.push(...(await this.#acting.run(run)));
      round = raised.map(({ name, event }) => ({ name, event: this.#opened(event) }));
    }
  }

  #take({ name, event: given }: Pick<TimedEvent, "event" | "name">): RuleRun[] {
    const seq = this.#events.size + 1;
    const event = { ...given, stored: { ...given.stored, seq } };
    const routable = routableOf(event.stored.namespace, event.envelope, labelsOf(event));
    const called = this.#called(name, routable);
    this.#events.set(seq, { event, name: called });
    const { runs, notes } = this.#acting.follow(event, name);
    const { type } = event.envelope;
    this.happened.push({ kind: "event", at: this.#now, ...called, type, notes, ...this.#ways(routable) });
    this.#step(this.#groups.take(routable, seq, this.start + this.#now));
    return runs;
  }

  /** An alert's id is its source and fingerprint, as `routableOf` makes it. */
  #called(name: string, { alert }: Routable): EventName {
    if (!alert) return { name };
    const [, fingerprint] = JSON.parse(alert.id) as [string, string];
    this.#alerts.set(alert.id, fingerprint);
    return { name, fingerprint };
  }

  /** Why nobody would hear of an event, as far as that is the routes' doing. */
  #ways(routable: Routable): Pick<Came, "misses" | "silent"> {
    const { routes } = this.stage;
    const taken = routes.route(routable);
    const silent = taken
      .filter(({ node }) => node.options.receivers.length === 0)
      .map(({ tree, node }) => routeText(tree.name, node.path));
    const asked = taken.length > 0 ? [] : routes.trees.filter(({ namespace }) => namespace === routable.namespace);
    const misses = asked.flatMap((tree) =>
      explainRoute(tree, routable).misses.map(({ reason }) => `${tree.name}: ${reason}`),
    );
    return { misses, silent };
  }

  /** As the inbox would hand it on. */
  #opened(event: Raised["event"]): OpenEvent {
    return openEvent({ ...event, seq: 0, state: "pending", repeats: 0 }, () => ({ self: false }));
  }

  /** Looks at whatever is due before a moment. */
  #lookBefore(at: number): void {
    for (let due = this.#groups.nextDue(); due !== undefined && due - this.start < at; due = this.#groups.nextDue()) {
      if (this.#isEndless) return;
      this.#look(due - this.start);
    }
    this.#reach(Math.max(this.#now, at - 1));
  }

  /** Silences begin before anything else does at their moment. */
  #reach(at: number): void {
    this.#now = at;
    while (this.#coming[0] && this.#coming[0].at <= at) this.happened.push(this.#coming.shift() as Quieted);
  }

  #look(at: number): void {
    this.#reach(at);
    this.#looks += 1;
    this.#step(this.#groups.tick(this.start + at));
  }

  #step(decisions: readonly Decision[]): void {
    this.#kept.keep(this.#groups.changes());
    for (const decision of decisions) {
      const { deliveries, notices } = outputsOf([decision], () => "");
      if (decision.kind === "notify") for (const one of deliveries) this.happened.push(toldOf(this, decision, one));
      else for (const notice of notices) this.happened.push(keptOf(this, notice));
    }
  }
}

/** The last moment that a Scenario names; the end of a silence is none. */
function lastOf({ given, silences = [], expect }: Scenario["spec"]): number {
  return Math.max(...[...given, ...silences, ...expect].map(({ at = "0s" }) => parseDuration(at)));
}

/**
 * What rules do with an event of a connector that was not loaded is not known, since only the connector knows what the
 * event is about; nor then what routes do, where rules raise events.
 */
async function uncertainty(stage: Stage, events: readonly TimedEvent[]): Promise<Played["uncertain"]> {
  const platforms = new Set(events.flatMap(({ event }) => event.stored.platform ?? []));
  const loaded = await Promise.all([...platforms].map((platform) => stage.platforms.load(platform)));
  const namespaces = [...new Set(events.map(({ event }) => event.stored.namespace))];
  const rules = loaded.includes("unloaded");
  const raise = namespaces.some((namespace) => stage.rules.rules(namespace).some(raisesEvents));
  return { rules, notifications: rules && raise };
}
