/** In what a happening is not what was expected, in words; no word where it meets the expectation. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { ExpectedAction, ExpectedNotification } from "../api/scenario.ts";
import { parseDuration } from "../connector-kit/http/duration.ts";
import { type Acted, durationText, type EventName, nameOf, type Told } from "./happenings.ts";

/** Of events and of lines a message names so many. */
const MOST = 5;

/** @returns each to follow "it". */
export function notificationDifferences(expected: ExpectedNotification, told: Told): string[] {
  const { events, target = {}, status, urgency, title, text } = expected;
  return [
    ...(parseDuration(expected.at) === told.at ? [] : [`is sent at ${durationText(told.at)}`]),
    ...(events === undefined || holdsEvents(events, told.events) ? [] : [`tells of ${eventList(told.events)}`]),
    ...fieldDifferences("the target's", target, told.target),
    ...(status === undefined || status === told.status ? [] : [has("status", told.status)]),
    ...(urgency === undefined || urgency === told.urgency ? [] : [has("urgency", told.urgency)]),
    ...(title === undefined || told.title.includes(title) ? [] : [`has the title ${JSON.stringify(told.title)}`]),
    ...(text === undefined || told.lines.some((line) => line.includes(text)) ? [] : [`says ${linesOf(told)}`]),
  ];
}

export function actionDifferences({ at, parameters = {} }: ExpectedAction, acted: Acted): string[] {
  const compared = acted.unchecked ? {} : parameters;
  return [
    ...(at === undefined || parseDuration(at) === acted.at ? [] : [`is done at ${durationText(acted.at)}`]),
    ...(acted.error === undefined ? [] : [`would fail: ${withoutDot(acted.error)}`]),
    ...(acted.error === undefined ? fieldDifferences("the parameter", compared, acted.parameters) : []),
  ];
}

/** @returns events as a list for people: by names, of many the first. */
export function eventList(events: readonly EventName[]): string {
  const names = events.slice(0, MOST).map(nameOf).join(", ");
  const more = events.length - MOST;
  return more > 0 ? `${names} and ${more} ${more === 1 ? "other" : "others"}` : names;
}

function holdsEvents(expected: number | readonly string[], events: readonly EventName[]): boolean {
  if (typeof expected === "number") return expected === events.length;
  const left = [...expected];
  const named = events.every(({ name, fingerprint }) => {
    const index = left.findIndex((one) => one === name || one === fingerprint);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
  return named && left.length === 0;
}

function fieldDifferences(
  what: string,
  expected: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const is = Object.hasOwn(found, name) ? found[name] : undefined;
    if (isDeepStrictEqual(plain(value), plain(is))) return [];
    return [is === undefined ? `lacks ${what} ${name}` : `has ${what} ${name} ${JSON.stringify(is)}`];
  });
}

/** What came out of templates and of YAML is compared as JSON has it. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

/** @returns a sentence, to stand within another one. */
export function withoutDot(text: string): string {
  return text.replace(/\.$/, "");
}

function has(what: string, value: string | undefined): string {
  return value === undefined ? `has no ${what}` : `has the ${what} ${value}`;
}

function linesOf({ lines, fault }: Told): string {
  const broken = fault === undefined ? "" : `, since its template failed (${fault})`;
  const said = lines.slice(0, MOST).map((line) => JSON.stringify(line));
  return `${said.join(", ") || "nothing"}${broken}`;
}
