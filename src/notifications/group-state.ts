/**
 * A group of events that are sent together, as it lives in memory and as plain data in the store.
 *
 * A group outlives its last event until its next tick, so that groupInterval holds between two notifications. One that
 * told of a firing alert and never of its end sleeps for twice the repeatInterval, as Alertmanager's notification log.
 */
import type { DecidedAt, DecidedEvent } from "./decisions.ts";
import type { Timed } from "./due-heap.ts";
import { type Labels, labelOf } from "./matchers.ts";
import type { AlertState } from "./routable.ts";
import { treeId } from "./route-set.ts";
import type { RouteNode, RouteTree } from "./tree.ts";

/** An event that a group holds. Of an alert the newest one, in the place of those before. */
export interface HeldEvent {
  event: number;
  type: string;
  labels: Labels;
  alert?: AlertState;
  /** The changed keys, where there are any: routes may match on them. */
  keys?: readonly string[];
  /** The throttle held it back. */
  heldBack?: true;
  /** A time when nothing is sent held it back. */
  muted?: true;
  /** The silence or the alert that keeps it from being told. */
  withheld?: string;
}

/** Which alerts the last notification told of, by their ids. */
export interface Told {
  at: number;
  firing: readonly string[];
  resolved: readonly string[];
}

/** What the store keeps of a group. */
export interface GroupRecord {
  namespace: string;
  /** The route's name. */
  route: string;
  /** {@link RouteNode.key}. */
  node: string;
  labels: Labels;
  events: readonly HeldEvent[];
  /** When groupWait or groupInterval is over. */
  tick: number;
  /** When it is looked at next: at the tick, or earlier. */
  due: number;
  flushed: boolean;
  asleep: boolean;
  /** Events since the last flush. */
  fresh: number;
  told?: Told;
}

export class Group implements Timed {
  readonly id: string;
  readonly tree: RouteTree;
  readonly node: RouteNode;
  readonly labels: Labels;
  /** {@link groupMark} of its labels. */
  readonly mark: string;
  events: HeldEvent[] = [];
  tick: number;
  due: number;
  place = -1;
  flushed = false;
  asleep = false;
  fresh = 0;
  told: Told | undefined;

  constructor(tree: RouteTree, node: RouteNode, labels: Labels, tick: number) {
    this.id = groupKey(tree, node, labels);
    this.tree = tree;
    this.node = node;
    this.labels = labels;
    this.mark = groupMark(node, labels);
    this.tick = tick;
    this.due = tick;
  }

  static restore(tree: RouteTree, node: RouteNode, record: GroupRecord): Group {
    const group = new Group(tree, node, record.labels, record.tick);
    const { events, due, flushed, asleep, fresh, told } = record;
    return Object.assign(group, { events: events.map((held) => ({ ...held })), due, flushed, asleep, fresh, told });
  }

  record(): GroupRecord {
    const { tree, node, labels, tick, due, flushed, asleep, fresh, told } = this;
    const events = this.events.map((held) => ({ ...held }));
    const base = { namespace: tree.namespace, route: tree.name, node: node.key, labels, events };
    return { ...base, tick, due, flushed, asleep, fresh, ...(told ? { told } : {}) };
  }

  /** Where its decisions are made. */
  decidedAt(at: number): DecidedAt {
    return { at, route: treeId(this.tree), path: this.node.path, groupKey: this.id };
  }
}

/** The labels that make a group of a route. */
export function groupLabels({ options }: RouteNode, labels: Labels): Labels {
  const names = options.groupBy === "all" ? Object.keys(labels).sort() : options.groupBy;
  const stated = names.flatMap((name) => {
    const value = labelOf(labels, name);
    return value === "" ? [] : [[name, value] as const]; // absent and empty are the same
  });
  return Object.fromEntries(stated);
}

/**
 * The labels that make a group of a route, as one text that is quickly made: to find a group by. Each value goes with
 * its length, so that two sets of labels never give one text.
 */
export function groupMark({ options }: RouteNode, labels: Labels): string {
  const part = (text: string) => `${text.length}:${text}`;
  let mark = "";
  if (options.groupBy !== "all") {
    for (const name of options.groupBy) mark += part(labelOf(labels, name));
    return mark;
  }
  for (const name of Object.keys(labels).sort()) {
    const value = labelOf(labels, name);
    if (value !== "") mark += part(name) + part(value);
  }
  return mark;
}

/** A group's key, for people and for the store: the route, what leads to it, and its labels. */
export function groupKey(tree: RouteTree, node: RouteNode, labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${treeId(tree)}${node.key}:{${pairs.join(",")}}`;
}

export function decided({ event, type, labels, alert }: HeldEvent): DecidedEvent {
  return { event, type, labels, ...(alert ? { firing: alert.firing } : {}) };
}
