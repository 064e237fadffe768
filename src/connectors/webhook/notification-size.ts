/**
 * The size of a notification that is posted as JSON. No limit is known of a receiver; many take a megabyte, as we do.
 *
 * What programs compare is whole or not there: addresses, labels, actions. Texts for people keep their beginning.
 */
import { Fitting, type Notification, type NotificationEvent } from "../../connector-kit/index.ts";

/** UTF-16 units of JSON up to which nothing is left out. */
const WHOLE_MOST = 200_000;

/** @returns the notification with what fits of it, and what was left out as a sentence. */
export function fitted(notification: Notification): { data: Notification; truncated?: string | undefined } {
  if (JSON.stringify(notification).length <= WHOLE_MOST)
    return { data: notification, truncated: earlier(notification) };
  const fit = new Fitting(WHOLE_MOST);
  const data = { ...notification, ...texts(fit, notification), ...lists(fit, notification) };
  return { data: { ...data, ...codeOf(fit, notification) }, truncated: fit.omitted };
}

/** What was left out before it came here. */
function earlier({ events, earlierEvents }: Notification): string | undefined {
  const fit = new Fitting();
  fit.last("events", events, events.length, earlierEvents);
  return fit.omitted;
}

function texts(fit: Fitting, { title, text, template, group }: Notification): Partial<Notification> {
  return {
    title: fit.text("the title", title, 1000),
    text: fit.text("the text", text, 20_000),
    template: fit.text("the template's name", template, 200),
    group: labels(fit, group),
  };
}

function lists(
  fit: Fitting,
  { facts, links, actions, events, earlierEvents, mentions }: Notification,
): Partial<Notification> {
  return {
    mentions: fit.first("mentions", mentions, 50).flatMap((name) => fit.whole("a mention", name, 250) ?? []),
    facts: fit.first("facts", facts, 100).map(({ name, value }) => ({
      name: fit.text("a fact", name, 500),
      value: fit.text("a fact", value, 5000),
    })),
    links: fit.first("links", links, 50).flatMap(({ title, url }) => {
      const whole = fit.whole("a link", url, 2000);
      return whole === undefined ? [] : [{ title: fit.text("a link's title", title, 500), url: whole }];
    }),
    actions: fit
      .first("actions", actions, 25)
      .filter((action) => fit.whole("an action", JSON.stringify(action), 5000) !== undefined),
    ...newest(fit, events, earlierEvents),
  };
}

function newest(fit: Fitting, events: readonly NotificationEvent[], earlier = 0): Partial<Notification> {
  const shown = fit.last("events", events, 100, earlier);
  const left = events.length - shown.length + earlier;
  return { events: shown.map((event) => eventOf(fit, event)), ...(left > 0 ? { earlierEvents: left } : {}) };
}

function codeOf(fit: Fitting, { code }: Notification): Pick<Notification, "code"> {
  if (!code) return {};
  const language = code.language === undefined ? undefined : fit.whole("the code's language", code.language, 50);
  return { code: { text: fit.text("the code", code.text, 50_000), ...(language === undefined ? {} : { language }) } };
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
