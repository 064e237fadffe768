/**
 * Groups of events and their times: events and moments go in, decisions come out.
 *
 * Neither clock nor store in here. Who runs it writes, in one transaction, what follows from the decisions and
 * {@link NotificationGroups.changes}; where that fails, it is made anew from the store and given the same events again.
 * So whatever moment a process ends at, a decision is carried out if and only if the state knows that it was.
 */
import type { Decision } from "./decisions.ts";
import { DueHeap } from "./due-heap.ts";
import { type FlushContext, flush } from "./flush.ts";
import { decided, Group, type GroupRecord, groupLabels, groupMark, type HeldEvent } from "./group-state.ts";
import { Inhibition, sourceKey } from "./inhibition.ts";
import type { Labels } from "./matchers.ts";
import type { Routable } from "./routable.ts";
import { type RouteSet, type Taken, treeId } from "./route-set.ts";
import type { Silenced } from "./silences.ts";
import type { StateChanges, StateRecord } from "./state-records.ts";
import { Throttle } from "./throttle.ts";
import { nodesOf, type RouteNode } from "./tree.ts";

export interface GroupsOptions {
  routes: RouteSet;
  /** Asked at each flush. */
  silenced: Silenced;
}

/** Where an alert is held. */
interface Place {
  group: Group;
  held: HeldEvent;
}

/** What is remembered for twice the repeatInterval, as in Alertmanager's notification log. */
const REMEMBERED = 2;

export class NotificationGroups {
  private readonly options: GroupsOptions;
  private readonly groups = new Map<string, Group>();
  /** The same, by {@link groupMark}. */
  private readonly byNode = new Map<RouteNode, Map<string, Group>>();
  private readonly heap = new DueHeap<Group>();
  /** By {@link sourceKey}. */
  private readonly places = new Map<string, Place[]>();
  private readonly throttle = new Throttle();
  private readonly inhibition: Inhibition;
  private readonly touched = { group: new Set<string>(), source: new Set<string>() };
  private readonly context: FlushContext;

  constructor(options: GroupsOptions) {
    this.options = options;
    this.inhibition = new Inhibition(options.routes.trees);
    this.context = {
      inhibition: this.inhibition,
      silenced: options.silenced,
      throttle: this.throttle,
      leave: (group, events) => this.leave(group, events),
      changed: ({ id }) => void this.touched.group.add(id),
    };
  }

  /**
   * Makes the groups from what the store kept. Events of a route that is gone, or matches on something else by now, go
   * the way that they would go today.
   */
  static restore(options: GroupsOptions, records: Iterable<StateRecord>, now: number) {
    const groups = new NotificationGroups(options);
    return { groups, decisions: groups.load(records, now) };
  }

  get size(): number {
    return this.groups.size;
  }

  /** When {@link tick} has something to do; undefined when nothing waits. */
  nextDue(): number | undefined {
    return this.heap.next();
  }

  /** @param number what the caller knows the event by. @returns decisions that are due at once: a batch is full. */
  take(event: Routable, number: number, now: number): Decision[] {
    const held = heldOf(event, number);
    const reached = new Set<Group>();
    const decisions: Decision[] = [];
    this.watch(event);
    for (const taken of this.options.routes.route(event)) {
      const group = this.insert(taken, held, now);
      reached.add(group);
      if (group.fresh >= group.node.options.batchSize) decisions.push(...this.flush(group, now));
    }
    if (event.alert) this.endElsewhere(event, reached);
    return decisions;
  }

  /**
   * Looks at what is due at a moment.
   *
   * @param most so many groups at once; while {@link nextDue} is not past the moment, there are more.
   */
  tick(now: number, most = Number.POSITIVE_INFINITY): Decision[] {
    const decisions: Decision[] = [];
    for (let count = 0; count < most; count++) {
      const group = this.heap.pop(now);
      if (!group) break;
      decisions.push(...this.flush(group, now));
    }
    return decisions;
  }

  /** What changed since the last call, to be kept. */
  changes(): StateChanges {
    const put: StateRecord[] = [];
    const drop: { kind: StateRecord["kind"]; id: string }[] = [];
    for (const [id, until] of this.throttle.changes()) {
      if (until === undefined) drop.push({ kind: "throttle", id });
      else put.push({ kind: "throttle", id, value: { until } });
    }
    for (const id of this.touched.group) {
      const value = this.groups.get(id)?.record();
      if (value) put.push({ kind: "group", id, value });
      else drop.push({ kind: "group", id });
    }
    for (const id of this.touched.source) {
      const value = this.inhibition.source(id);
      if (value) put.push({ kind: "source", id, value });
      else drop.push({ kind: "source", id });
    }
    this.touched.group.clear();
    this.touched.source.clear();
    return { put, drop };
  }

