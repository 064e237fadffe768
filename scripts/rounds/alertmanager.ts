/**
 * Timing beside the real Alertmanager: the same alerts at the same moments must be told in the same groups, at the same
 * times within a tolerance. Alertmanager runs in real seconds; our groups are asked afterwards, under a virtual clock.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  compileRoute,
  compileSilences,
  type Decision,
  NotificationGroups,
  type Routable,
  RouteSet,
} from "../../src/notifications/index.ts";
import { alertmanagerVersion, configurationOf, startAlertmanager } from "../../test/support/alertmanager.ts";
import { json, serve } from "../../test/support/loopback.ts";
import { manifestOf, type Scenario, type Step, scenarios } from "./alertmanager-scenarios.ts";
import { must } from "./report.ts";

/** One notification: when, in seconds, to whom, and what it said. */
interface Sent {
  at: number;
  /** The receiver and the alerts' ids, those of ended ones after a minus. */
  text: string;
}

/** How far two times may lie apart, in seconds: below half of what lies between two things that happen. */
const TOLERANCE = 0.9;

/** An alert that nobody ends: longer than any scenario. */
const HOUR = 3_600_000;

/** @param longest scenarios that take longer, in seconds, are left out. */
export async function alertmanagerRound(longest: number): Promise<string> {
  const version = alertmanagerVersion();
  if (version === undefined) return "SKIPPED: prometheus-alertmanager is not installed, nothing was compared";
  const chosen = scenarios.filter(({ until }) => until <= longest);
  const theirs = await tell(chosen);
  const wrong = chosen.flatMap((scenario) => compare(scenario, theirs.get(scenario.name) ?? [], expected(scenario)));
  must(wrong.length === 0, `differs from Alertmanager ${version}:\n${wrong.join("\n")}`);
  const count = [...theirs.values()].flat().length;
  return `${chosen.length} scenarios as Alertmanager ${version} has them, ${count} notifications`;
}

/** What Alertmanager sends, by scenario. */
async function tell(chosen: readonly Scenario[]): Promise<Map<string, Sent[]>> {
  const sent = new Map<string, Sent[]>();
  let start = 0;
  const hook = await serve(async ({ path, body }) => {
    const at = (performance.now() - start) / 1000;
    const { alerts } = JSON.parse(body.toString("utf8")) as { alerts: { status: string; labels: Step["labels"] }[] };
    const name = alerts[0]?.labels.scenario as string;
    const ids = alerts.map(({ status, labels }) => (status === "firing" ? labels.id : `-${labels.id}`)).sort();
    sent.set(name, [...(sent.get(name) ?? []), { at, text: `${path.slice(1)}: ${ids.join(" ")}` }]);
    return json(200, {});
  });
  const alertmanager = await startAlertmanager(configurationOf(manifestOf(chosen), (name) => `${hook.url}/${name}`));
  try {
    start = performance.now();
    const until = Math.max(...chosen.map((scenario) => scenario.until));
    await Promise.all([...chosen.map((scenario) => play(scenario, alertmanager)), sleep(until * 1000)]);
    for (const { name, until: end } of chosen)
      sent.set(
        name,
        (sent.get(name) ?? []).filter(({ at }) => at <= end),
      );
    return sent;
  } finally {
    await alertmanager.stop();
    await hook.close();
  }
}

async function play(
  { name, steps, silence }: Scenario,
  alertmanager: Awaited<ReturnType<typeof startAlertmanager>>,
): Promise<void> {
  const now = Date.now();
  const begun = performance.now();
  const moment = (seconds: number) => new Date(now + seconds * 1000);
  if (silence) {
    const matchers = [
      { name: "scenario", value: name },
      { name: "id", value: silence.label },
    ];
    await alertmanager.silence(matchers, moment(silence.from), moment(silence.until));
  }
  for (const { at, labels, firing, age = 0 } of steps) {
    await sleep(Math.max(0, at * 1000 - (performance.now() - begun)));
    const startsAt = moment(firing ? at - age : 0).toISOString();
    const endsAt = new Date(firing ? Date.now() + HOUR : Date.now()).toISOString();
    await alertmanager.post([{ labels: { ...labels, scenario: name }, startsAt, endsAt }]);
  }
}

/** What our groups decide. */
function expected(scenario: Scenario): Sent[] {
  const { name, steps, silence, until } = scenario;
  const routes = new RouteSet([compileRoute(manifestOf([scenario])).tree]);
  const matchers = [`scenario=${name}`, `id=${silence?.label}`];
  const silences = silence
    ? [{ id: "s", namespace: "default", matchers, startsAt: silence.from * 1000, endsAt: silence.until * 1000 }]
    : [];
  const groups = new NotificationGroups({ routes, silenced: compileSilences(silences) });
  const decisions: Decision[] = [];
  const tick = (seconds: number) => {
    for (let due = groups.nextDue(); due !== undefined && due <= seconds * 1000; due = groups.nextDue()) {
      decisions.push(...groups.tick(due));
    }
  };
  for (const [number, step] of steps.entries()) {
    tick(step.at - 0.001);
    decisions.push(...groups.take(routable(name, step), number, step.at * 1000));
  }
  tick(until);
  return decisions.flatMap(sentOf);
}

function routable(scenario: string, { at, labels, firing, age = 0 }: Step): Routable {
  const alert = { id: JSON.stringify(labels), firing, startsAt: (at - age) * 1000 };
  return { namespace: "default", type: "alert", labels: { ...labels, scenario }, keys: [], alert };
}

function sentOf(decision: Decision): Sent[] {
  if (decision.kind !== "notify") return [];
  const ids = decision.events.map(({ labels, firing }) => (firing ? labels.id : `-${labels.id}`)).sort();
  return decision.receivers.map(({ integration }) => ({
    at: decision.at / 1000,
    text: `${integration}: ${ids.join(" ")}`,
  }));
}

/** What happens at the same moment may come in any order. */
function compare({ name }: Scenario, theirs: readonly Sent[], ours: readonly Sent[]): string[] {
  const inOrder = (list: readonly Sent[]) =>
    list.toSorted((a, b) => Math.round(a.at) - Math.round(b.at) || (a.text < b.text ? -1 : 1));
  const [left, right] = [inOrder(theirs), inOrder(ours)];
  const same =
    left.length === right.length &&
    left.every(({ at, text }, index) => {
      const other = right[index] as Sent;
      return text === other.text && Math.abs(at - other.at) <= TOLERANCE;
    });
  const shown = (list: readonly Sent[]) =>
    list.map(({ at, text }) => `${at.toFixed(1)} s ${text}`).join("; ") || "nothing";
  return same ? [] : [`${name}: Alertmanager sent ${shown(left)}; we ${shown(right)}`];
}
