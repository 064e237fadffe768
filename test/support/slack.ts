/**
 * Slack on a free port: npm `emulate`'s stateful emulator behind a small server that adds what the
 * emulator lacks of the real Web API and hands the rest on.
 *
 * Added, each from docs.slack.dev: token types, GET for methods that read, user groups, channels as
 * `slack/conversations.ts` describes them, scopes in a header, and no quota headers (Slack sends none).
 * Channels that were seeded do not have the bot as a member, as on Slack.
 */
import { createEmulator } from "emulate";
import { type Answer, connect, isRecord, parsed, type Received, serve, type Upstream } from "./loopback.ts";
import type { Recorded } from "./proxy.ts";
import { conversations, shown } from "./slack/conversations.ts";
import {
  type Account,
  aliasesOf,
  type Body,
  type Call,
  createState,
  failure,
  isRead,
  type Parameters,
  parametersOf,
  respond,
  type SlackState,
} from "./slack/state.ts";
import { usergroups } from "./slack/usergroups.ts";

export interface SlackSeed {
  /** The workspace's name; default `Acme`. */
  team?: string;
  /** People beside the admin: user name and e-mail. */
  users?: readonly { name: string; email: string }[];
  /** Channels beside `general` and `random`; every person is in them. */
  channels?: readonly { name: string; topic?: string; purpose?: string; private?: boolean }[];
  /** The token's scopes; default all that the stand-in has methods for. */
  scopes?: readonly string[];
  /** Whether a call without its scope is refused with `missing_scope`; default true. */
  strictScopes?: boolean;
  /** The most that a page holds, whatever was asked for. */
  pageLimit?: number;
}

export interface Slack {
  url: string;
  /** A bot token. */
  token: string;
  /** A token of the workspace's admin. */
  userToken: string;
  teamId: string;
  /** The bot's own user id. */
  botUserId: string;
  /** An incoming webhook that posts to `general`. */
  webhookUrl: string;
  /** Calls a method, by default as the admin, to look at things and to change them behind Plumbline's back. */
  call(method: string, parameters?: Parameters, as?: Account): Promise<Body>;
  /** A channel that the admin or the bot sees, archived ones too. Texts are as Slack shows them, escaped. */
  channel(name: string): Promise<Body | undefined>;
  /** The user ids of a channel's members, in ascending order. */
  members(channel: string): Promise<string[]>;
  /** A user group by its handle, disabled ones too. */
  group(handle: string): Promise<Body | undefined>;
  userId(email: string): Promise<string>;
  close(): Promise<void>;
}

/** Whether a recorded request changes something: all but the methods that read. For `recordingProxy`. */
export function isSlackWrite(request: Pick<Recorded, "path">): boolean {
  return !isRead(request.path.slice(request.path.lastIndexOf("/") + 1));
}

const allScopes = [
  ...["bookmarks:read", "bookmarks:write", "channels:history", "channels:join", "channels:manage", "channels:read"],
  ...["channels:write", "chat:write", "chat:write.public", "files:read", "files:write", "groups:history"],
  ...["groups:read", "groups:write", "im:read", "im:write", "mpim:read", "mpim:write", "pins:read", "pins:write"],
  ...["reactions:read", "reactions:write", "team:read", "usergroups:read", "usergroups:write", "users.profile:write"],
  ...["users:read", "users:read.email", "users:write"],
];

const teamId = "T000000001";
const botUserId = "U0BOT00001";
const tokens = {
  bot: "xoxb-000000000000-botbotbotbotbotbotbotbot",
  user: "xoxp-000000000000-useruseruseruseruseruser",
};

/** Starts it. Nothing is shared between two of them. */
export async function startSlack(seed: SlackSeed = {}): Promise<Slack> {
  const scopes = seed.scopes ?? allScopes;
  const emulator = await createEmulator({ service: "slack", port: 0, seed: { slack: emulatorSeed(seed, scopes) } });
  const upstream = connect(emulator.url);
  const state = createState(upstream, { teamId, botUserId, scopes });
  const loopback = await serve((request) => answer(state, upstream, request, seed.pageLimit));
  const webhookUrl = `${loopback.url}/services/${teamId}/B000000001/X000000001`;
  const call = caller(loopback.url);
  return {
    url: loopback.url,
    token: tokens.bot,
    userToken: tokens.user,
    teamId,
    botUserId,
    webhookUrl,
    call,
    ...views(call),
    async close() {
      await loopback.close();
      await upstream.close();
      await emulator.close();
    },
  };
}

