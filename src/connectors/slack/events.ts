/**
 * What Slack sends: events, interactions and slash commands, all signed alike and all to one address.
 *
 * The signature covers the time and the raw body, form or JSON (docs.slack.dev, "Verifying requests from Slack").
 * An event is sent up to three times more, with the same `event_id`. Interactions carry no id; theirs is made of
 * what tells one from another. Interactions and slash commands have to be answered 200 with an empty body within
 * three seconds: Slack would show anything else to the person.
 */
import {
  bodyText,
  type CheckedAccount,
  type Events,
  headerOf,
  type InboundRequest,
  isForm,
  jsonObject,
  type PlatformEvent,
  wholeSeconds,
} from "../../connector-kit/index.ts";
import { interactions, main, names, RATE_LIMITED, SLASH_COMMAND } from "./event-names.ts";
import { causers, subjectOf } from "./event-people.ts";

type Fields = Record<string, unknown>;

const TIMESTAMP = "X-Slack-Request-Timestamp";

export const events: Events = {
  names,
  main,
  authenticate: {
    type: "hmac",
    algorithm: "sha256",
    encoding: "hex",
    credential: "signingSecret",
    header: "X-Slack-Signature",
    prefix: "v0=",
    signed: (request) => Buffer.concat([Buffer.from(`v0:${headerOf(request, TIMESTAMP) ?? ""}:`), request.body]),
    timestamp: { of: (request) => wholeSeconds(headerOf(request, TIMESTAMP)), toleranceSeconds: 300 },
  },
  handshake(request) {
    const { type, challenge } = handshakeOf(request) ?? {};
    if (type !== HANDSHAKE || typeof challenge !== "string") return undefined;
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ challenge }) };
  },
  parse(request) {
    return isForm(headerOf(request, "Content-Type")) ? fromForm(request) : fromJson(bodyText(request));
  },
  own: ({ data }, account) => isOwn(data as Fields, account),
};

const HANDSHAKE = "url_verification";

/** What cannot be read is no handshake; `parse` says what is wrong with it. Most texts are read there only. */
function handshakeOf(request: InboundRequest): Fields | undefined {
  if (isForm(headerOf(request, "Content-Type"))) return undefined;
  try {
    const text = bodyText(request);
    return text.includes(HANDSHAKE) ? jsonObject(text, "body") : undefined;
  } catch {
    return undefined;
  }
}

function fromJson(text: string): PlatformEvent[] {
  const envelope = jsonObject(text, "body");
  const { type, event_id: id, event_time: time, event } = envelope;
  if (type === RATE_LIMITED) return [rateLimited(envelope, text)];
  if (type !== "event_callback") return [];
  const name = (event as Fields | undefined)?.type;
  if (typeof id !== "string" || typeof name !== "string") throw new Error("The envelope lacks its event or event_id.");
  const at = typeof time === "number" ? { time: new Date(time * 1000).toISOString() } : {};
  return [{ id, name, ...at, ...subjectOf(event as Fields), data: envelope, text, exact: true }];
}

function rateLimited(data: Fields, text: string): PlatformEvent {
  const { team_id: team, minute_rate_limited: minute } = data;
  return { id: [RATE_LIMITED, team, minute].join(":"), name: RATE_LIMITED, data, text, exact: true };
}

/** An interaction has its JSON in the field `payload`; a slash command is the form itself. */
function fromForm(request: InboundRequest): PlatformEvent[] {
  const form = new URLSearchParams(bodyText(request));
  const payload = form.get("payload");
  if (payload !== null) return [interaction(jsonObject(payload, "payload"), payload)];
  return form.has("command") ? [slashCommand(Object.fromEntries(form))] : [];
}

/** Its `token`, which proves nothing that the signature does not, is kept out of what rules and history see. */
function slashCommand({ token: _, ...data }: Record<string, string>): PlatformEvent {
  const { trigger_id: trigger = "", channel_id: channel, user_id: user } = data;
  if (trigger === "") throw new Error("The slash command lacks its trigger_id.");
  const subject = channel ?? user;
  return { id: `${SLASH_COMMAND}:${trigger}`, name: SLASH_COMMAND, ...(subject ? { subject } : {}), data };
}

function interaction(payload: Fields, text: string): PlatformEvent {
  const { type } = payload;
  if (typeof type !== "string" || !interactions.includes(type)) throw new Error("The interaction has no known type.");
  return { id: interactionId(type, payload), name: type, ...subjectOf(payload), data: payload, text, exact: true };
}

/** Of buttons: message, action, moment and person; of the rest the trigger, which is another each time. */
function interactionId(type: string, payload: Fields): string {
  const { container, actions, user, view, trigger_id: trigger, action_ts: moment, hash } = payload as Interaction;
  const place = container?.message_ts ?? container?.view_id ?? view?.id ?? "";
  const done = (actions ?? []).flatMap(({ action_id: action, action_ts: at }) => [action, at]);
  const last = done.length > 0 ? done : [trigger ?? moment ?? hash ?? view?.hash];
  return [type, place, ...last, user?.id].map((part) => part ?? "").join(":");
}

interface Interaction {
  container?: { message_ts?: string; view_id?: string };
  actions?: readonly { action_id?: string; action_ts?: string }[];
  user?: { id?: string };
  view?: { id?: string; hash?: string };
  trigger_id?: string;
  action_ts?: string;
  hash?: string;
}

function isOwn(data: Fields, { id, aliases = [] }: CheckedAccount): boolean {
  return causers(data).some((causer) => causer === id || aliases.includes(causer));
}
