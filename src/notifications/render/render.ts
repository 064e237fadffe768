/**
 * From the events of a group that is told to the notification that connectors put into their platform's form. Pure.
 *
 * A template decides about the form and nothing else: severity, status, mentions and the list of events follow from
 * the group and its route. One that fails costs its form only: the generic notification goes out in its place, and the
 * fault is handed back for whoever sends.
 */
import type { Fact, Link, Notification, NotificationAction } from "../../api/notification.ts";
import { OUTPUT_BYTES, renderTemplate, type Template, TemplateError } from "../../expressions/template.ts";
import type { NotificationTemplate } from "./compile-template.ts";
import { TemplateContext } from "./context.ts";
import { eventLine, genericNotification, genericSummary } from "./generic.ts";
import { lines, oneLine, paragraphs } from "./plain.ts";
import type { TemplateSet } from "./template-set.ts";
import type { GroupEvent, Rendered, TemplateFault, Told } from "./types.ts";

/**
 * Makes the notification of one receiver.
 *
 * The receiver's `template` is used, else the one of the events' type; a group of several types is told generically.
 */
export function renderNotification(templates: TemplateSet, told: Told): Rendered {
  const generic = { ...genericNotification(told), ...summarized(templates, told) };
  const wanted = told.receiver.template ?? templates.defaultFor(told.events.map(({ event }) => event.envelope.type));
  const { template, fault } = templates.find(wanted);
  if (!template) return { notification: generic, fault };
  return attempt(template.name, (parts) => renderWith(template, { told, generic, parts }), generic);
}

/** Follows which part is being rendered, and how much came out of all. */
class Parts {
  current = "";
  #bytes = 0;

  render(part: string, template: Template, lookup: Parameters<typeof renderTemplate>[1]): string {
    this.current = part;
    const text = renderTemplate(template, lookup);
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > OUTPUT_BYTES) throw new TemplateError(`All parts together exceed ${OUTPUT_BYTES / 1024} KiB.`);
    return text;
  }
}

function attempt(name: string, render: (parts: Parts) => Notification, generic: Notification): Rendered {
  const parts = new Parts();
  try {
    return { notification: render(parts) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { notification: generic, fault: faultOf(name, parts.current, error) };
  }
}

function faultOf(template: string, part: string, { message, path }: TemplateError): TemplateFault {
  return { template, part, ...(path === undefined ? {} : { path }), message };
}

interface Making {
  told: Told;
  generic: Notification;
  parts: Parts;
}

function renderWith(template: NotificationTemplate, { told, generic, parts }: Making): Notification {
  const context = new TemplateContext(told);
  const lookup = context.lookup(told.events.at(-1));
  const say = (part: string, text: Template | undefined) => text && parts.render(part, text, lookup);
  const { title, summary, text, facts, links, code, actions } = template;
  const made = {
    ...generic,
    template: template.name,
    title: oneLine(say("title", title) ?? "") || generic.title,
    text: text ? paragraphs(say("text", text) ?? "") : generic.text,
    ...(facts ? { facts: factsOf(facts, say) } : {}),
    ...(links ? { links: [...linksOf(links, say), ...generic.links] } : {}),
    ...codeOf(code, say),
    ...(actions ? { actions: actionsOf(actions, say) } : {}),
  };
  if (!summary) return made;
  const line = (one: GroupEvent) => parts.render("summary", summary, context.lookup(one));
  return { ...made, events: told.events.map((one) => eventLine(one, oneLine(line(one)) || genericSummary(one))) };
}

type Say = (part: string, text: Template | undefined) => string | undefined;

/** A fact without a value is left out, so that a template can name what only some events have. */
function factsOf(facts: NonNullable<NotificationTemplate["facts"]>, say: Say): Fact[] {
  return facts
    .map(({ name, value }) => ({ name: oneLine(name), value: paragraphs(say(`facts.${name}`, value) ?? "") }))
    .filter(({ value }) => value !== "");
}

/** A link that leads nowhere is left out; so is one to anything but a page, since data may have given it. */
function linksOf(links: NonNullable<NotificationTemplate["links"]>, say: Say): Link[] {
  return links.flatMap(({ name, value }) => {
    const url = pageOf(say(`links.${name}`, value));
    return url === undefined ? [] : [{ title: oneLine(name), url }];
  });
}

function codeOf(code: NotificationTemplate["code"], say: Say): Pick<Notification, "code"> {
  const text = lines(say("code", code?.text) ?? "");
  if (!code || text === "") return {};
  return { code: { text, ...(code.language === undefined ? {} : { language: code.language }) } };
}

function actionsOf(actions: NonNullable<NotificationTemplate["actions"]>, say: Say): NotificationAction[] {
  return actions.flatMap(({ title, url, id, value, style }, index) => {
    const part = (name: string, text: Template | undefined) => oneLine(say(`actions.${index}.${name}`, text) ?? "");
    const page = pageOf(part("url", url));
    const action = {
      title: part("title", title),
      ...(page === undefined ? {} : { url: page }),
      ...nonEmpty("id", part("id", id)),
      ...nonEmpty("value", part("value", value)),
      ...(style === undefined ? {} : { style }),
    };
    return action.title === "" ? [] : [action];
  });
}

function nonEmpty<Name extends string>(name: Name, text: string): Partial<Record<Name, string>> {
  return text === "" ? {} : ({ [name]: text } as Record<Name, string>);
}

function pageOf(text: string | undefined): string | undefined {
  const url = URL.parse((text ?? "").trim());
  return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : undefined;
}

/** The list of events, each by its own type's template where that can tell of it. */
function summarized(templates: TemplateSet, told: Told): Pick<Notification, "events"> {
  const context = new TemplateContext(told);
  const line = (one: GroupEvent): string => {
    const { template } = templates.find(templates.defaultFor([one.event.envelope.type]));
    if (!template?.summary) return genericSummary(one);
    try {
      return oneLine(renderTemplate(template.summary, context.lookup(one))) || genericSummary(one);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return genericSummary(one);
    }
  };
  return { events: told.events.map((one) => eventLine(one, line(one))) };
}