  private watch({ namespace, labels, alert }: Routable): void {
    if (!alert) return;
    const record = { namespace, id: alert.id, labels };
    if (this.inhibition.update(record, alert.firing)) this.touched.source.add(sourceKey(record));
  }

  private insert({ tree, node }: Taken, held: HeldEvent, now: number): Group {
    const group =
      this.find(node, held.labels) ??
      this.add(new Group(tree, node, groupLabels(node, held.labels), now + node.options.groupWait));
    this.touched.group.add(group.id);
    if (group.asleep) this.wake(group, now);
    this.put(group, { ...held });
    this.hasten(group, held, now);
    return group;
  }

  private find(node: RouteNode, labels: Labels): Group | undefined {
    return this.byNode.get(node)?.get(groupMark(node, labels));
  }

  private add(group: Group): Group {
    this.groups.set(group.id, group);
    const siblings = this.byNode.get(group.node) ?? new Map<string, Group>();
    this.byNode.set(group.node, siblings.set(group.mark, group));
    this.heap.schedule(group, group.due);
    return group;
  }

  private wake(group: Group, now: number): void {
    group.asleep = false;
    group.flushed = false;
    group.tick = now + group.node.options.groupWait;
    this.heap.schedule(group, group.tick);
  }

  /** An alert that began before groupWait ago waits no longer. */
  private hasten(group: Group, { alert }: HeldEvent, now: number): void {
    if (group.flushed || alert?.startsAt === undefined || group.tick <= now) return;
    if (alert.startsAt + group.node.options.groupWait >= now) return;
    group.tick = now;
    this.heap.schedule(group, now);
  }

  private put(group: Group, held: HeldEvent): void {
    const place = held.alert && this.placesOf(group, held.alert.id)?.find((one) => one.group === group);
    if (!place) {
      group.fresh += 1;
      this.hold(group, held);
      return;
    }
    if (place.held.alert?.firing !== held.alert?.firing) group.fresh += 1;
    Object.assign(place.held, held);
  }

  private hold(group: Group, held: HeldEvent): void {
    group.events.push(held);
    if (!held.alert) return;
    const key = sourceKey({ namespace: group.tree.namespace, id: held.alert.id });
    const places = this.places.get(key);
    if (places) places.push({ group, held });
    else this.places.set(key, [{ group, held }]);
  }

  private placesOf({ tree: { namespace } }: Group, id: string): Place[] | undefined {
    return this.places.get(sourceKey({ namespace, id }));
  }

  /** An alert whose labels changed no longer fires where its old labels led; one that ends, ends everywhere. */
  private endElsewhere({ namespace, alert }: Routable, reached: ReadonlySet<Group>): void {
    if (!alert) return;
    for (const { group, held } of this.places.get(sourceKey({ namespace, id: alert.id })) ?? []) {
      if (reached.has(group) || !held.alert?.firing) continue;
      held.alert = { ...held.alert, firing: false };
      group.fresh += 1;
      this.touched.group.add(group.id);
    }
  }

  private leave(group: Group, events: readonly HeldEvent[]): void {
    if (events.length === 0) return;
    const gone = new Set(events);
    group.events = group.events.filter((held) => !gone.has(held));
    for (const { alert } of events) {
      if (!alert) continue;
      const key = sourceKey({ namespace: group.tree.namespace, id: alert.id });
      const left = (this.places.get(key) ?? []).filter((place) => place.group !== group);
      if (left.length > 0) this.places.set(key, left);
      else this.places.delete(key);
    }
  }

  private flush(group: Group, now: number): Decision[] {
    const onTick = now >= group.tick;
    if (onTick && group.events.length === 0) {
      this.retire(group, now);
      return [];
    }
    const before = settledMark(group);
    group.fresh = 0;
    const { decisions, sent, again = Number.POSITIVE_INFINITY } = flush(group, now, this.context);
    if (onTick || sent || !group.flushed) group.tick = nextTick(group, now, onTick);
    group.flushed = true;
    this.heap.schedule(group, Math.min(group.tick, again));
    const moved = sent || again < Number.POSITIVE_INFINITY || settledMark(group) !== before;
    if (moved || decisions.some(({ kind }) => kind === "withhold")) this.touched.group.add(group.id);
    return decisions;
  }

