/**
 * A notification as Block Kit.
 *
 * Its texts are `plain_text` or elements of `rich_text`, in which Slack reads no formatting, mentions or links; only
 * the mentions of the route are mrkdwn. Sizes are from docs.slack.dev/reference/block-kit; a message as a whole has a
 * limit that is not published (`msg_blocks_too_long`), which `MESSAGE_MOST` stays below.
 */
import { Fitting, type Notification, type NotificationAction, oneLine, webAddress } from "../../connector-kit/index.ts";
import { type Mentions, MOST_MENTIONS } from "./mentions.ts";
import { escapeCharacter } from "./text.ts";

export interface Rendered {
  /** Shown where blocks are not, such as on a phone's lock screen. mrkdwn. */
  text: string;
  blocks: readonly Block[];
  truncated?: string;
}

type Block = Readonly<Record<string, unknown>> & { type: string };

const MESSAGE_MOST = 12_000;
const HEADER_MOST = 150;
const TEXT_MOST = 3000;
/** How many sections the text may fill. */
const TEXT_SECTIONS = 2;
const FIELD_MOST = 2000;
const FIELDS_EACH = 10;
const FACTS_MOST = 50;
const LINKS_MOST = 10;
const LINK_TITLE_MOST = 200;
const URL_MOST = 3000;
const BUTTONS_MOST = 25;
const BUTTON_MOST = 75;
const ACTION_ID_MOST = 255;
const VALUE_MOST = 2000;
const EVENTS_MOST = 10;
const EVENT_MOST = 250;

/** @returns blocks and text that Slack takes, whatever stands in the notification. */
export function render(notification: Notification, mentions: Mentions): Rendered {
  const fit = new Fitting(MESSAGE_MOST);
  for (const name of mentions.unknown) fit.omit(`the mention ${name}, which Slack knows nobody by`);
  fit.first("mentions", notification.mentions, MOST_MENTIONS);
  const header = plain(fit.text("the title", headline(notification), HEADER_MOST, escapeCharacter));
  const blocks: Block[] = [
    { type: "header", text: header },
    ...mentionBlock(mentions),
    ...textBlocks(fit, notification),
    ...factBlocks(fit, notification),
    ...eventBlocks(fit, notification),
    ...linkBlocks(fit, notification),
    ...codeBlocks(fit, notification),
    ...actionBlocks(fit, notification),
  ];
  const truncated = fit.omitted;
  const context = { type: "context", elements: [summary(notification), truncated].filter(isText).map(contextText) };
  return {
    text: [header.text, ...mentions.texts].join(" "),
    blocks: [...blocks, context],
    ...(truncated === undefined ? {} : { truncated }),
  };
}

/** A colour needs an attachment, which Slack folds; so the sign tells the severity. */
const signs: Readonly<Record<Notification["severity"], string>> = {
  critical: "🔴",
  error: "🟠",
  warning: "🟡",
  info: "🔵",
};

function headline({ title, severity, status }: Notification): string {
  return `${status === "resolved" ? "🟢" : signs[severity]} ${oneLine(title) || "Notification"}`;
}

function summary({ severity, status, urgency, events, earlierEvents = 0, heldBack = 0 }: Notification): string {
  const time = events.at(-1)?.time;
  const said = [
    severity,
    status,
    ...(urgency === undefined ? [] : [`urgency ${urgency}`]),
    ...(time === undefined ? [] : [time]),
    ...(events.length > 1 ? [`${events.length + earlierEvents} events`] : []),
    ...(heldBack > 0 ? [`${heldBack} more were held back`] : []),
  ];
  return said.filter(isText).join(" · ");
}

function isText(text: string | undefined): text is string {
  return text !== undefined;
}

function contextText(text: string): object {
  return plain(new Fitting().text("", text, TEXT_MOST, escapeCharacter));
}

function plain(text: string): { type: "plain_text"; text: string; emoji: false } {
  return { type: "plain_text", text, emoji: false };
}

/** `verbatim`: Slack makes no links and mentions of what only looks like some. */
function mentionBlock({ texts }: Mentions): Block[] {
  if (texts.length === 0) return [];
  const text = texts.join(" ");
  const fitting = text.length > TEXT_MOST ? text.slice(0, text.lastIndexOf(" ", TEXT_MOST)) : text;
  return [{ type: "section", text: { type: "mrkdwn", text: fitting, verbatim: true } }];
}

function textBlocks(fit: Fitting, { text }: Notification): Block[] {
  const paragraphs = text.trim();
  const sections: Block[] = [];
  for (let at = 0; at < paragraphs.length && sections.length < TEXT_SECTIONS; ) {
    const end = sections.length === TEXT_SECTIONS - 1 ? paragraphs.length : pieceEnd(paragraphs, at);
    const piece = fit.text("the text", paragraphs.slice(at, end).trim(), TEXT_MOST, escapeCharacter);
    if (piece !== "") sections.push({ type: "section", text: plain(piece) });
    at = end;
  }
  return sections;
}

