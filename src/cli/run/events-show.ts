/** `plumbline events show`: from one event to everything that hangs on it. */

import { moment } from "../../api/moments.ts";
import { attemptView, eventView } from "../../server/views.ts";
import type { Attempt, Delivery, EventStore, StoredEvent } from "../../store/event-types.ts";
import type { Run } from "../command.ts";
import type { EventsShowFlags } from "../commands/events.ts";
import { UserError } from "../errors.ts";
import { deliveryData } from "../event-views.ts";
import { withLastingStore } from "../lasting.ts";
import type { Output } from "../output.ts";
import { paragraph, visible } from "../plain-text.ts";

/** Events of one trace, and deliveries of one event, that are looked at. */
const MANY = 500;

interface History {
  event: StoredEvent;
  deliveries: { delivery: Delivery; history: readonly Attempt[] }[];
  /** Other events of its trace, which its effects caused or which caused it. */
  related: readonly StoredEvent[];
}

const eventsShow: Run<EventsShowFlags, [string]> = async (invocation, flags, named) => {
  const { output } = invocation;
  const history = await withLastingStore(invocation, flags, "read", (store) => read(store?.events, named));
  if (flags.output === "text") {
    output.print(asText(history, flags.data === true, output));
  } else {
    const { event, deliveries, related } = history;
    await output.data(
      {
        event: eventView(event, flags.data === true),
        deliveries: deliveries.map((one) => ({ ...deliveryData(one.delivery), history: one.history.map(attemptView) })),
        related: related.map((one) => eventView(one, false)),
      },
      flags.output,
    );
  }
  return 0;
};
export default eventsShow;

async function read(events: EventStore | undefined, named: string): Promise<History> {
  const event = events && (await find(events, named));
  if (!event) throw new UserError(`There is no event "${visible(named)}". \`plumbline events list\` shows the newest.`);
  const found = await events.deliveries({ event: event.seq, limit: MANY });
  const deliveries = found.map(async (delivery) => ({ delivery, history: await events.attempts(delivery.id) }));
  const traced = await events.events({ trace: event.trace, limit: MANY });
  return { event, deliveries: await Promise.all(deliveries), related: traced.filter(({ seq }) => seq !== event.seq) };
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

function asText({ event, deliveries, related }: History, bodies: boolean, { paint }: Output): string {
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
    ...(deliveries.length === 0 ? ["Nothing followed."] : deliveries.flatMap((one) => deliveryLines(one, paint))),
    ...(related.length === 0
      ? []
      : ["Of the same trace:", ...related.map((one) => `  ${one.seq}  ${visible(one.type)}`)]),
  ].join("\n");
}

function deliveryLines({ delivery, history }: History["deliveries"][number], paint: Output["paint"]): string[] {
  const { id, kind, target, state, notBefore } = delivery;
  const next = state === "waiting" ? `  next at ${moment(notBefore)}` : "";
  return [
    `${paint("bold", state)}  ${kind} ${visible(target)}  ${visible(id)}${next}`,
    ...history.map(({ at, took, outcome, step, code, message }) => {
      const why = [step && `at ${visible(step)}`, code, message && paragraph(message)].filter(Boolean).join(": ");
      return `  ${moment(at)}  ${outcome} after ${took} ms${why && `  ${why}`}`;
    }),
  ];
}
