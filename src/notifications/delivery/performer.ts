/**
 * Delivers a notification to one receiver; while that one is down, to its fallback.
 *
 * What was told is on record before the delivery ends. An attempt whose process died before that, or whose answer never
 * came, may have told it: it is told again under the same key, by which platforms that know repetitions, or can look
 * for it, show it once; and history says so (`Notice.resent`).
 */
import type { Notification, Notified } from "../../api/notification.ts";
import { ConnectorError } from "../../connector-kit/errors.ts";
import { labelsOf } from "../../events/envelope.ts";
import { type Origins, openWith } from "../../events/origins.ts";
import type { OpenEvent, Performance, Performed, Performer } from "../../events/types.ts";
import type { Delivery, EventStore, NewEvent } from "../../store/event-types.ts";
import type { NoticeStore } from "../../store/notice-types.ts";
import { templateFailed } from "../render/fault-event.ts";
import type { GroupEvent, TemplateFault, Told } from "../render/types.ts";
import type { Receiver } from "../route-options.ts";
import { type Channel, type ChannelTools, openChannel } from "./channel.ts";
import type { NoticeInput } from "./outputs.ts";
import type { Renderer } from "./renderer.ts";

export interface NotificationPerformerOptions extends ChannelTools {
  store: Pick<EventStore, "eventsBySeq">;
  notices: Pick<NoticeStore, "told" | "wasTold" | "reference">;
  origins: Origins;
  render: Renderer;
  publicUrl(): string | undefined;
  /** Puts own events into the inbox. */
  raise(events: readonly NewEvent[]): Promise<void>;
  /** Told of each template that was not used. */
  onFault?(fault: TemplateFault, delivery: Delivery): void;
  now(): number;
}

export function createNotificationPerformer(options: NotificationPerformerOptions): Performer {
  return { perform: (delivery, performance) => new Telling(options, delivery, performance).perform() };
}

type Attempted = { outcome: "told"; via: string; notified: Notified } | Exclude<Performed, { outcome: "done" }>;

class Telling {
  readonly #options: NotificationPerformerOptions;
  readonly #delivery: Delivery;
  readonly #performance: Performance;
  readonly #input: NoticeInput;

  constructor(options: NotificationPerformerOptions, delivery: Delivery, performance: Performance) {
    this.#options = options;
    this.#delivery = delivery;
    this.#performance = performance;
    this.#input = JSON.parse(delivery.input) as NoticeInput;
  }

  async perform(): Promise<Performed> {
    const { id, attempts } = this.#delivery;
    if (attempts > 1 && (await this.#options.notices.wasTold(id))) return { outcome: "done" };
    const told = await this.#group();
    const { notification, fault } = await this.#options.render(told);
    const ended = await this.#withFallback(notification);
    if (ended.outcome !== "told") return ended;
    if (fault) await this.#raise(fault, told);
    const { reference, truncated } = ended.notified;
    await this.#options.notices.told(this.#delivery.id, {
      at: this.#options.now(),
      via: ended.via,
      title: notification.title,
      ...(reference === undefined ? {} : { reference }),
      ...(truncated === undefined ? {} : { truncated }),
      ...(fault === undefined ? {} : { fault: faultText(fault) }),
    });
    return { outcome: "done" };
  }

  async #group(): Promise<Told> {
    const { route, groupLabels, urgency, heldBack, receiver, at, earlier } = this.#input;
    const publicUrl = this.#options.publicUrl();
    return {
      ...{ events: await this.#events(), groupLabels, receiver, route, heldBack, now: at },
      ...(urgency === undefined ? {} : { urgency }),
      ...(earlier ? { earlier } : {}),
      ...(publicUrl === undefined ? {} : { publicUrl }),
    };
  }

