/** From what a Scenario writes down to the events that come, in the order of their times. */
import type { GivenEvent, Scenario } from "../api/scenario.ts";
import { parseDuration } from "../connector-kit/http/duration.ts";
import type { OpenEvent } from "../events/types.ts";
import { namespaceOf } from "../manifests/references.ts";
import type { DocumentPath, PlatformSource } from "../manifests/types.ts";
import type { Directory } from "../rules/directory.ts";
import { statedMistakes } from "./silences.ts";
import { WrittenEventError, writtenEvent } from "./written-event.ts";

/** An event, when it comes in milliseconds from the start, and how it is called. */
export interface TimedEvent {
  at: number;
  name: string;
  event: OpenEvent;
}

/** Something in a Scenario that its schema cannot see. */
export interface GivenMistake {
  path: DocumentPath;
  message: string;
  /** What to do about it, where the message does not say. */
  remedy?: string;
}

interface World {
  rules: { directory: Directory };
  platforms: Pick<PlatformSource, "load">;
}

/** Beyond it the clock of JavaScript and calendars with it lose their meaning. Milliseconds. */
const LONGEST = 5 * 366 * 86_400_000;

/** @param start in milliseconds since 1970; not a number where what is stated is no time. */
export async function givenEvents(
  { rules: { directory }, platforms }: World,
  scenario: Scenario,
  start: number,
): Promise<{ events: TimedEvent[]; mistakes: GivenMistake[] }> {
  const mistakes = [...startMistakes(start), ...durationMistakes(scenario.spec)];
  const events: TimedEvent[] = [];
  if (mistakes.length > 0) return { events, mistakes };
  mistakes.push(...statedMistakes(scenario, start));
  for (const [index, { at: stated, event: written }] of scenario.spec.given.entries()) {
    const at = parseDuration(stated);
    const name = written.id ?? `event-${index + 1}`;
    const path = ["spec", "given", index, "event"];
    if (events.some((other) => other.name === name)) {
      mistakes.push({ path: [...path, "id"], message: `Two events have the id "${name}".` });
    }
    try {
      const world = { directory, platforms, now: start + at };
      const event = await writtenEvent(asWritten(written, name, scenario, start + at), world);
      if (event.stored.namespace !== namespaceOf(scenario)) {
        throw new WrittenEventError(`its source is an Integration of the namespace ${event.stored.namespace}.`);
      }
      events.push({ at, name, event });
    } catch (error) {
      if (!(error instanceof WrittenEventError)) throw error;
      mistakes.push({ path, message: `The event cannot come: ${error.message}` });
    }
  }
  return { events: events.sort((a, b) => a.at - b.at), mistakes };
}

function asWritten({ extensions, ...event }: GivenEvent, name: string, scenario: Scenario, now: number) {
  const time = new Date(now).toISOString();
  return { ...extensions, time, ...event, id: name, namespace: namespaceOf(scenario) };
}

function startMistakes(start: number): GivenMistake[] {
  return Number.isNaN(start) ? [{ path: ["spec", "start"], message: "spec.start is no time that there is." }] : [];
}

function durationMistakes({ given, silences = [], expect, until }: Scenario["spec"]): GivenMistake[] {
  const stated: [DocumentPath, string | undefined][] = [
    [["spec", "until"], until],
    ...given.map(({ at }, index): [DocumentPath, string] => [["spec", "given", index, "at"], at]),
    ...silences.flatMap(({ at, duration }, index): [DocumentPath, string][] => [
      [["spec", "silences", index, "at"], at],
      [["spec", "silences", index, "duration"], duration],
    ]),
    ...expect.map(({ at }, index): [DocumentPath, string | undefined] => [["spec", "expect", index, "at"], at]),
  ];
  const end = until === undefined ? LONGEST : parseDuration(until);
  return stated.flatMap(([path, text]) => {
    const length = text === undefined ? 0 : parseDuration(text);
    if (length > LONGEST) {
      return [{ path, message: `${text} is longer than a Scenario can last, which is five years.` }];
    }
    const isOver = path.at(-1) === "at" && length > end;
    return isOver ? [{ path, message: `At ${text} the clock has stopped: spec.until is ${until}.` }] : [];
  });
}
