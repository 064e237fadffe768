/**
 * Whether what happened is what was expected: each expectation is met by one happening, and nothing else happened. Pure.
 *
 * What is expected and what happened instead are one failure where they belong together: the same receiver, or the
 * same action. So one mistake in a route gives one message.
 */
import type { ExpectedAction, ExpectedNotification, Scenario } from "../api/scenario.ts";
import { parseDuration } from "../connector-kit/http/duration.ts";
import type { DocumentPath } from "../manifests/types.ts";
import { actionDifferences, eventList, notificationDifferences, withoutDot } from "./differences.ts";
import { type Acted, durationText, type Happening, type Told } from "./happenings.ts";
import { matchAll } from "./matching.ts";
import { reasonsNot } from "./reasons.ts";
import type { Played } from "./run.ts";

export interface Failure {
  code: "InvalidScenario" | "ScenarioFailed";
  /** Where in the document: the expectation, or the event that something else follows from. */
  path: DocumentPath;
  message: string;
  /** What to do about it, where the message does not say. */
  remedy?: string;
}

/** A failure that is known to follow from one of these events. */
type Unplaced = Omit<Failure, "path"> & ({ path: DocumentPath } | { from: readonly string[] });

type Expectation = Scenario["spec"]["expect"][number];
type Compared = Told | Acted;

/** An expectation and its place in the list. */
interface Entry {
  index: number;
  expected: Expectation;
}

/** @returns what is wrong; empty when the Scenario passes. */
export function judge({ spec }: Pick<Scenario, "spec">, played: Played): Failure[] {
  if (played.mistakes.length > 0) {
    return played.mistakes.map((mistake) => ({ code: "InvalidScenario", ...mistake }));
  }
  if (played.endless) {
    const message =
      "It goes on for too long to be a test. End it with `until`; or are intervals too short, do rules feed each other?";
    return [{ code: "InvalidScenario", path: ["spec"], message }];
  }
  const { compare = "All" } = spec;
  const sides = {
    notification: compare !== "Rules" && !played.uncertain.notifications,
    action: compare !== "Notifications" && !played.uncertain.rules,
  };
  const entries = spec.expect
    .map((expected, index): Entry => ({ index, expected }))
    .filter((one) => sides[kindOf(one)]);
  const compared = played.happened.filter(isCompared).filter(({ kind }) => sides[kind]);
  const failed = failures(entries, compared, played.happened);
  const said = failed.map(({ message }) => message).join("\n");
  return [...failed, ...faults(compared, said)].map((failure) => placed(failure, spec.given));
}

/**
 * A template that fails sends the generic form, which nobody has to find out at night. Once for each fault.
 *
 * @param said what fails already: one that is named there is not named again.
 */
function faults(compared: readonly Compared[], said: string): Unplaced[] {
  const failed = new Map<string, Unplaced>();
  for (const one of compared) {
    if (one.kind !== "notification" || one.fault === undefined || said.includes(one.fault)) continue;
    const { at, receiver, events, route, fault } = one;
    const key = JSON.stringify([receiver, route, fault]);
    if (failed.has(key)) continue;
    const message = `The template of ${receiver} fails at ${durationText(at)}, in the route ${route}: ${withoutDot(fault)}. What is told is the generic form.`;
    failed.set(key, { code: "ScenarioFailed", from: events.map(({ name }) => name), message });
  }
  return [...failed.values()];
}

/** @returns whether an expectation and a happening are about the same receiver, or the same action of a rule. */
function belong(expected: Expectation, one: Compared): boolean {
  if (isNotification(expected)) return one.kind === "notification" && expected.receiver === one.receiver;
  if (one.kind !== "action" || expected.rule !== one.rule) return false;
  return expected.action === one.id || expected.action === one.action;
}

function differences(expected: Expectation, one: Compared): string[] {
  if (isNotification(expected)) return one.kind === "notification" ? notificationDifferences(expected, one) : [];
  return one.kind === "action" ? actionDifferences(expected, one) : [];
}

function failures(
  entries: readonly Entry[],
  compared: readonly Compared[],
  happened: readonly Happening[],
): Unplaced[] {
  const meets = ({ expected }: Entry, one: Compared) =>
    belong(expected, one) && differences(expected, one).length === 0;
  const met = matchAll(entries.length, compared.length, (entry, one) =>
    meets(entries[entry] as Entry, compared[one] as Compared),
  );
  const left = new Set(compared.filter((_, index) => !met.includes(index)));
  const missing = entries.filter((_, index) => met[index] === undefined);
  const missed = missing.map((entry) => missedFailure(entry, left, happened));
  return [...missed, ...[...left].filter(isCertain).map(unexpectedFailure)];
}

