/**
 * Whether a group has anything to say, as Alertmanager's dedup stage decides it (notify/notify.go, needsUpdate), and
 * which of its events are the news.
 */
import type { NotifyReason } from "./decisions.ts";
import type { HeldEvent, Told } from "./group-state.ts";

export interface News {
  reason: NotifyReason;
  /** The events because of which something is said; for a repeat all of them. */
  events: readonly HeldEvent[];
}

export interface Asked {
  /** What the last notification told of. */
  told: Told | undefined;
  /** Those that are neither silenced nor inhibited. */
  events: readonly HeldEvent[];
  now: number;
  /** Milliseconds. */
  repeatInterval: number;
}

/** @returns undefined where nothing is to be said. */
export function newsOf({ told, events, now, repeatInterval }: Asked): News | undefined {
  const single = events.filter(({ alert }) => alert === undefined);
  const firing = events.filter(({ alert }) => alert?.firing);
  const resolved = events.filter(({ alert }) => alert?.firing === false);
  const began = firing.filter(untold(told?.firing));
  const ended = told ? resolved.filter(untold(told.resolved)) : [];
  if (single.length > 0) return { reason: "New", events: [...single, ...began, ...ended] };
  if (!told) return firing.length > 0 ? { reason: "New", events: firing } : undefined;
  if (began.length > 0) return { reason: "Changed", events: [...began, ...ended] };
  if (firing.length === 0) {
    return told.firing.length > 0 && resolved.length > 0 ? { reason: "Resolved", events: resolved } : undefined;
  }
  if (ended.length > 0) return { reason: "Resolved", events: ended };
  return told.at < now - repeatInterval ? { reason: "Repeat", events: firing } : undefined;
}

/**
 * What is told after a notification.
 *
 * @param sent its events. @param kept events that were held back: of them the last word still holds.
 */
export function toldAfter(
  told: Told | undefined,
  sent: readonly HeldEvent[],
  kept: readonly HeldEvent[],
  at: number,
): Told | undefined {
  const ids = (firing: boolean) => {
    const before = new Set(firing ? told?.firing : told?.resolved);
    const said = sent.filter(({ alert }) => alert?.firing === firing);
    const still = kept.filter(({ alert }) => alert && before.has(alert.id));
    return [...said, ...still].map(({ alert }) => (alert as { id: string }).id);
  };
  const after = { at, firing: ids(true), resolved: ids(false) };
  return after.firing.length > 0 || after.resolved.length > 0 ? after : undefined;
}

function untold(ids: readonly string[] = []): (held: HeldEvent) => boolean {
  const known = new Set(ids);
  return ({ alert }) => alert !== undefined && !known.has(alert.id);
}
