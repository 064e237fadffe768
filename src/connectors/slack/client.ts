/**
 * Slack's Web API: a method per call; parses answers; knows no manifests.
 *
 * Sizes and methods are from docs.slack.dev (Web API methods, Pagination).
 */
import {
  byCursor,
  type Check,
  ConnectorError,
  type HttpReader,
  type HttpWriter,
  type Identity,
  type RequestOptions,
} from "../../connector-kit/index.ts";
import { alreadyIn } from "./protocol.ts";
import { decodeText } from "./text.ts";

/** Things in a page: 200 is what Slack advises, 999 its most. */
const PAGE = 200;
/** People in one invitation (conversations.invite). */
const INVITE_MOST = 1000;
/** Slack's own account in every workspace, which is not marked as a bot. */
const SLACKBOT = "USLACKBOT";

/** A channel as `conversations.list` shows it. */
export interface SlackChannel {
  id: string;
  name: string;
  private: boolean;
  archived: boolean;
  /** Whether our own account is in it. */
  member: boolean;
  /** Shared with another workspace, whose people cannot be managed here. */
  shared: boolean;
  topic: string;
  purpose: string;
}

interface RawChannel {
  id: string;
  name: string;
  is_private?: boolean;
  is_archived?: boolean;
  is_member?: boolean;
  is_ext_shared?: boolean;
  topic?: { value?: string };
  purpose?: { value?: string };
}

/** A message to be sent. */
export interface Message {
  text: string;
  blocks?: readonly unknown[];
  /** The `ts` of the message that it answers. */
  thread?: string;
  /** By which a repetition can be told. */
  key: string;
}

interface Account {
  team_id: string;
  team: string;
  user_id: string;
  user?: string;
  bot_id?: string;
}

interface Access {
  account: Account;
  /** Left out where no header tells them. */
  scopes: readonly string[] | undefined;
}

interface RawUser {
  id: string;
  deleted?: boolean;
  is_bot?: boolean;
  profile?: { email?: string };
}

type Form = NonNullable<RequestOptions["form"]>;

export class SlackReader {
  readonly #http: HttpReader;
  #account: Promise<Access> | undefined;

  constructor(http: HttpReader) {
    this.#http = http;
  }

  /** Which workspace the token leads to. */
  async workspace(): Promise<Identity> {
    const { account } = await this.account();
    return { id: account.team_id, title: `team ${account.team}` };
  }

  async check(): Promise<Check> {
    const { account, scopes } = await this.account();
    return {
      account: { id: account.user_id, ...(account.user ? { name: account.user } : {}) },
      ...(scopes ? { scopes } : {}),
    };
  }

  /** Whose token it is; asked once, a failure again. */
  account(): Promise<Access> {
    this.#account ??= this.#access().catch((error: unknown) => {
      this.#account = undefined;
      throw error;
    });
    return this.#account;
  }

  async #access(): Promise<Access> {
    const { body, headers } = await this.#http.post("/api/auth.test", { form: {}, what: "say whose token this is" });
    const scopes = headers.get("x-oauth-scopes");
    const words = scopes?.split(",").map((scope) => scope.trim());
    return { account: body as Account, scopes: words?.filter(Boolean) };
  }

  /** All channels that the token may see, archived ones too. */
  async *channels(): AsyncGenerator<SlackChannel> {
    const form = { types: "public_channel,private_channel", exclude_archived: false, limit: PAGE };
    for await (const raw of this.#pages<RawChannel>(
      "conversations.list",
      form,
      "channels",
      "tier2",
      "list the channels",
    )) {
      yield channelOf(raw);
    }
  }

  /** The ids of a channel's members, our own account included. */
  async members(channel: string): Promise<string[]> {
    const form = { channel, limit: PAGE };
    return Array.fromAsync(
      this.#pages<string>("conversations.members", form, "members", "tier4", `list the members of ${channel}`),
    );
  }

  /** @returns the id of the active person with this address, or undefined. */
  async userByEmail(email: string): Promise<string | undefined> {
    try {
      const { body } = await this.#http.post("/api/users.lookupByEmail", {
        form: { email },
        limit: "tier3",
        what: `look up ${email}`,
      });
      const { user } = body as { user: RawUser };
      return user.deleted ? undefined : user.id;
    } catch (error) {
      if (error instanceof ConnectorError && error.platformCode === "users_not_found") return undefined;
      throw error;
    }
  }

  /**
   * All active people with an address.
   *
   * @throws ConnectorError when no person at all shows an address: the token may not read them, and nobody
   *   may be taken for unknown because of that.
   */
  async *users(): AsyncGenerator<{ id: string; email: string }> {
    const what = "list the people";
    let hidden = 0;
    let shown = 0;
    for await (const user of this.#pages<RawUser>("users.list", { limit: PAGE }, "members", "tier2", what)) {
      const email = user.profile?.email;
      if (user.deleted || user.is_bot || user.id === SLACKBOT) continue;
      if (email) {
        shown += 1;
        yield { id: user.id, email };
      } else hidden += 1;
    }
    if (shown > 0 || hidden === 0) return;
    throw new ConnectorError(
      "PERMISSION",
      "Slack shows no e-mail addresses: the token lacks the scope users:read.email. Add it, and install the app again.",
      { platformCode: "missing_scope" },
    );
  }

  #pages<T>(method: string, form: Form, items: string, limit: string, what: string): AsyncGenerator<T> {
    return byCursor<T>(this.#http, `/api/${method}`, {
      post: true,
      form,
      limit,
      what,
      items: (body) => (body as Record<string, readonly T[] | undefined>)[items],
      cursor: (body) => (body as { response_metadata?: { next_cursor?: string } }).response_metadata?.next_cursor,
    });
  }
}

