/** What happens in a Scenario, in the order in which it does. Times are milliseconds from its start. */
import type { Receiver } from "../notifications/route-options.ts";

/** How an event is called: by its `id`, an alert also by its fingerprint; one that a rule raised is `RULE/ACTION`. */
export interface EventName {
  name: string;
  fingerprint?: string;
}

interface Moment {
  at: number;
}

/** An event came. */
export interface Came extends Moment, EventName {
  kind: "event";
  type: string;
  /** Where no route takes it: why not, a line for each NotificationRoute. */
  misses: readonly string[];
  /** Routes that take it and name no receiver, as people write them. */
  silent: readonly string[];
  /** Why rules do not fire, a line for each; those for events of another origin are left out. */
  notes: readonly string[];
}

/** A notification was sent to one receiver. */
export interface Told extends Moment {
  kind: "notification";
  receiver: string;
  target: NonNullable<Receiver["target"]>;
  events: readonly EventName[];
  status?: "firing" | "resolved";
  urgency?: "high" | "medium" | "low";
  title: string;
  /** Its text, facts and events, as lines. */
  lines: readonly string[];
  /** Which route sent it, as people write it. */
  route: string;
  /** `New`, `Changed`, `Resolved` or `Repeat`. */
  reason: string;
  /** Why its template was not used. */
  fault?: string;
  /** Why silences that held then did not withhold it, a line for each. */
  unsilenced: readonly string[];
}

/** Events were held back or withheld. */
export interface Kept extends Moment {
  kind: "kept";
  /** `Throttled`, `MuteTime`, `NotActive`, `Silenced` or `Inhibited`. */
  reason: string;
  /** The fingerprint of the alert that inhibits, or the silence's name. */
  by?: string;
  until?: number;
  events: readonly EventName[];
  route: string;
}

/** A silence began. */
export interface Quieted extends Moment {
  kind: "silence";
  /** By its place in the list: `silence-1`. */
  name: string;
  matchers: readonly string[];
  /** Before then it holds. */
  until: number;
  comment?: string;
}

/** A rule did an action, or would have failed to. */
export interface Acted extends Moment {
  kind: "action";
  /** The event that fired the rule. */
  event: string;
  rule: string;
  /** The action's id. */
  id: string;
  /** Its name. */
  action: string;
  integration?: string;
  parameters: Readonly<Record<string, unknown>>;
  /** Why it would fail before anything is sent. */
  error?: string;
  /** It depends on what an earlier action answers: `parameters`, or even whether it is done. */
  unknown?: "parameters" | "all";
  /** Its platform's code was not loaded, so that its parameters may come out otherwise. */
  unchecked?: true;
}

/** A rule that took the event did not do something. */
export interface Undone extends Moment {
  kind: "undone";
  rule: string;
  /** The action's id; left out: the whole run. */
  id?: string;
  reason: string;
}

export type Happening = Came | Told | Kept | Quieted | Acted | Undone;

/** @returns a duration as manifests write it: `1m30s`. */
export function durationText(milliseconds: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
    ["ms", 1],
  ] as const;
  let left = milliseconds;
  let text = "";
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text || "0s";
}

/** @returns how an expectation names an event. */
export function nameOf({ name, fingerprint }: EventName): string {
  return fingerprint ?? name;
}
