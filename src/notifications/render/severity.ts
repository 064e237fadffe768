/** How bad a group is, and whether it is over: both follow from its events. Pure. */
import type { Severity } from "../../api/notification.ts";
import type { GroupEvent } from "./types.ts";

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

/** @returns the worst of the events' severities; `info` of none. */
export function worstSeverity(events: readonly GroupEvent[]): Severity {
  const worst = events.reduce((most, { labels }) => Math.max(most, order.indexOf(severityOf(labels.severity))), 0);
  return order[worst] as Severity;
}

/** @returns `firing` while one alert of the group fires; undefined for a group without alerts. */
export function statusOf(events: readonly GroupEvent[]): "firing" | "resolved" | undefined {
  const alerts = events.filter(({ firing }) => firing !== undefined);
  if (alerts.length === 0) return undefined;
  return alerts.some(({ firing }) => firing) ? "firing" : "resolved";
}