export class SlackWriter extends SlackReader {
  readonly #http: HttpWriter;
  readonly #hasUserToken: boolean;
  /** Where messages go that name no channel. */
  readonly defaultChannel: string | undefined;

  constructor(http: HttpWriter, { userToken, defaultChannel }: { userToken: boolean; defaultChannel?: unknown }) {
    super(http);
    this.#http = http;
    this.#hasUserToken = userToken;
    this.defaultChannel = typeof defaultChannel === "string" ? defaultChannel : undefined;
  }

  async createChannel(name: string, isPrivate: boolean): Promise<{ id: string }> {
    const what = `create the channel "${name}"`;
    const options = { limit: "tier2", what };
    const { body } = await named(this.#call("conversations.create", { name, is_private: isPrivate }, options));
    return { id: (body as { channel: { id: string } }).channel.id };
  }

  /** The id of a channel that a message names: ids as they are, public names with #, private ones looked up. */
  async channelFor(target: string): Promise<string> {
    if (/^[CGDUW][A-Z0-9]{2,}$/.test(target)) return target;
    const name = target.replace(/^#/, "");
    for await (const channel of this.channels()) if (channel.name === name) return channel.id;
    throw new ConnectorError("NOT_FOUND", `Slack shows no channel "${name}" to this token.`);
  }

  async postMessage(channel: string, message: Message): Promise<{ channel: string; ts: string }> {
    const { text, blocks, thread, key } = message;
    const metadata = { event_type: "plumbline", event_payload: { key } };
    const form = {
      channel,
      text,
      metadata: JSON.stringify(metadata),
      ...(blocks ? { blocks: JSON.stringify(blocks) } : {}),
      ...(thread === undefined ? {} : { thread_ts: thread }),
    };
    const { body } = await this.#call("chat.postMessage", form, { what: `send a message to ${channel}` });
    const sent = body as { channel: string; ts: string };
    return { channel: sent.channel, ts: sent.ts };
  }

  async rename(channel: string, name: string): Promise<void> {
    const what = `rename the channel ${channel} to "${name}"`;
    await named(this.#call("conversations.rename", { channel, name }, { limit: "tier2", what }));
  }

  async setTopic(channel: string, topic: string): Promise<void> {
    await this.#call(
      "conversations.setTopic",
      { channel, topic },
      { limit: "tier2", repeatable: true, what: `set the topic of ${channel}` },
    );
  }

  async setPurpose(channel: string, purpose: string): Promise<void> {
    const what = `set the purpose of ${channel}`;
    await this.#call("conversations.setPurpose", { channel, purpose }, { limit: "tier2", repeatable: true, what });
  }

  async join(channel: string): Promise<void> {
    await this.#call(
      "conversations.join",
      { channel },
      { limit: "tier3", repeatable: true, what: `join the channel ${channel}` },
    );
  }

  async archive(channel: string): Promise<void> {
    const what = `archive the channel ${channel}`;
    await this.#succeedsWith(
      ["already_archived"],
      this.#call("conversations.archive", { channel }, { limit: "tier2", repeatable: true, what }),
    );
  }

