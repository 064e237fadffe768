/** Routes and events for tests, and the plainest possible reading of both. */
import type { NestedRoute, NotificationRoute } from "../../src/api/notification-route.ts";
import type { Decision } from "../../src/notifications/decisions.ts";
import { NotificationGroups } from "../../src/notifications/groups.ts";
import { compileMatch, mismatch } from "../../src/notifications/match.ts";
import type { Labels } from "../../src/notifications/matchers.ts";
import type { Routable } from "../../src/notifications/routable.ts";
import { RouteSet } from "../../src/notifications/route-set.ts";
import type { Silenced } from "../../src/notifications/silences.ts";
import type { StateChanges, StateRecord } from "../../src/notifications/state-records.ts";
import { compileRoute } from "../../src/notifications/tree.ts";

/** A NotificationRoute called `ops`. */
export function routeOf(spec: NotificationRoute["spec"]): NotificationRoute {
  return { apiVersion: "plumbline.dev/v1alpha1", kind: "NotificationRoute", metadata: { name: "ops" }, spec };
}

/** A set of one route, which must be free of mistakes. */
export function setOf(spec: NotificationRoute["spec"]): RouteSet {
  const { tree, mistakes } = compileRoute(routeOf({ receivers: [{ integration: "ops" }], ...spec }));
  if (mistakes.length > 0) throw new Error(JSON.stringify(mistakes));
  return new RouteSet([tree]);
}

/** An event that is told once; its type is its label `type`. */
export function eventOf(labels: Labels): Routable {
  return { namespace: "default", type: labels.type ?? "t", labels, keys: [] };
}

/** An alert whose fingerprint is its labels. */
export function alertOf(labels: Labels, firing = true): Routable {
  return { ...eventOf(labels), alert: { id: JSON.stringify(labels), firing } };
}

/** Alertmanager's documentation, read word by word: paths of the routes that take an event. */
export function naiveRoute(route: NestedRoute, event: Routable, path: readonly number[] = []): (readonly number[])[] {
  if (mismatch(compileMatch(route.match), event) !== undefined) return [];
  const below: (readonly number[])[] = [];
  for (const [position, child] of (route.routes ?? []).entries()) {
    const found = naiveRoute(child, event, [...path, position]);
    below.push(...found);
    if (found.length > 0 && !child.continue) break;
  }
  return below.length > 0 ? below : [path];
}

/** An event and when it comes, in seconds. */
export interface Input {
  at: number;
  event: Routable;
}

export interface Timeline {
  inputs: readonly Input[];
  /** Seconds. */
  until: number;
  silenced?: Silenced;
  /** Before which inputs, by position, the process ends and starts again from what was kept. */
  restarts?: ReadonlySet<number>;
}

/** Lets time pass: inputs come, ticks happen when they are due, and at each step what changed is kept. */
export function letPass(
  routes: RouteSet,
  { inputs, until, silenced = () => undefined, restarts }: Timeline,
): Decision[] {
  const kept = new Map<string, StateRecord>();
  const keep = ({ put, drop }: StateChanges) => {
    for (const { kind, id } of drop) kept.delete(`${kind} ${id}`);
    for (const record of put) kept.set(`${record.kind} ${record.id}`, JSON.parse(JSON.stringify(record)));
  };
  let groups = new NotificationGroups({ routes, silenced });
  const decisions: Decision[] = [];
  const step = (made: readonly Decision[]) => {
    keep(groups.changes());
    decisions.push(...made);
  };
  const tickUntil = (moment: number) => {
    for (let due = groups.nextDue(); due !== undefined && due < moment; due = groups.nextDue()) step(groups.tick(due));
  };
  for (const [position, { at, event }] of inputs.entries()) {
    tickUntil(at * 1000);
    if (restarts?.has(position)) {
      groups.take(event, position, at * 1000); // this step is not kept: the process ends before
      groups.tick(at * 1000);
      groups = NotificationGroups.restore({ routes, silenced }, kept.values(), at * 1000).groups;
    }
    step(groups.take(event, position, at * 1000));
  }
  tickUntil(until * 1000 + 1);
  return decisions;
}

/** Notifications as `second: reason events`, the events by a label. */
export function told(decisions: readonly Decision[], label = "id"): string[] {
  return decisions.flatMap((decision) => {
    if (decision.kind !== "notify") return [];
    const names = decision.events.map(({ labels, firing }) => `${firing === false ? "-" : ""}${labels[label]}`);
    return [`${decision.at / 1000}: ${decision.reason} ${names.join(" ")}`];
  });
}