  private retire(group: Group, now: number): void {
    const { told } = group;
    this.touched.group.add(group.id);
    const until = (told?.at ?? 0) + REMEMBERED * group.node.options.repeatInterval;
    if (!group.asleep && told && told.firing.length > 0 && until > now) {
      group.asleep = true;
      group.tick = until;
      this.heap.schedule(group, until);
      return;
    }
    this.heap.remove(group);
    this.groups.delete(group.id);
    this.byNode.get(group.node)?.delete(group.mark);
  }

  private load(records: Iterable<StateRecord>, now: number): Decision[] {
    const orphans: [string, GroupRecord][] = [];
    const nodes = this.nodes();
    for (const record of records) {
      if (record.kind === "throttle") this.throttle.restore(record.id, record.value.until, now);
      else if (record.kind === "source") this.inhibition.update(record.value, true);
      else if (!this.revive(record.value, nodes, now)) orphans.push([record.id, record.value]);
    }
    return orphans.flatMap(([id, record]) => this.rehome(id, record, now));
  }

  private nodes(): ReadonlyMap<string, Taken> {
    const all = this.options.routes.trees.flatMap((tree) => [...nodesOf(tree.root)].map((node) => ({ tree, node })));
    return new Map(all.map((taken) => [nodeId(treeId(taken.tree), taken.node), taken]));
  }

  private revive(record: GroupRecord, nodes: ReadonlyMap<string, Taken>, now: number): boolean {
    const taken = nodes.get(nodeId(`${record.namespace}/${record.route}`, { key: record.node }));
    if (!taken) return false;
    const group = Group.restore(taken.tree, taken.node, { ...record, events: [] });
    for (const held of record.events) {
      this.hold(group, { ...held });
      if (held.heldBack) this.throttle.wait(group, held.type);
    }
    catchUp(group, now);
    this.add(group);
    return true;
  }

  private rehome(id: string, { namespace, route, events }: GroupRecord, now: number): Decision[] {
    this.touched.group.add(id);
    const lost = events.filter((held) => {
      const { heldBack: _, muted: __, withheld: ___, keys = [], ...plain } = held;
      const ways = this.options.routes.route({ namespace, keys, ...plain });
      const found = ways.filter(({ tree }) => tree.name === route);
      for (const way of found) if (!this.holds(way, held)) this.insert(way, plain, now);
      return found.length === 0;
    });
    if (lost.length === 0) return [];
    const place = { at: now, route: `${namespace}/${route}`, path: [], groupKey: id };
    return [{ ...place, kind: "lost", reason: "RouteGone", events: lost.map(decided) }];
  }

  private holds({ node }: Taken, { event, labels }: HeldEvent): boolean {
    return this.find(node, labels)?.events.some((held) => held.event === event) ?? false;
  }
}

function heldOf({ type, labels, keys, alert }: Routable, event: number): HeldEvent {
  return { event, type, labels, ...(keys.length > 0 ? { keys } : {}), ...(alert ? { alert } : {}) };
}

/** Ticks keep their beat, but one that is late by more than an interval does not make up for those it missed. */
function nextTick({ tick, node }: Group, now: number, onTick: boolean): number {
  const { groupInterval } = node.options;
  return onTick && tick + groupInterval > now ? tick + groupInterval : now + groupInterval;
}

/**
 * A look that finds nothing new is not kept, so that a quiet group costs no writing. So after a restart a group with
 * nothing new goes on in its beat, from the look that was kept last.
 */
function catchUp(group: Group, now: number): void {
  const { tick, fresh, flushed, asleep, node } = group;
  if (!flushed || asleep || fresh > 0 || tick >= now) return;
  group.tick = tick + Math.ceil((now - tick) / node.options.groupInterval) * node.options.groupInterval;
  if (group.due === tick) group.due = group.tick;
}

/** What a look may change that has to be kept, beside what is sent or withheld. Equal before and after: nothing was. */
function settledMark({ events, fresh, flushed }: Group): string {
  let [heldBack, muted, withheld] = [0, 0, 0];
  for (const held of events) {
    if (held.heldBack) heldBack += 1;
    if (held.muted) muted += 1;
    if (held.withheld !== undefined) withheld += 1;
  }
  return `${flushed}/${fresh}/${events.length}/${heldBack}/${muted}/${withheld}`;
}

function nodeId(tree: string, { key }: Pick<RouteNode, "key">): string {
  return `${tree}\n${key}`;
}