/** Takes what happened in the expectation's place out of what is left. */
function missedFailure({ index, expected }: Entry, left: Set<Compared>, happened: readonly Happening[]): Failure {
  const failure = { code: "ScenarioFailed", path: ["spec", "expect", index] } as const;
  const near = [...left].filter((one) => belong(expected, one));
  const [nearest] = near.toSorted((a, b) => distance(expected, a) - distance(expected, b));
  if (nearest) {
    left.delete(nearest);
    const found = differences(expected, nearest).join(", ");
    const by = nearest.kind === "notification" ? ` The route is ${nearest.route}.` : "";
    const message = `Expected ${expectedText(expected)}, but it ${found}.${by}${unsilencedText(nearest)}`;
    return { ...failure, message };
  }
  const instead = [...left].filter(({ at, kind }) => kind === kindOf({ expected }) && isAt(expected, at));
  const said =
    instead.length > 0 ? ` Instead, ${instead.map(happenedText).join("; ")}.` : reasonsNot(expected, happened);
  return { ...failure, message: `Expected ${expectedText(expected)}, but it is not.${said}` };
}

function unexpectedFailure(one: Compared): Unplaced {
  const from = one.kind === "notification" ? one.events.map(({ name }) => name) : [one.event];
  return { code: "ScenarioFailed", from, message: `Not expected: ${happenedText(one)}.${unsilencedText(one)}` };
}

/** A silence that was meant to withhold it is more likely wrong than the route. */
function unsilencedText(one: Compared): string {
  return one.kind === "notification" ? one.unsilenced.map((line) => ` ${line}.`).join("") : "";
}

/** Puts a failure at the newest of its events that is given; what a rule raised stands nowhere. */
function placed(failure: Unplaced, given: Scenario["spec"]["given"]): Failure {
  if ("path" in failure) return failure;
  const { from, ...rest } = failure;
  const index = given.findLastIndex(({ event }, position) => from.includes(event.id ?? `event-${position + 1}`));
  return { ...rest, path: index < 0 ? ["spec", "expect"] : ["spec", "given", index] };
}

function isAt({ at: stated }: Expectation, at: number): boolean {
  return stated !== undefined && parseDuration(stated) === at;
}

/** Fewer differences are nearer, and a time that is right counts more than all else. */
function distance(expected: Expectation, one: Compared): number {
  const wrongTime = expected.at === undefined || isAt(expected, one.at) ? 0 : 100;
  return differences(expected, one).length + wrongTime;
}

function expectedText(expected: Expectation): string {
  if (!isNotification(expected)) {
    const at = expected.at === undefined ? "" : ` at ${expected.at}`;
    return `the rule ${expected.rule} to do ${expected.action}${at}${parts(parameterParts(expected))}`;
  }
  const { at, receiver, events } = expected;
  const of = typeof events === "number" ? ` of ${events === 1 ? "1 event" : `${events} events`}` : "";
  const named = Array.isArray(events) ? ` of ${events.join(", ")}` : of;
  return `${receiver} to be told at ${at}${named}${parts(notificationParts(expected))}`;
}

function notificationParts({ status, urgency, title, text, target }: ExpectedNotification): string[] {
  return [
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(urgency === undefined ? [] : [`urgency ${urgency}`]),
    ...(target === undefined ? [] : [`target ${JSON.stringify(target)}`]),
    ...(title === undefined ? [] : [`title ${JSON.stringify(title)}`]),
    ...(text === undefined ? [] : [`text ${JSON.stringify(text)}`]),
  ];
}

function parameterParts({ parameters = {} }: ExpectedAction): string[] {
  return Object.entries(parameters).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
}

function parts(list: readonly string[]): string {
  return list.length === 0 ? "" : ` with ${list.join(", ")}`;
}

function happenedText(one: Compared): string {
  const at = durationText(one.at);
  if (one.kind === "notification") {
    const again = one.reason === "Repeat" ? ", again" : "";
    return `${one.receiver} is told at ${at} of ${eventList(one.events)}${again}, by the route ${one.route}`;
  }
  const on = one.integration === undefined ? "" : ` on ${one.integration}`;
  const failed = one.error === undefined ? "" : `, which would fail: ${withoutDot(one.error)}`;
  return `the rule ${one.rule} does ${one.id} (${one.action}${on}) at ${at}${failed}`;
}

/** Whether it is done may depend on what a system answers; then nobody has to expect it. */
function isCertain(one: Compared): boolean {
  return one.kind === "notification" || one.unknown !== "all";
}

function isCompared(one: Happening): one is Compared {
  return one.kind === "notification" || one.kind === "action";
}

function isNotification(expected: Expectation): expected is ExpectedNotification {
  return Object.hasOwn(expected, "receiver");
}

function kindOf({ expected }: Pick<Entry, "expected">): Compared["kind"] {
  return isNotification(expected) ? "notification" : "action";
}
