/**
 * Notifications as JSON, in the connection's format; where that is `json`, in Standard Webhooks' frame, so that a
 * receiver sees what it is.
 *
 * The body of a delivery is the same each time that it is tried: its time is that of the newest event.
 */
import {
  Fitting,
  type Notification,
  type NotificationEvent,
  type Notified,
  type NotifyRun,
  type Static,
  Type,
} from "../../connector-kit/index.ts";
import { idOf, type WebhookWriter } from "./client.ts";
import { encode } from "./formats.ts";
import { checkHeaders } from "./headers.ts";

const NOTIFICATION = "plumbline.notification";

export const target = Type.Object(
  {
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: "Sent along, over those of the connection.",
        examples: [{ "x-team": "payments" }],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "What is sent along.",
    examples: [{ headers: { "x-team": "payments" } }],
  },
);

/** It is posted, so nothing is edited: `run.previous` says nothing here, and no reference is given. */
export async function notify(
  webhook: WebhookWriter,
  notification: Notification,
  { headers = {} }: Static<typeof target>,
  { key }: NotifyRun,
): Promise<Notified> {
  const { settings, now } = webhook.sender;
  checkHeaders(headers, settings, "The target's headers");
  const { data, truncated } = fitted(notification);
  const format = settings.format === undefined || settings.format === "json" ? "standard" : settings.format;
  const encoded = encode(format, {
    ...{ id: idOf(key), type: NOTIFICATION, source: settings.source ?? "/plumbline", data },
    time: data.events.at(-1)?.time ?? new Date(now()).toISOString(),
  });
  await webhook.deliver(key, { body: encoded.body, headers: { ...headers, ...encoded.headers } });
  return truncated === undefined ? {} : { truncated };
}

/** UTF-16 units of JSON up to which nothing is left out; many receivers take a megabyte, and none of ours more. */
const WHOLE_MOST = 200_000;

function fitted(notification: Notification): { data: Notification; truncated?: string | undefined } {
  if (JSON.stringify(notification).length <= WHOLE_MOST) return { data: notification };
  const fit = new Fitting(WHOLE_MOST);
  const { facts, links, code, actions, events, mentions, group } = notification;
  const data: Notification = {
    ...notification,
    title: fit.text("the title", notification.title, 1000),
    text: fit.text("the text", notification.text, 20_000),
    template: fit.text("the template's name", notification.template, 200),
    mentions: fit.first("mentions", mentions, 50).flatMap((name) => fit.whole("a mention", name, 250) ?? []),
    group: labels(fit, group),
    facts: fit.first("facts", facts, 100).map(({ name, value }) => ({
      ...{ name: fit.text("a fact", name, 500), value: fit.text("a fact", value, 5000) },
    })),
    links: fit.first("links", links, 50).flatMap(({ title, url }) => {
      const whole = fit.whole("a link", url, 2000);
      return whole === undefined ? [] : [{ title: fit.text("a link's title", title, 500), url: whole }];
    }),
    actions: fit
      .first("actions", actions, 25)
      .filter((action) => fit.whole("an action", JSON.stringify(action), 5000) !== undefined),
    events: fit.last("events", events, 100).map((event) => eventOf(fit, event)),
  };
  const { text = "", language } = code ?? {};
  const shown = {
    text: fit.text("the code", text, 50_000),
    ...(language === undefined ? {} : { language: fit.text("the code", language, 50) }),
  };
  return { data: code ? { ...data, code: shown } : data, truncated: fit.omitted };
}

function eventOf(fit: Fitting, { subject, ...event }: NotificationEvent): NotificationEvent {
  return {
    ...event,
    type: fit.text("an event", event.type, 250),
    ...(subject === undefined ? {} : { subject: fit.text("an event", subject, 500) }),
    labels: labels(fit, event.labels),
    summary: fit.text("an event", event.summary, 1000),
  };
}

/** A label that is cut would be another. */
function labels(fit: Fitting, given: Readonly<Record<string, string>>): Record<string, string> {
  const entries = fit.first("labels", Object.entries(given), 50);
  return Object.fromEntries(entries.filter((entry) => fit.whole("a label", entry.join("="), 1000) !== undefined));
}
