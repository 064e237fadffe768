/**
 * A notification as the text of an issue or a comment.
 *
 * GitHub takes 65,536 characters (docs.github.com, REST API endpoints for issues); what is more than `TEXTS_MOST` is
 * left for what stands between the texts, and the hidden mark.
 */
import { Fitting, type Notification, oneLine, webAddress } from "../../connector-kit/index.ts";
import { broken, codeBlock, escapeCharacter, inlineCode, linkAddress } from "./markdown.ts";

export interface Rendered {
  /** Of an issue. */
  title: string;
  body: string;
  truncated?: string;
}

const TEXTS_MOST = 45_000;
const TITLE_MOST = 200;
const TEXT_MOST = 15_000;
const FACTS_MOST = 100;
const FACT_MOST = 1000;
const CODE_MOST = 20_000;
const LINKS_MOST = 20;
const LINK_TITLE_MOST = 200;
const URL_MOST = 2000;
const EVENTS_MOST = 50;
const EVENT_MOST = 300;
const MENTIONS_MOST = 50;
/** More backticks in a row than anybody means; the fence has to be longer. */
const BACKTICKS_MOST = 20;

/** @param heading whether the title stands in the text, as in a comment. */
export function render(notification: Notification, heading: boolean): Rendered {
  const fit = new Fitting(TEXTS_MOST);
  const said = oneLine(notification.title) || "Notification";
  const title = fit.text("the title", broken(said), TITLE_MOST);
  const parts = [
    heading ? `### ${text(fit, "the title", said, TITLE_MOST)}` : "",
    mentions(fit, notification),
    summary(notification),
    text(fit, "the text", notification.text.trim(), TEXT_MOST),
    facts(fit, notification),
    list(links(fit, notification)),
    list(actions(fit, notification)),
    list(events(fit, notification)),
    code(fit, notification),
  ];
  const truncated = fit.omitted;
  const last = truncated === undefined ? "" : `*${escaped(truncated, 2000)}*`;
  const body = [...parts, last].filter((part) => part !== "").join("\n\n");
  return { title, body, ...(truncated === undefined ? {} : { truncated }) };
}

function text(fit: Fitting, what: string, raw: string, most: number): string {
  return fit.text(what, broken(raw), most, escapeCharacter);
}

function escaped(raw: string, most: number): string {
  return text(new Fitting(), "", raw, most);
}

/** Logins and teams as `@name`; all else is written out and mentions nobody. */
function mentions(fit: Fitting, { mentions: names }: Notification): string {
  const given = [...new Set(names.map(oneLine))].filter((name) => name !== "");
  return fit
    .first("mentions", given, MENTIONS_MOST)
    .map((name) => {
      if (/^@[A-Za-z0-9][A-Za-z0-9-]{0,99}(?:\/[A-Za-z0-9][\w.-]{0,99})?$/.test(name))
        return fit.whole("a mention", name, 250) ?? "";
      fit.omit(`the mention ${name.slice(0, 100)}, which is no @LOGIN or @ORGANIZATION/TEAM`);
      return text(fit, "a mention", name, 200);
    })
    .join(" ");
}

function summary({ severity, status, urgency, events: all, earlierEvents = 0, heldBack = 0 }: Notification): string {
  const time = all.at(-1)?.time;
  const said = [
    `**${severity}**`,
    status,
    urgency && `urgency ${urgency}`,
    time && escaped(time, 100),
    all.length > 1 ? `${all.length + earlierEvents} events` : undefined,
    heldBack > 0 ? `${heldBack} more were held back` : undefined,
  ];
  return said.filter(Boolean).join(" · ");
}

function facts(fit: Fitting, { facts: all }: Notification): string {
  if (all.length === 0) return "";
  const rows = fit.first("facts", all, FACTS_MOST).map(({ name, value }) => {
    const first = text(fit, "a fact", oneLine(name), FACT_MOST);
    return `| ${first} | ${cell(fit, value)} |`;
  });
  return ["| | |", "| --- | --- |", ...rows].join("\n");
}

/** Code where that is possible, to be shown letter by letter; in a table a bar ends even that. */
function cell(fit: Fitting, value: string): string {
  const line = oneLine(value);
  if (line.includes("|") || inlineCode(line) === undefined) return text(fit, "a fact", line, FACT_MOST);
  return inlineCode(fit.text("a fact", line, FACT_MOST)) ?? "";
}

function links(fit: Fitting, { links: all }: Notification): string[] {
  return fit.first("links", all, LINKS_MOST).flatMap(({ title, url }) => link(fit, title, url) ?? []);
}

function link(fit: Fitting, title: string, url: string): string | undefined {
  const address = webAddress(url);
  if (address === undefined) {
    fit.omit("a link, whose address is none of http or https");
    return undefined;
  }
  const whole = fit.whole("a link, whose address is too long", linkAddress(address), URL_MOST);
  return whole && `[${text(fit, "a link's title", oneLine(title) || "Link", LINK_TITLE_MOST)}](${whole})`;
}

/** There are no buttons here: one that opens a page is a link, any other is told. */
function actions(fit: Fitting, { actions: all }: Notification): string[] {
  return fit.first("actions", all, LINKS_MOST).flatMap(({ title, url, id }) => {
    if (url !== undefined) return link(fit, title, url) ?? [];
    if (!id) return [];
    const said = text(fit, "an action", oneLine(title) || id, LINK_TITLE_MOST);
    return [`${said} (where there are buttons)`];
  });
}

/** One event is told by title and text. */
function events(fit: Fitting, { events: all, earlierEvents }: Notification): string[] {
  if (all.length < 2) return [];
  return fit.last("events", all, EVENTS_MOST, earlierEvents).map(({ time, summary: said }) => {
    const line = [time, oneLine(said)].filter(Boolean).join(" ");
    return text(fit, "an event", line, EVENT_MOST);
  });
}

function list(items: readonly string[]): string {
  return items
    .filter((item) => item !== "")
    .map((item) => `- ${item}`)
    .join("\n");
}

function code(fit: Fitting, { code: given }: Notification): string {
  if (!given) return "";
  const shorter = given.text.trimEnd().replace(/`{21,}/g, "`".repeat(BACKTICKS_MOST));
  if (shorter !== given.text.trimEnd()) fit.omit("some backticks of the code");
  const lines = fit.text("the code", shorter, CODE_MOST);
  return lines === "" ? "" : codeBlock(lines, given.language);
}
