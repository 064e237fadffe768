/**
 * Alertmanager's dispatcher and dedup stage as its documentation tells of them, in whole seconds and without any care
 * for speed: the measure for what the groups decide where nothing is throttled.
 */
import type { Input } from "./fixture.ts";

interface Times {
  groupWait: number;
  groupInterval: number;
  repeatInterval: number;
}

interface ModelGroup {
  next: number;
  alerts: Map<string, boolean>;
}

interface Entry {
  at: number;
  firing: ReadonlySet<string>;
  resolved: ReadonlySet<string>;
}

/** @returns what is sent, as `second group: ids`, those of ended alerts after a minus. Groups are by the label `g`. */
export function modelOf(inputs: readonly Input[], until: number, times: Times): string[] {
  const groups = new Map<string, ModelGroup>();
  const log = new Map<string, Entry>();
  const sent: string[] = [];
  for (let second = 0; second <= until; second++) {
    for (const { at, event } of inputs) {
      if (at !== second || !event.alert) continue;
      const name = event.labels.g ?? "";
      const group = groups.get(name) ?? { next: second + times.groupWait, alerts: new Map() };
      groups.set(name, group);
      group.alerts.set(event.labels.id as string, event.alert.firing);
    }
    for (const [name, group] of [...groups].sort()) {
      if (group.next > second) continue;
      if (group.alerts.size === 0) groups.delete(name);
      else sent.push(...flush(name, group, second, log, times));
      group.next += times.groupInterval;
    }
  }
  return sent;
}

function flush(name: string, group: ModelGroup, now: number, log: Map<string, Entry>, times: Times): string[] {
  const all = [...group.alerts];
  const firing = new Set(all.filter(([, fires]) => fires).map(([id]) => id));
  const resolved = new Set(all.filter(([, fires]) => !fires).map(([id]) => id));
  const logged = log.get(name);
  const entry = logged && now < logged.at + 2 * times.repeatInterval ? logged : undefined;
  for (const id of resolved) group.alerts.delete(id);
  if (!needsUpdate(entry, firing, resolved, now, times.repeatInterval)) return [];
  log.set(name, { at: now, firing, resolved });
  return [`${now} ${name}: ${[...firing, ...[...resolved].map((id) => `-${id}`)].sort().join(" ")}`];
}

function needsUpdate(
  entry: Entry | undefined,
  firing: ReadonlySet<string>,
  resolved: ReadonlySet<string>,
  now: number,
  repeatInterval: number,
): boolean {
  if (!entry) return firing.size > 0;
  if (!firing.isSubsetOf(entry.firing)) return true;
  if (firing.size === 0) return entry.firing.size > 0;
  if (!resolved.isSubsetOf(entry.resolved)) return true;
  return entry.at < now - repeatInterval;
}