function emulatorSeed(seed: SlackSeed, scopes: readonly string[]): Record<string, unknown> {
  const aliases = (type: Account, user: string) =>
    aliasesOf(type).map((token) => ({ token, type, user_id: user, scopes }));
  return {
    team: { name: seed.team ?? "Acme", domain: "acme" },
    users: seed.users ?? [],
    channels: (seed.channels ?? []).map(({ private: hidden, ...channel }) => ({ ...channel, is_private: hidden })),
    oauth_apps: [
      {
        ...{ client_id: "1.1", client_secret: "unused", name: "Plumbline", redirect_uris: [], scopes },
        ...{ bot_user_id: botUserId, bot_id: "B0BOT00001", bot_name: "plumbline" },
      },
    ],
    tokens: [...aliases("bot", botUserId), ...aliases("user", "U000000001")],
    strict_scopes: seed.strictScopes ?? true,
  };
}

async function answer(
  state: SlackState,
  upstream: Upstream,
  request: Received,
  pageLimit: number | undefined,
): Promise<Answer> {
  const method = /^\/api\/([A-Za-z.0-9]+)$/.exec(request.path)?.[1];
  if (method === undefined) return upstream.send(request); // incoming webhooks and uploads carry no token
  const as = accountOf(request);
  if (as === undefined) return respond(state, failure(request.headers.authorization ? "invalid_auth" : "not_authed"));
  const parameters = limited(parametersOf(request, method), method, pageLimit);
  return respond(state, uploadedHere(await dispatch(state, { method, parameters, as }), request));
}

/** The emulator gives its own address for the bytes of a file; here they come the way that the request came. */
function uploadedHere(body: Body, { headers }: Received): Body {
  if (typeof body.upload_url !== "string") return body;
  return { ...body, upload_url: `http://${headers.host}${new URL(body.upload_url).pathname}` };
}

/** Methods that take no bot token (their pages name the token types). */
const userOnly = new Set(["users.profile.set", "users.setPresence"]);

async function dispatch(state: SlackState, call: Call): Promise<Body> {
  if (call.as === "bot" && userOnly.has(call.method)) return failure("not_allowed_token_type");
  const own = (await usergroups(state, call)) ?? (await conversations(state, call));
  return own ?? shown(state, call, await state.ask(call.method, call.parameters, call.as));
}

function accountOf(request: Received): Account | undefined {
  const given = /^bearer +(.*)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (given === tokens.bot) return "bot";
  return given === tokens.user ? "user" : undefined;
}

/** Asks for smaller pages than the client did, so that few things fill several. */
function limited(parameters: Record<string, string>, method: string, most: number | undefined): Parameters {
  if (most === undefined || !/\.(list|members)$/.test(method)) return parameters;
  return { ...parameters, limit: String(Math.min(most, Number(parameters.limit) || 100)) };
}

function caller(url: string): Slack["call"] {
  return async (method, parameters = {}, as = "user") => {
    const link = connect(url);
    try {
      const reply = await link.send({
        method: "POST",
        path: `/api/${method}`,
        query: new URLSearchParams(),
        headers: { authorization: `Bearer ${tokens[as]}`, "content-type": "application/x-www-form-urlencoded" },
        body: Buffer.from(new URLSearchParams(parameters).toString()),
      });
      const body = parsed(reply.body);
      return isRecord(body) ? body : {};
    } finally {
      await link.close();
    }
  };
}

function views(call: Slack["call"]): Pick<Slack, "channel" | "members" | "group" | "userId"> {
  /** Reads a list to its end. */
  const pages = async (method: string, property: string, parameters: Parameters, as: Account): Promise<unknown[]> => {
    const found: unknown[] = [];
    for (let cursor = ""; ; ) {
      const body = await call(method, { ...parameters, limit: "1000", ...(cursor ? { cursor } : {}) }, as);
      found.push(...((body[property] ?? []) as unknown[]));
      cursor = String((body.response_metadata as { next_cursor?: string } | undefined)?.next_cursor ?? "");
      if (cursor === "") return found;
    }
  };
  const find = async (name: string): Promise<{ channel: Body; as: Account } | undefined> => {
    for (const as of ["user", "bot"] as const) {
      const all = await pages("conversations.list", "channels", { types: "public_channel,private_channel" }, as);
      const channel = (all as Body[]).find((one) => one.name === name);
      if (channel) return { channel, as };
    }
    return undefined;
  };
  return {
    channel: async (name) => (await find(name))?.channel,
    async members(name) {
      const found = await find(name);
      if (!found) return [];
      const channel = String(found.channel.id);
      return ((await pages("conversations.members", "members", { channel }, found.as)) as string[]).sort();
    },
    async group(handle) {
      const { usergroups: groups } = await call("usergroups.list", { include_users: "true", include_disabled: "true" });
      return (groups as Body[]).find((group) => group.handle === handle);
    },
    async userId(email) {
      const { user } = await call("users.lookupByEmail", { email });
      return String((user as Body | undefined)?.id);
    },
  };
}
