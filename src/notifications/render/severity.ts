/** How bad a group is, and whether it is over: both follow from its events. Pure. */
import type { Severity } from "../../api/notification.ts";
import type { Labels } from "../matchers.ts";
import type { Told } from "./types.ts";

const order: readonly Severity[] = ["info", "warning", "error", "critical"];

/** Other programs' words. */
const alsoCalled: Readonly<Record<string, Severity>> = { warn: "warning", err: "error", fatal: "critical" };

/** @param label the label `severity`. @returns `info` where it is absent or another word. */
export function severityOf(label: string | undefined): Severity {
  const word = (label ?? "").toLowerCase();
  return (
    order.find((one) => one === word) ?? (Object.hasOwn(alsoCalled, word) ? alsoCalled[word] : undefined) ?? "info"
  );
}

/** @param least of what is known beside. @returns the worst of the events' severities; `info` of none. */
export function worstSeverity(events: readonly { labels: Labels }[], least: Severity = "info"): Severity {
  const from = order.indexOf(least);
  const worst = events.reduce((most, { labels }) => Math.max(most, order.indexOf(severityOf(labels.severity))), from);
  return order[worst] as Severity;
}

/** How many alerts of a group fire, and how many are over. */
export function alertsOf({ events, earlier }: Pick<Told, "events" | "earlier">): { firing: number; resolved: number } {
  const count = (fires: boolean) => events.filter(({ firing }) => firing === fires).length;
  return { firing: count(true) + (earlier?.firing ?? 0), resolved: count(false) + (earlier?.resolved ?? 0) };
}

/** @returns `firing` while one alert of the group fires; undefined for a group without alerts. */
export function statusOf(told: Pick<Told, "events" | "earlier">): "firing" | "resolved" | undefined {
  const { firing, resolved } = alertsOf(told);
  if (firing > 0) return "firing";
  return resolved > 0 ? "resolved" : undefined;
}
