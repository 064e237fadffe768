/**
 * Routing and grouping: events per second through trees of 100 and of 1,000 routes that differ by an equality matcher,
 * with 10,000 live groups, and what 100,000 groups weigh. Medians of 5 rounds. Where Alertmanager is installed, its own
 * intake of the same alerts stands beside it (over HTTP, in requests of 1,000, which is how it takes them). Times are
 * those of the processor, all threads together, so that others on the machine matter less and cores can be compared.
 *
 *   node --expose-gc bench/routing.ts
 */

import type { NotificationRoute } from "../src/api/index.ts";
import { compileRoute, NotificationGroups, type Routable, RouteSet } from "../src/notifications/index.ts";
import {
  type Alertmanager,
  alertmanagerVersion,
  configurationOf,
  startAlertmanager,
} from "../test/support/alertmanager.ts";
import { median, type Row, report } from "./rows.ts";

const EVENTS = 100_000;
const LIVE_GROUPS = 10_000;
const MANY_GROUPS = 100_000;
const POSTED = 20_000;
const ROUNDS = 5;
/** Measured at even load, a run of 1,000 routes takes as long as one of 100. */
const FLAT = 1.5;
const MOST_MEMORY = 200;

function manifest(routes: number): NotificationRoute {
  const receivers = [{ integration: "ops" }];
  return {
    apiVersion: "plumbline.dev/v1alpha1",
    kind: "NotificationRoute",
    metadata: { name: "bench" },
    spec: {
      receivers,
      groupBy: ["alertname", "host"],
      groupWait: "30s",
      routes: Array.from({ length: routes }, (_, index) => ({
        match: { matchers: [`team="team-${index}"`, 'env=~"prod.*"'] },
        receivers,
      })),
    },
  };
}

function event(number: number, routes: number, groups: number): Routable {
  const group = number % groups;
  const labels = {
    alertname: `Alert${group % 50}`,
    host: `host-${group}.example.com`,
    team: `team-${group % routes}`,
    env: "production",
    severity: "critical",
    instance: `10.0.0.${number % 250}:9100`,
  };
  return { namespace: "default", type: "alert", labels, keys: [], alert: { id: `alert-${group}`, firing: true } };
}

function groupsOf(routes: number): NotificationGroups {
  const { tree } = compileRoute(manifest(routes));
  return new NotificationGroups({ routes: new RouteSet([tree]), silenced: () => undefined });
}

/** @returns milliseconds of processor time. */
function timed(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** How long it takes to find the routes of events. */
function route(routes: number): number {
  const set = new RouteSet([compileRoute(manifest(routes)).tree]);
  const events = Array.from({ length: EVENTS }, (_, number) => event(number, routes, LIVE_GROUPS));
  let found = 0;
  const took = timed(() => {
    for (const one of events) found += set.route(one).length;
  });
  if (found !== EVENTS) throw new Error(`${found} routes for ${EVENTS} events`);
  return took;
}

/** How long it takes to route events and put them into their groups, all of which live. */
function take(routes: number): number {
  const groups = groupsOf(routes);
  for (let number = 0; number < LIVE_GROUPS; number++) groups.take(event(number, routes, LIVE_GROUPS), number, 0);
  const events = Array.from({ length: EVENTS }, (_, number) => event(number, routes, LIVE_GROUPS));
  return timed(() => {
    for (const [number, one] of events.entries()) groups.take(one, number, 1000);
  });
}

function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function manyGroups(): Row[] {
  const before = memory();
  const groups = groupsOf(1000);
  for (let number = 0; number < MANY_GROUPS; number++)
    groups.take(event(number, 1000, MANY_GROUPS), number, number / 100);
  groups.changes();
  const held = memory() - before;
  let decisions: readonly unknown[] = [];
  const took = timed(() => {
    decisions = groups.tick(60_000);
  });
  if (decisions.length !== MANY_GROUPS) throw new Error(`${decisions.length} decisions instead of ${MANY_GROUPS}`);
  return [
    { name: "100,000 groups with one alert each, in memory", value: held, unit: "MB", limit: MOST_MEMORY },
    { name: "the first tick of all of them", value: took, unit: "ms" },
  ];
}

async function alertmanagerIntake(routes: number): Promise<number> {
  const alertmanager = await startAlertmanager(configurationOf(manifest(routes)));
  const alerts = Array.from({ length: POSTED }, (_, number) => ({ labels: event(number, routes, LIVE_GROUPS).labels }));
  const before = alertmanager.processorTime();
  for (let from = 0; from < POSTED; from += 1000) await alertmanager.post(alerts.slice(from, from + 1000));
  const took = (await restedTime(alertmanager)) - before;
  await alertmanager.stop();
  return (took * EVENTS) / POSTED;
}

/** It goes on routing after it has answered. @returns its processor time once that hardly grows. */
async function restedTime({ processorTime }: Alertmanager): Promise<number> {
  for (let before = processorTime(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = processorTime();
    if (now - before < 50) return now;
    before = now;
  }
}

const perSecond = (milliseconds: number) => (EVENTS / milliseconds) * 1000;

/** Medians with 100 and with 1,000 routes, measured in turn. */
function beside(name: string, measure: (routes: number) => number): Row[] {
  const few: number[] = [];
  const many: number[] = [];
  measure(100); // warms up
  for (let round = 0; round < ROUNDS; round++) {
    few.push(measure(100));
    many.push(measure(1000));
  }
  return [
    { name: `100,000 events ${name}, 100 routes`, value: median(few), unit: "ms" },
    { name: "the same, 1,000 routes", value: median(many), unit: "ms" },
    { name: "1,000 routes beside 100", value: median(many) / median(few), unit: "x", limit: FLAT },
    { name: "events a second and core, 1,000 routes", value: perSecond(median(many)), unit: "/s" },
  ];
}

const rows: Row[] = [...beside("find their route", route), ...beside("into 10,000 live groups", take), ...manyGroups()];
const version = alertmanagerVersion();
if (version !== undefined) {
  for (const routes of [100, 1000]) {
    const name = `Alertmanager ${version} takes 100,000 alerts over HTTP, ${routes.toLocaleString("en")} routes`;
    const took = await alertmanagerIntake(routes);
    rows.push(
      { name, value: took, unit: "ms" },
      { name: "alerts a second and core", value: perSecond(took), unit: "/s" },
    );
  }
}
report(rows);
