/** Why what was expected did not happen: what held events back, what no route took, why a rule did not fire. Pure. */
import type { Scenario } from "../api/scenario.ts";
import { eventList, withoutDot } from "./differences.ts";
import { durationText, type Happening, type Kept, nameOf } from "./happenings.ts";

/** Nobody reads more. */
const MOST = 3;

/** @returns sentences, with a blank before each; empty where nothing is known. */
export function reasonsNot(expected: Scenario["spec"]["expect"][number], happened: readonly Happening[]): string {
  const reasons = "rule" in expected ? ruleReasons(expected.rule, happened) : routeReasons(happened);
  const told = [...new Set(reasons)].slice(0, MOST).map((reason) => ` ${reason}.`);
  return told.join("");
}

function routeReasons(happened: readonly Happening[]): string[] {
  return happened.flatMap((one) => {
    if (one.kind === "kept") return [keptText(one)];
    if (one.kind !== "event") return [];
    const silent = one.silent.map((route) => `${nameOf(one)} goes to ${route}, which names no receiver`);
    if (one.misses.length === 0) return silent;
    return [`No route takes ${nameOf(one)}: ${one.misses.slice(0, MOST).join("; ")}`];
  });
}

/** @returns what became of events that were not told, as a sentence without its end. */
export function keptText({ reason, by, until, events, at, route }: Kept): string {
  const which = eventList(events);
  const from = durationText(at);
  if (reason === "Inhibited") return `${which} is withheld at ${from} in ${route}, since ${by} fires`;
  const end = until === undefined ? "" : ` until ${durationText(until)}`;
  if (reason === "Silenced") return `${which} is withheld at ${from} in ${route}, since ${by} holds${end}`;
  const why: Readonly<Record<string, string>> = {
    Throttled: "by the throttle",
    MuteTime: "in a time of muteTimes",
    NotActive: "outside of activeTimes",
  };
  return `${which} waits from ${from}${end} in ${route}, ${why[reason] ?? reason}`;
}

function ruleReasons(rule: string, happened: readonly Happening[]): string[] {
  const reasons = happened.flatMap((one) => {
    if (one.kind === "undone" && one.rule === rule) {
      return [`At ${durationText(one.at)}${one.id === undefined ? "" : ` ${one.id}`} is not done: ${one.reason}`];
    }
    if (one.kind === "action" && one.rule === rule) {
      const failed = one.error === undefined ? "" : `, which would fail: ${withoutDot(one.error)}`;
      return [`At ${durationText(one.at)} it does ${one.id}${failed}`];
    }
    if (one.kind !== "event") return [];
    return one.notes.filter((note) => note.startsWith(`${rule}: `)).map((note) => `For ${nameOf(one)}, ${note}`);
  });
  return reasons.length > 0 ? reasons : [`No event that comes is one of ${rule}'s, or there is no such Rule`];
}
