/**
 * Where paths of a notification's template lead: `event` (the newest), `events`, `labels`, `group`, then the newest
 * event's data.
 *
 * The four names come before the data, so that whoever sends an event cannot pass a value off as one of ours; what the
 * data has under such a name is reached as `event.data.labels`.
 */
import { eventView, inData } from "../../events/event-view.ts";
import { type Found, follow, type Lookup } from "../../expressions/paths.ts";
import type { Labels } from "../matchers.ts";
import { timeOf } from "./generic.ts";
import { alertsOf, severityOf, statusOf, worstSeverity } from "./severity.ts";
import type { GroupEvent, Told } from "./types.ts";

/** Of one group, for each of its events in turn. */
export class TemplateContext {
  readonly #told: Told;
  #events: Record<string, unknown>[] | undefined;
  #labels: Labels | undefined;
  #group: Record<string, unknown> | undefined;

  constructor(told: Told) {
    this.#told = told;
  }

  /** @param about the event that `event` is, and in whose data paths begin; undefined in a group of none. */
  lookup(about: GroupEvent | undefined): Lookup {
    return ([first = "", ...rest]) => {
      const own = this.#own(first, rest, about);
      return own ?? (about && inData(about.event, [first, ...rest]));
    };
  }

  #own(first: string, rest: readonly string[], about: GroupEvent | undefined): Found | undefined {
    if (first === "event") return about && follow(viewOf(about), rest);
    if (first === "events") {
      this.#events ??= this.#told.events.map(viewOf);
      return follow(this.#events, rest);
    }
    if (first === "labels") {
      this.#labels ??= sharedLabels(this.#told.events);
      return follow(this.#labels, rest);
    }
    if (first !== "group") return undefined;
    this.#group ??= groupView(this.#told);
    return follow(this.#group, rest);
  }
}

function viewOf({ event, labels, firing }: GroupEvent): Record<string, unknown> {
  const status = firing === undefined ? {} : { status: firing ? "firing" : "resolved" };
  const { seq } = event.stored;
  return { ...eventView(event), ...timeOf(event), ...status, seq, labels, severity: severityOf(labels.severity) };
}

function groupView(told: Told): Record<string, unknown> {
  const { events, earlier, groupLabels, route, urgency, heldBack, receiver, now } = told;
  const count = events.length + (earlier?.count ?? 0);
  return {
    labels: groupLabels,
    count,
    others: Math.max(0, count - 1),
    ...alertsOf(told),
    severity: worstSeverity(events, earlier?.severity),
    status: statusOf(told),
    urgency,
    heldBack,
    route,
    receiver: receiver.integration,
    time: new Date(now).toISOString(),
  };
}

/** The labels that all events have, with one value. */
function sharedLabels(events: readonly GroupEvent[]): Labels {
  const [first, ...others] = events;
  const shared = Object.entries(first?.labels ?? {}).filter(([name, value]) =>
    others.every(({ labels }) => Object.hasOwn(labels, name) && labels[name] === value),
  );
  return Object.fromEntries(shared);
}
