/**
 * The notification that every event has, and every template's fall-back: a headline, a message if there is one, the
 * labels as facts. It is made without a template and reads nothing but texts, so that no event can make it fail.
 */
import type { Fact, Link, Notification, NotificationEvent } from "../../api/notification.ts";
import { inData } from "../../events/event-view.ts";
import { oneLine, paragraphs, shortened } from "./plain.ts";
import { statusOf, worstSeverity } from "./severity.ts";
import type { GroupEvent, Told } from "./types.ts";

export const GENERIC = "generic";

/** A summary has at most so many characters: it is one line of a list. */
const SUMMARY_LENGTH = 300;

/** Of a label that differs between events, at most so many values are listed. */
const MOST_VALUES = 10;

/** Where senders put what happened, in the order in which it is looked for. */
const messages = ["summary", "title", "message", "description", "reason"];

/** Labels that the headline, the links or the group say already. */
const saidElsewhere: ReadonlySet<string> = new Set(["type", "source", "subject"]);

/** @returns the notification; never throws. */
export function genericNotification(told: Told): Notification {
  const { events, earlier, receiver, urgency, heldBack } = told;
  const status = statusOf(told);
  const newest = events.at(-1);
  return {
    title: headline(told),
    text: newest ? (messageOf(newest) ?? "") : "",
    severity: worstSeverity(events, earlier?.severity),
    ...(status === undefined ? {} : { status }),
    ...(urgency === undefined ? {} : { urgency }),
    facts: [...labelFacts(events), ...timeFacts(newest)],
    links: eventLinks(told),
    actions: [],
    events: events.map((one) => eventLine(one, genericSummary(one))),
    ...(earlier ? { earlierEvents: earlier.count } : {}),
    mentions: receiver.mentions ?? [],
    template: GENERIC,
    group: told.groupLabels,
    ...(heldBack > 0 ? { heldBack } : {}),
  };
}

/** @param summary one line. */
export function eventLine({ event, labels, firing }: GroupEvent, summary: string): NotificationEvent {
  const { stored, envelope } = event;
  return {
    seq: stored.seq,
    type: envelope.type,
    ...(envelope.subject === undefined ? {} : { subject: oneLine(envelope.subject) }),
    ...timeOf(event),
    labels,
    ...(firing === undefined ? {} : { status: firing ? "firing" : "resolved" }),
    summary: shortened(summary, SUMMARY_LENGTH),
  };
}

/** What happened, in one line: type, subject, message. */
export function genericSummary(one: GroupEvent): string {
  const { type, subject } = one.event.envelope;
  const about = oneLine(subject === undefined ? type : `${type} ${subject}`);
  const message = messageOf(one);
  return shortened(message ? `${about}: ${oneLine(message)}` : about, SUMMARY_LENGTH);
}

/** When an event happened, else when it came in; nothing where neither is a time. */
export function timeOf({ envelope, stored }: GroupEvent["event"]): { time?: string } {
  if (envelope.time !== undefined && !Number.isNaN(Date.parse(envelope.time))) return { time: envelope.time };
  const moment = new Date(stored.receivedAt);
  return Number.isNaN(moment.getTime()) ? {} : { time: moment.toISOString() };
}

function headline({ events, earlier }: Told): string {
  const [only, ...others] = events;
  if (!only) return "No events";
  if (others.length === 0) return genericSummary(only);
  const types = new Set(events.map(({ event }) => oneLine(event.envelope.type)));
  const [type = ""] = types;
  const count = events.length + (earlier?.count ?? 0);
  return `${count} events ${types.size === 1 ? type : `of ${types.size} types`}`;
}

function messageOf({ event }: GroupEvent): string | undefined {
  for (const name of messages) {
    const value = inData(event, [name])?.value;
    if (typeof value === "string" && paragraphs(value) !== "") return paragraphs(value);
  }
  return undefined;
}

/** One fact a label; where its values differ between events, all of them. */
function labelFacts(events: readonly GroupEvent[]): Fact[] {
  const values = new Map<string, Set<string>>();
  for (const { labels } of events) {
    for (const [name, value] of Object.entries(labels)) {
      if (saidElsewhere.has(name) || oneLine(value) === "") continue;
      const found = values.get(name) ?? new Set();
      values.set(name, found.add(oneLine(value)));
    }
  }
  return [...values].map(([name, found]) => ({ name: oneLine(name), value: listed([...found]) }));
}

function listed(values: readonly string[]): string {
  const shown = values.slice(0, MOST_VALUES).join(", ");
  return values.length > MOST_VALUES ? `${shown} and ${values.length - MOST_VALUES} more` : shown;
}

function timeFacts(newest: GroupEvent | undefined): Fact[] {
  const time = newest && timeOf(newest.event).time;
  if (time === undefined) return [];
  return [{ name: "Time (UTC)", value: new Date(time).toISOString().slice(0, 19).replace("T", " ") }];
}

/** The newest event's page in the HTTP API. */
function eventLinks({ events, publicUrl }: Told): Link[] {
  const newest = events.at(-1);
  if (!newest || publicUrl === undefined) return [];
  const { seq } = newest.event.stored;
  return [{ title: `Event ${seq}`, url: `${publicUrl.replace(/\/+$/, "")}/api/events/${seq}` }];
}
