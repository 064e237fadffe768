/**
 * Slack's Web API for channels and people, and the two clients that all calls go through.
 *
 * Parses answers; knows no manifests. Sizes and methods are from docs.slack.dev (Web API methods, Pagination).
 */
import {
  type Check,
  ConnectorError,
  type HttpReader,
  type HttpWriter,
  type Identity,
} from "../../connector-kit/index.ts";
import { call, explained, type Form, pages, succeedsWith } from "./calls.ts";
import { alreadyIn } from "./protocol.ts";
import { decodeText } from "./text.ts";

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

interface Account {
  team_id: string;
  team: string;
  user_id: string;
  user?: string;
  bot_id?: string;
  /** The app is installed in a whole organisation; each call would have to name a workspace. */
  is_enterprise_install?: boolean;
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

/** An active person. */
export interface ListedUser {
  id: string;
  email: string;
}

export class SlackReader {
  /** For the calls that stand beside their kind or action. */
  readonly http: HttpReader;
  #account: Promise<Access> | undefined;
  #users: Promise<readonly ListedUser[]> | undefined;

  constructor(http: HttpReader) {
    this.http = http;
  }

  /** Which workspace the token leads to. */
  async workspace(): Promise<Identity> {
    const { account } = await this.account();
    return { id: account.team_id, title: `team ${account.team}` };
  }

  async check(): Promise<Check> {
    const { account, scopes } = await this.account();
    return {
      account: {
        id: account.user_id,
        ...(account.user ? { name: account.user } : {}),
        ...(account.bot_id ? { aliases: [account.bot_id] } : {}),
      },
      ...(scopes ? { scopes } : {}),
    };
  }

  /**
   * Whose token it is; asked once, a failure again.
   *
   * @throws ConnectorError UNSUPPORTED for a token of a whole organisation.
   */
  account(): Promise<Access> {
    this.#account ??= this.#access().catch((error: unknown) => {
      this.#account = undefined;
      throw error;
    });
    return this.#account;
  }

  async #access(): Promise<Access> {
    const { body, headers } = await call(
      this.http,
      "auth.test",
      {},
      { limit: "special", what: "say whose token this is" },
    );
    const scopes = headers.get("x-oauth-scopes");
    const words = scopes?.split(",").map((scope) => scope.trim());
    const account = body as Account;
    if (account.is_enterprise_install !== true) return { account, scopes: words?.filter(Boolean) };
    const message = "The token is a whole organisation's. Install the app in one workspace, and take that token.";
    throw new ConnectorError("UNSUPPORTED", message);
  }

  /** All channels that the token may see, archived ones too. */
  async *channels(): AsyncGenerator<SlackChannel> {
    const form = { types: "public_channel,private_channel", exclude_archived: false };
    const options = { list: "channels", limit: "tier2", what: "list the channels" };
    for await (const raw of pages<RawChannel>(this.http, "conversations.list", form, options)) yield channelOf(raw);
  }

  /**
   * A channel by its name, with or without #, or by its id.
   *
   * @throws ConnectorError NOT_FOUND when the token sees none.
   */
  async channel(target: string): Promise<SlackChannel> {
    if (isConversationId(target)) {
      const options = { limit: "tier3", what: `show the channel ${target}` };
      const { body } = await call(this.http, "conversations.info", { channel: target }, options);
      return channelOf((body as { channel: RawChannel }).channel);
    }
    const name = target.replace(/^#/, "");
    for await (const channel of this.channels()) if (channel.name === name) return channel;
    throw new ConnectorError("NOT_FOUND", `Slack shows no channel "${name}" to this token.`);
  }

  /** The id that a message can be sent to: ids as they are, a person's too, and names looked up. */
  async idFor(target: string): Promise<string> {
    return isConversationId(target) || isUserId(target) ? target : (await this.channel(target)).id;
  }

  /** The ids of a channel's members, our own account included. */
  async members(channel: string): Promise<string[]> {
    const options = { list: "members", limit: "tier4", what: `list the members of ${channel}` };
    return Array.fromAsync(pages<string>(this.http, "conversations.members", { channel }, options));
  }

  /** @returns the id of the active person with this address, or undefined. */
  async userByEmail(email: string): Promise<string | undefined> {
    try {
      const options = { limit: "tier3", what: `look up ${email}` };
      const { body } = await call(this.http, "users.lookupByEmail", { email }, options);
      const { user } = body as { user: RawUser };
      return user.deleted ? undefined : user.id;
    } catch (error) {
      if (error instanceof ConnectorError && error.platformCode === "users_not_found") return undefined;
      throw error;
    }
  }

  /**
   * All active people with an address. Who asks while the list is being read is given the same one, since
   * channels and user groups ask at once and a large list takes minutes.
   *
   * @throws ConnectorError when no person at all shows an address: the token may not read them, and nobody
   *   may be taken for unknown because of that.
   */
  users(): Promise<readonly ListedUser[]> {
    this.#users ??= this.#listUsers().finally(() => {
      this.#users = undefined;
    });
    return this.#users;
  }

  async #listUsers(): Promise<readonly ListedUser[]> {
    const options = { list: "members", limit: "tier2", what: "list the people" };
    let hidden = 0;
    const shown: ListedUser[] = [];
    for await (const user of pages<RawUser>(this.http, "users.list", {}, options)) {
      const email = user.profile?.email;
      if (user.deleted || user.is_bot || user.id === SLACKBOT) continue;
      if (email) shown.push({ id: user.id, email });
      else hidden += 1;
    }
    if (shown.length > 0 || hidden === 0) return shown;
    throw new ConnectorError(
      "PERMISSION",
      "Slack shows no e-mail addresses: the token lacks the scope users:read.email. Add it, and install the app again.",
      { platformCode: "missing_scope" },
    );
  }
}