/** Where a section ends that begins at a place: as much as fits once it is escaped, to the end of a line if it can. */
function pieceEnd(text: string, from: number): number {
  let length = 0;
  let end = from;
  for (const character of text.slice(from, from + TEXT_MOST)) {
    length += escapeCharacter(character).length;
    if (length > TEXT_MOST) break;
    end += character.length;
  }
  if (end >= text.length) return text.length;
  const lineEnd = text.lastIndexOf("\n", end - 1);
  return lineEnd > from ? lineEnd : end;
}

function factBlocks(fit: Fitting, { facts }: Notification): Block[] {
  const fields = fit.first("facts", facts, FACTS_MOST).flatMap(({ name, value }) => {
    const text = fit.text("a fact", `${oneLine(name)}\n${value.trim() || "(empty)"}`, FIELD_MOST, escapeCharacter);
    return text === "" ? [] : [plain(text)];
  });
  const sections = Math.ceil(fields.length / FIELDS_EACH);
  return Array.from({ length: sections }, (_, index) => ({
    type: "section",
    fields: fields.slice(index * FIELDS_EACH, (index + 1) * FIELDS_EACH),
  }));
}

/** One event is told by title and text. */
function eventBlocks(fit: Fitting, { events, earlierEvents }: Notification): Block[] {
  if (events.length < 2) return [];
  const lines = fit
    .last("events", events, EVENTS_MOST, earlierEvents)
    .map(({ time, summary }) =>
      fit.text("an event", `• ${[time, oneLine(summary)].filter(Boolean).join(" ")}`, EVENT_MOST, escapeCharacter),
    )
    .filter((line) => line !== "");
  return lines.length === 0 ? [] : [{ type: "section", text: plain(lines.join("\n")) }];
}

function linkBlocks(fit: Fitting, { links }: Notification): Block[] {
  const elements = fit.first("links", links, LINKS_MOST).flatMap(({ title, url }) => {
    const address = addressOf(fit, url);
    if (address === undefined) return [];
    const text = fit.text("a link's title", oneLine(title) || address, LINK_TITLE_MOST);
    return [{ type: "link", url: address, ...(text === "" ? {} : { text }) }];
  });
  if (elements.length === 0) return [];
  const divided = elements.flatMap((link, index) => (index === 0 ? [link] : [{ type: "text", text: "  ·  " }, link]));
  return [richText({ type: "rich_text_section", elements: divided })];
}

/** @returns an address that Slack takes as one. */
function addressOf(fit: Fitting, url: string): string | undefined {
  const address = webAddress(url);
  if (address !== undefined) return fit.whole("a link, whose address is too long", address, URL_MOST);
  fit.omit("a link, whose address is none of http or https");
  return undefined;
}

function codeBlocks(fit: Fitting, { code }: Notification): Block[] {
  const text = code && fit.text("the code", code.text.trimEnd(), TEXT_MOST);
  return text ? [richText({ type: "rich_text_preformatted", elements: [{ type: "text", text }] })] : [];
}

function richText(element: object): Block {
  return { type: "rich_text", elements: [element] };
}

function actionBlocks(fit: Fitting, { actions }: Notification): Block[] {
  const ids = new Set<string>();
  const distinct = actions.filter(({ id }) => !id || (!ids.has(id) && ids.add(id)));
  if (distinct.length < actions.length) fit.omit("an action, whose id another one has");
  const buttons = fit.first("actions", distinct, BUTTONS_MOST).flatMap((action, index) => button(fit, action, index));
  return buttons.length === 0 ? [] : [{ type: "actions", elements: buttons }];
}

/** Ids may not repeat in a block, and a cut id or value would mean another: such a button is left out. */
function button(fit: Fitting, { title, url, id, value, style }: NotificationAction, index: number): object[] {
  const label = new Fitting().text("", oneLine(title) || "Open", BUTTON_MOST, escapeCharacter);
  const address = url === undefined ? undefined : addressOf(fit, url);
  const isTooLong = (id ?? "").length > ACTION_ID_MOST || (value ?? "").length > VALUE_MOST;
  if (isTooLong) fit.omit("an action, whose id or value is too long");
  if (isTooLong || (address === undefined && !id)) return [];
  return [
    {
      type: "button",
      text: plain(label),
      action_id: id || `plumbline-link-${index}`,
      ...(address === undefined ? {} : { url: address }),
      ...(value ? { value } : {}),
      ...(style === undefined ? {} : { style }),
    },
  ];
}
