/** `plumbline events show`: from one event to everything that hangs on it. */

import { moment } from "../../api/moments.ts";
import { attemptView, eventView, noticeView } from "../../server/views.ts";
import { noticesAbout } from "../../store/event-notices.ts";
import type { Attempt, Delivery, EventStore, StoredEvent } from "../../store/event-types.ts";
import type { Notice } from "../../store/notice-types.ts";
import type { LastingStore } from "../../store/types.ts";
import type { Run } from "../command.ts";
import type { EventsShowFlags } from "../commands/events.ts";
import { UserError } from "../errors.ts";
import { deliveryData } from "../event-views.ts";
import { withLastingStore } from "../lasting.ts";
import type { Output } from "../output.ts";
import { count, paragraph, visible } from "../plain-text.ts";

/** Events of one trace, and deliveries of one event, that are looked at. */
const MANY = 500;

interface History {
  event: StoredEvent;
  deliveries: { delivery: Delivery; history: readonly Attempt[] }[];
  /** What routes did with it: a group's notification follows from one of its events, and is about all. */
  notices: readonly Notice[];
  /** Other events of its trace, which its effects caused or which caused it. */
  related: readonly StoredEvent[];
}

const eventsShow: Run<EventsShowFlags, [string]> = async (invocation, flags, named) => {
  const { output } = invocation;
  const history = await withLastingStore(invocation, flags, "read", (store) => read(store, named));
  if (flags.output === "text") {
    output.print(asText(history, flags.data === true, output));
  } else {
    const { event, deliveries, notices, related } = history;
    await output.data(
      {
        event: eventView(event, flags.data === true),
        deliveries: deliveries.map((one) => ({ ...deliveryData(one.delivery), history: one.history.map(attemptView) })),
        notices: notices.map(noticeView),
        related: related.map((one) => eventView(one, false)),
      },
      flags.output,
    );
  }
  return 0;
};
export default eventsShow;

async function read(store: Pick<LastingStore, "events" | "notices"> | undefined, named: string): Promise<History> {
  const events = store?.events;
  const event = events && (await find(events, named));
  if (!store || !event)
    throw new UserError(`There is no event "${visible(named)}". \`plumbline events list\` shows the newest.`);
  const found = await events.deliveries({ event: event.seq, limit: MANY });
  const deliveries = found.map(async (delivery) => ({ delivery, history: await events.attempts(delivery.id) }));
  const traced = await events.events({ trace: event.trace, limit: MANY });
  return {
    event,
    deliveries: await Promise.all(deliveries),
    notices: await noticesAbout(store.notices, event),
    related: traced.filter(({ seq }) => seq !== event.seq),
  };
}

/** By number, by the trace that the log shows, or by the id that its source gave it. @throws UserError for several. */
async function find(events: EventStore, named: string): Promise<StoredEvent | undefined> {
  const number = /^\d{1,15}$/.test(named) ? await events.event(Number(named)) : undefined;
  if (number) return number;
  if (/^[0-9a-f]{32}$/.test(named)) {
    const traced = await events.events({ trace: named, limit: MANY });
    if (traced.length > 0) return traced.at(-1);
  }
  const found: StoredEvent[] = [];
  for (let before: number | undefined; ; ) {
    const page = await events.events({ limit: MANY, ...(before === undefined ? {} : { before }) });
    found.push(...page.filter(({ id }) => id === named));
    before = page.at(-1)?.seq;
    if (page.length < MANY) break;
  }
  if (found.length < 2) return found[0];
  const list = found.map(({ seq, source }) => `${seq} (${visible(source)})`).join(", ");
  throw new UserError(`Several sources have an event "${visible(named)}": ${list}. Name one by its number.`);
}

function asText({ event, deliveries, notices, related }: History, bodies: boolean, { paint }: Output): string {
  const { seq, type, state, source, id, subject, receivedAt, trace, integration, repeats, note } = event;
  return [
    `${paint("bold", `Event ${seq}`)}  ${visible(type)}  ${state}`,
    `  source    ${visible(source)}`,
    `  id        ${visible(id)}`,
    ...(subject === undefined ? [] : [`  subject   ${visible(subject)}`]),
    ...(integration === undefined ? [] : [`  through   ${visible(integration)}`]),
    `  received  ${moment(receivedAt)}`,
    `  trace     ${trace}`,
    ...(repeats > 0 ? [`  repeats   ${repeats}, which did nothing`] : []),
    ...(note ? note.split("\n").map((line, at) => `  ${at === 0 ? "note     " : "         "} ${visible(line)}`) : []),
    ...(bodies ? [`  data      ${visible(event.data)}`] : []),
    ...(deliveries.length + notices.length === 0 ? ["Nothing followed."] : []),
    ...deliveries.flatMap((one) => deliveryLines(one, notices, paint)),
    ...notices.filter(({ delivery }) => !deliveries.some((one) => one.delivery.id === delivery)).map(noticeLine),
    ...(related.length === 0
      ? []
      : ["Of the same trace:", ...related.map((one) => `  ${one.seq}  ${visible(one.type)}`)]),
  ].join("\n");
}

/** What became of the event where no delivery follows from it alone. */
function noticeLine({
  kind,
  reason,
  route,
  receiver = "",
  state = "gone",
  delivery = "",
  by,
  eventCount,
}: Notice): string {
  const from = `by route ${visible(route)}`;
  switch (kind) {
    case "notify":
      return `${state}  notification ${visible(route)} to ${visible(receiver)}  ${delivery}  with ${count(eventCount - 1, "other")}`;
    case "hold":
      return `held back ${from}: ${reason}`;
    case "withhold":
      return `withheld ${from}: ${reason}${by === undefined ? "" : ` by ${visible(by)}`}`;
    case "lost":
      return `lost ${from}: ${reason}`;
  }
}

function deliveryLines(
  { delivery, history }: History["deliveries"][number],
  notices: readonly Notice[],
  paint: Output["paint"],
): string[] {
  const { id, kind, target, state, notBefore } = delivery;
  const receiver = notices.find((one) => one.delivery === id)?.receiver;
  const to = receiver === undefined ? "" : ` to ${visible(receiver)}`;
  const next = state === "waiting" ? `  next at ${moment(notBefore)}` : "";
  return [
    `${paint("bold", state)}  ${kind} ${visible(target)}${to}  ${visible(id)}${next}`,
    ...history.map(({ at, took, outcome, step, code, message }) => {
      const why = [step && `at ${visible(step)}`, code, message && paragraph(message)].filter(Boolean).join(": ");
      return `  ${moment(at)}  ${outcome} after ${took} ms${why && `  ${why}`}`;
    }),
  ];
}