  /**
   * Brings an archived channel back, with our bot in it.
   *
   * Slack lets no bot do this (documented at conversations.unarchive), so it takes the user token; that
   * person joins, and invites the bot again.
   */
  async unarchive(channel: string, isPrivate: boolean): Promise<void> {
    const { account } = await this.account();
    const what = `unarchive the channel ${channel}`;
    if (!this.#hasUserToken && account.bot_id) {
      throw new ConnectorError(
        "PERMISSION",
        `Slack lets no bot ${what}. Set credentials.userToken to a user token (xoxp-…) with the scope channels:write${isPrivate ? " and groups:write" : ""}, or unarchive it by hand.`,
      );
    }
    const as = this.#hasUserToken ? { as: "userToken" } : {};
    await this.#succeedsWith(
      ["not_archived"],
      this.#call("conversations.unarchive", { channel }, { ...as, limit: "tier2", repeatable: true, what }),
    );
    if (!this.#hasUserToken) return;
    if (!isPrivate) return this.join(channel);
    await this.#invite(channel, [account.user_id], as);
  }

  async invite(channel: string, users: readonly string[]): Promise<void> {
    await this.#invite(channel, users, {});
  }

  async kick(channel: string, user: string): Promise<void> {
    const what = `take ${user} out of ${channel}`;
    await this.#succeedsWith(
      ["not_in_channel"],
      this.#call("conversations.kick", { channel, user }, { limit: "tier3", repeatable: true, what }),
    );
  }

  /** With `force` those who are in already, or cannot come, keep nobody else out. */
  async #invite(channel: string, users: readonly string[], as: { as?: string }): Promise<void> {
    for (let at = 0; at < users.length; at += INVITE_MOST) {
      const some = users.slice(at, at + INVITE_MOST).join(",");
      const options = { ...as, limit: "tier3", repeatable: true, what: `invite ${some} into ${channel}` };
      const form = { channel, users: some, force: true };
      const answer = await this.#succeedsWith(alreadyIn, this.#call("conversations.invite", form, options));
      refuseLeftOut(channel, answer?.body);
    }
  }

  #call(method: string, form: Form, options: RequestOptions) {
    return this.#http.post(`/api/${method}`, { ...options, form });
  }

  /** Lets errors pass that say that it was so already. */
  async #succeedsWith<T>(words: readonly string[], call: Promise<T>): Promise<T | undefined> {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof ConnectorError) || !words.includes(error.platformCode ?? "")) throw error;
      return undefined;
    }
  }
}

/** What refusals to give a name mean, which Slack's words alone do not tell. */
const refusedNames: Readonly<Record<string, string>> = {
  name_taken:
    "A channel or group that this token cannot see has the name: invite the app into it, or choose another name.",
  not_authorized: "Only who made a channel, or an admin of the workspace, may rename it: do it by hand.",
};

/** Adds what a user can do about a refused name. */
async function named<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const { platformCode = "" } = error instanceof ConnectorError ? error : {};
    const remedy = Object.hasOwn(refusedNames, platformCode) ? refusedNames[platformCode] : undefined;
    if (!(error instanceof ConnectorError) || remedy === undefined) throw error;
    throw new ConnectorError(error.code, `${error.message}. ${remedy}`, { cause: error, platformCode });
  }
}

/** An invitation may succeed for some and not for others. */
function refuseLeftOut(channel: string, body: unknown): void {
  const { errors = [] } = (body ?? {}) as { errors?: readonly { user?: string; error?: string }[] };
  const left = errors.filter(({ error }) => !alreadyIn.includes(error ?? ""));
  if (left.length === 0) return;
  const who = left.map(({ user, error }) => `${user} (${error})`).join(", ");
  throw new ConnectorError("VALIDATION", `Slack refused to invite some people into ${channel}: ${who}.`, {
    ...(left[0]?.error ? { platformCode: left[0].error } : {}),
  });
}

function channelOf(raw: RawChannel): SlackChannel {
  return {
    id: raw.id,
    name: raw.name,
    private: raw.is_private === true,
    archived: raw.is_archived === true,
    member: raw.is_member === true,
    shared: raw.is_ext_shared === true,
    topic: decodeText(raw.topic?.value ?? ""),
    purpose: decodeText(raw.purpose?.value ?? ""),
  };
}