  async #events(): Promise<GroupEvent[]> {
    const told: GroupEvent[] = [];
    const known = await this.#opened();
    for (const { seq, firing } of this.#input.events) {
      const event = known.get(seq);
      if (event) told.push({ event, labels: labelsOf(event), ...(firing === undefined ? {} : { firing }) });
    }
    return told;
  }

  /** By their numbers; those that retention took are not among them. */
  async #opened(): Promise<ReadonlyMap<number, OpenEvent>> {
    const { event } = this.#performance;
    const { store, origins } = this.#options;
    const others = this.#input.events.map(({ seq }) => seq).filter((seq) => seq !== event.stored.seq);
    const stored = others.length === 0 ? [] : await store.eventsBySeq(others);
    return new Map([event, ...stored.map((one) => openWith(origins, one))].map((one) => [one.stored.seq, one]));
  }

  async #withFallback(notification: Notification): Promise<Attempted> {
    const { receiver } = this.#input;
    const first = await this.#attempt(notification, receiver.integration, this.#delivery.id);
    if (receiver.fallback === undefined || !isDown(first)) return first;
    const second = await this.#attempt(notification, receiver.fallback, `${this.#delivery.id}_fallback`);
    if (second.outcome === "told" || first.outcome === "told") return second;
    const also = ` The fallback ${receiver.fallback} did not deliver it either: ${second.message}`;
    const message = `${first.message}${also}`;
    return first.outcome === "retry" ? { ...first, message, ...unknownOf(first, second) } : { ...first, message };
  }

  async #attempt(notification: Notification, integration: string, key: string): Promise<Attempted> {
    const { receiver } = this.#input;
    try {
      const channel = await openChannel(this.#options, this.#delivery.namespace, integration, {
        target: receiver.target ?? {},
        isFallback: integration !== receiver.integration,
      });
      if ("outcome" in channel) return channel;
      return { outcome: "told", via: integration, notified: await this.#send(channel, notification, receiver, key) };
    } catch (error) {
      if (this.#performance.signal.aborted) return interrupted;
      if (error instanceof ConnectorError) return failedBy(error);
      throw error;
    }
  }

  async #send(channel: Channel, notification: Notification, { update }: Receiver, key: string): Promise<Notified> {
    const { groupKey } = this.#input;
    const previous = update
      ? await this.#options.notices.reference(groupKey, channel.integration, this.#delivery.id)
      : undefined;
    if (previous === undefined) return channel.notify(notification, { key });
    try {
      return await channel.notify(notification, { key, previous });
    } catch (error) {
      if (!(error instanceof ConnectorError && error.code === "NOT_FOUND")) throw error;
      return channel.notify(notification, { key });
    }
  }

  async #raise(fault: TemplateFault, told: Told): Promise<void> {
    this.#options.onFault?.(fault, this.#delivery);
    const { namespace, trace } = this.#delivery;
    const event = templateFailed(fault, told, { namespace, trace });
    if (event) await this.#options.raise([event]);
  }
}

/** Such that another Integration may do what this one cannot: what a platform refused, it would refuse again. */
const DOWN: ReadonlySet<string> = new Set(["UNAVAILABLE", "TIMEOUT", "AUTH", "Suspended", "Unloaded", "Untrusted"]);

function isDown(attempted: Attempted): boolean {
  return attempted.outcome !== "told" && (DOWN.has(attempted.code) || attempted.code === "UnknownIntegration");
}

/**
 * An answer that never came is no reason to give up: a notification that comes twice is better than none. The
 * connector's call is not repeated by itself then; the delivery is, on record.
 */
function failedBy({ code, message, retryable, retryAfter, outcomeUnknown }: ConnectorError): Attempted {
  if (!retryable) return { outcome: "dead", code, message };
  const wait = retryAfter === undefined ? {} : { retryAfter };
  return { outcome: "retry", code, message, ...wait, ...(outcomeUnknown ? { unknown: true } : {}) };
}

function unknownOf(...all: readonly Attempted[]): { unknown?: true } {
  return all.some((one) => one.outcome === "retry" && one.unknown) ? { unknown: true } : {};
}

const interrupted: Attempted = {
  outcome: "retry",
  code: "Interrupted",
  message: "The program was stopped while it was delivered.",
};

/** What a fault is on record as. */
export function faultText({ template, part, message }: TemplateFault): string {
  return `${template}, ${part}: ${message}`;
}
