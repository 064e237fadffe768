/**
 * One group at one moment: what of it is told, what waits, what goes.
 *
 * The stages are Alertmanager's, over what the group holds by then: inhibition, mute and active times, silences, what
 * is news and when it repeats; then the throttle, which is ours. Changes the group, and decides; sends nothing.
 */
import type { Decision, Hold, Notify, Withhold } from "./decisions.ts";
import { decided, type Group, type HeldEvent } from "./group-state.ts";
import type { Inhibition } from "./inhibition.ts";
import { type News, newsOf, toldAfter } from "./news.ts";
import { mutedAt } from "./route-options.ts";
import type { Silenced } from "./silences.ts";
import type { Throttle } from "./throttle.ts";

export interface FlushContext {
  inhibition: Inhibition;
  silenced: Silenced;
  throttle: Throttle;
  /** Events leave a group. */
  leave(group: Group, events: readonly HeldEvent[]): void;
  /** Another group changed. */
  changed(group: Group): void;
}

export interface Flushed {
  decisions: Decision[];
  sent: boolean;
  /** When to look again, even before the group's next tick. */
  again?: number;
}

const MINUTE = 60_000;

export function flush(group: Group, now: number, context: FlushContext): Flushed {
  const { inhibition, silenced } = context;
  const { namespace } = group.tree;
  const free = sift(group, group.events, now, context, {
    reason: "Inhibited",
    by: ({ labels }) => inhibition.inhibitor(group.tree, labels),
  });
  const muted = mutedAt(group.node.options, now);
  if (muted) return mute(group, free, muted, now, context);
  for (const held of group.events) delete held.muted;
  const audible = sift(group, free.open, now, context, {
    reason: "Silenced",
    by: ({ labels }) => silenced({ namespace, labels }, now),
  });
  for (const held of audible.open) delete held.withheld;
  const { open } = audible;
  const decisions: Decision[] = [...free.decisions, ...audible.decisions];
  const news = newsOf({ told: group.told, events: open, now, repeatInterval: group.node.options.repeatInterval });
  if (!news) {
    context.leave(group, open.filter(isResolved));
    if (open.length > 0) {
      decisions.push({ ...group.decidedAt(now), kind: "quiet", reason: group.told ? "Unchanged" : "NeverTold" });
    }
    return { decisions, sent: false };
  }
  return tell(group, { news, open, decisions }, now, context);
}

/** What is left, and what is said of the rest. */
interface Sifted {
  open: readonly HeldEvent[];
  decisions: readonly Decision[];
}

/** As in Alertmanager, alerts that end meanwhile leave unheard; what is told once waits for the end. */
function mute(
  group: Group,
  { open, decisions }: Sifted,
  reason: "MuteTime" | "NotActive",
  now: number,
  { leave }: FlushContext,
): Flushed {
  leave(group, open.filter(isResolved));
  const fresh = open.filter((held) => !held.muted && !isResolved(held));
  for (const held of fresh) held.muted = true;
  const waits = open.some(({ alert }) => alert === undefined);
  const again = waits ? { again: (Math.floor(now / MINUTE) + 1) * MINUTE } : {}; // times are in whole minutes
  const said = fresh.length > 0 ? [hold(group, reason, fresh, now)] : [];
  return { decisions: [...decisions, ...said], sent: false, ...again };
}

/** Takes out what something holds back: an alert stays until it ends, all else is gone. */
function sift(
  group: Group,
  events: readonly HeldEvent[],
  now: number,
  { leave }: FlushContext,
  { reason, by: of }: Pick<Withhold, "reason"> & { by(held: HeldEvent): string | undefined },
): Sifted {
  const open: HeldEvent[] = [];
  const gone: HeldEvent[] = [];
  const decisions: Withhold[] = [];
  for (const held of events) {
    const by = of(held);
    if (by === undefined) {
      open.push(held);
      continue;
    }
    if (held.withheld !== by) {
      decisions.push({ ...group.decidedAt(now), kind: "withhold", reason, by, events: [decided(held)] });
      held.withheld = by;
    }
    if (!held.alert?.firing) gone.push(held);
  }
  leave(group, gone);
  return { open, decisions };
}