/** What a writer takes from the manifest beside the way to Slack. */
export interface WriterSettings {
  /** Whether there is a person's token beside the main one. */
  userToken: boolean;
  /** Where messages go that name no channel. */
  defaultChannel?: string;
  /** An incoming webhook's address. */
  webhookUrl?: string;
}

export class SlackWriter extends SlackReader {
  override readonly http: HttpWriter;
  readonly settings: WriterSettings;
  readonly #joined = new Map<string, Promise<unknown>>();

  constructor(http: HttpWriter, settings: WriterSettings) {
    super(http);
    this.http = http;
    this.settings = settings;
  }

  /**
   * How to say that a call needs a person's token.
   *
   * @throws ConnectorError PERMISSION when there is none and the main one is a bot's.
   */
  async asPerson(what: string, scopes: string, otherwise = ""): Promise<{ as?: string }> {
    if (this.settings.userToken) return { as: "userToken" };
    const { account } = await this.account();
    if (!account.bot_id) return {};
    const remedy = `Set credentials.userToken to a user token (xoxp-…) with the scope ${scopes}${otherwise}.`;
    throw new ConnectorError("PERMISSION", `Slack lets no bot ${what}. ${remedy}`);
  }

  async createChannel(name: string, isPrivate: boolean): Promise<{ id: string }> {
    const what = `create the channel "${name}"`;
    const options = { limit: "tier2", what };
    const { body } = await explained(
      refusedNames,
      this.#call("conversations.create", { name, is_private: isPrivate }, options),
    );
    return { id: (body as { channel: { id: string } }).channel.id };
  }

  async rename(channel: string, name: string): Promise<void> {
    const what = `rename the channel ${channel} to "${name}"`;
    await explained(refusedNames, this.#call("conversations.rename", { channel, name }, { limit: "tier2", what }));
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

  /** Joins a public channel, once in a session. */
  async join(channel: string): Promise<void> {
    const options = { limit: "tier3", repeatable: true, what: `join the channel ${channel}` };
    const joining = this.#joined.get(channel) ?? this.#call("conversations.join", { channel }, options);
    this.#joined.set(channel, joining);
    await joining.catch((error: unknown) => {
      this.#joined.delete(channel);
      throw error;
    });
  }

  /** Whoever changes a channel has to be in it; into a private one only an invitation leads. */
  async joinIfOutside(channel: SlackChannel | undefined): Promise<void> {
    if (channel && !channel.member && !channel.private && !channel.archived) await this.join(channel.id);
  }

  async archive(channel: string): Promise<void> {
    const what = `archive the channel ${channel}`;
    await succeedsWith(
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
    const what = `unarchive the channel ${channel}`;
    const scopes = `channels:write${isPrivate ? " and groups:write" : ""}`;
    const as = await this.asPerson(what, scopes, ", or unarchive it by hand");
    this.#joined.delete(channel);
    await succeedsWith(
      ["not_archived"],
      this.#call("conversations.unarchive", { channel }, { ...as, limit: "tier2", repeatable: true, what }),
    );
    if (as.as === undefined) return;
    if (!isPrivate) return this.join(channel);
    await this.#invite(channel, [(await this.account()).account.user_id], as);
  }

  async invite(channel: string, users: readonly string[]): Promise<void> {
    await this.#invite(channel, users, {});
  }

  async kick(channel: string, user: string): Promise<void> {
    const what = `take ${user} out of ${channel}`;
    await succeedsWith(
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
      const answer = await succeedsWith(alreadyIn, this.#call("conversations.invite", form, options));
      refuseLeftOut(channel, answer?.body);
    }
  }

  #call(method: string, form: Form, options: Parameters<typeof call>[3]) {
    return call(this.http, method, form, options);
  }
}

/** What refusals to give a name mean, which Slack's words alone do not tell. */
const refusedNames: Readonly<Record<string, string>> = {
  name_taken:
    "A channel or group that this token cannot see has the name: invite the app into it, or choose another name.",
  not_authorized: "Only who made a channel, or an admin of the workspace, may rename it: do it by hand.",
};

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

/** Ids of channels and direct messages (docs.slack.dev, Conversations API): opaque behind their first letter. */
function isConversationId(target: string): boolean {
  return /^[CGD][A-Z0-9]{2,}$/.test(target);
}

/** Ids of people begin with U or W. */
export function isUserId(name: string): boolean {
  return /^[UW][A-Z0-9]{2,}$/.test(name);
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