function tell(
  group: Group,
  { news, open, decisions }: { news: News; open: readonly HeldEvent[]; decisions: Decision[] },
  now: number,
  context: FlushContext,
): Flushed {
  const { throttle, leave } = context;
  const back = news.events.filter(({ type }) => throttle.closedUntil(group, type, now) !== undefined);
  const again = holdBack(group, back, decisions, now, context);
  const kept = new Set(back);
  if (kept.size === news.events.length) {
    leave(
      group,
      open.filter((held) => isResolved(held) && !kept.has(held)),
    );
    return { decisions, sent: false, ...again };
  }
  const sent = open.filter((held) => !kept.has(held));
  const types = new Set(news.events.filter((held) => !kept.has(held)).map(({ type }) => type));
  const joined = [...types].flatMap((type) => joining(group, type, now, context));
  decisions.push(notification(group, news, sent, joined, now));
  for (const type of types) throttle.close(group, type, now);
  group.told = toldAfter(group.told, sent, back, now);
  settle(group, sent, context);
  return { decisions, sent: true, ...again };
}

/** @returns when the first type may be told again. */
function holdBack(
  group: Group,
  back: readonly HeldEvent[],
  decisions: Decision[],
  now: number,
  { throttle }: FlushContext,
): { again?: number } {
  if (back.length === 0) return {};
  const until = Math.min(...new Set(back.map(({ type }) => throttle.closedUntil(group, type, now) as number)));
  const fresh = back.filter(({ heldBack }) => !heldBack);
  for (const held of back) {
    held.heldBack = true;
    throttle.wait(group, held.type);
  }
  if (fresh.length > 0) decisions.push({ ...hold(group, "Throttled", fresh, now), until });
  return { again: until };
}

/** What other groups of the route held back of a type: it goes along. */
function joining(group: Group, type: string, now: number, context: FlushContext): { from: Group; held: HeldEvent }[] {
  const others = context.throttle.release(group, type).filter((other) => other !== group);
  return others.flatMap((other) => {
    const { inhibition, silenced } = context;
    const { namespace } = other.tree;
    const open = other.events.filter(
      ({ labels }) =>
        inhibition.inhibitor(other.tree, labels) === undefined && silenced({ namespace, labels }, now) === undefined,
    );
    const { repeatInterval } = other.node.options;
    const news = newsOf({ told: other.told, events: open, now, repeatInterval })?.events ?? [];
    const taken = news.filter((held) => held.heldBack && held.type === type);
    if (taken.length === 0) return [];
    const along = new Set(taken);
    other.told = toldAfter(
      other.told,
      taken,
      other.events.filter((held) => !along.has(held)),
      now,
    );
    const copies = taken.map((held) => ({ from: other, held: { ...held } }));
    settle(other, taken, context);
    context.changed(other);
    return copies;
  });
}

/** After its events were told: alerts that fire stay, the rest leaves. */
function settle(group: Group, sent: readonly HeldEvent[], { leave }: FlushContext): void {
  for (const held of sent) delete held.heldBack;
  leave(
    group,
    sent.filter(({ alert }) => !alert?.firing),
  );
}

function notification(
  group: Group,
  { reason }: News,
  sent: readonly HeldEvent[],
  joined: readonly { from: Group; held: HeldEvent }[],
  now: number,
): Notify {
  const { receivers, urgency } = group.node.options;
  const first = sent[0] as HeldEvent;
  return {
    ...group.decidedAt(now),
    kind: "notify",
    reason,
    id: `${group.id}@${now}-${first.event}`,
    groupLabels: group.labels,
    receivers,
    ...(urgency === undefined ? {} : { urgency }),
    events: [...sent.map(decided), ...joined.map(({ from, held }) => ({ ...decided(held), joinedFrom: from.id }))],
    heldBack: [...sent, ...joined.map(({ held }) => held)].filter(({ heldBack }) => heldBack).length,
  };
}

function hold(group: Group, reason: Hold["reason"], events: readonly HeldEvent[], now: number): Hold {
  return { ...group.decidedAt(now), kind: "hold", reason, events: events.map(decided) };
}

function isResolved({ alert }: HeldEvent): boolean {
  return alert?.firing === false;
}
