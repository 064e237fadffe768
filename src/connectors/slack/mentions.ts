/**
 * Whom a route mentions, as Slack's control sequences (docs.slack.dev/messaging/formatting-message-text).
 *
 * A name that nobody has, or that the token may not look up, is written out and mentions nobody: a notification is
 * not held back because of it. A lookup that fails otherwise is tried again with the whole delivery.
 */
import { ConnectorError, oneLine } from "../../connector-kit/index.ts";
import { call } from "./calls.ts";
import { isUserId, type SlackReader } from "./client.ts";
import { escapeText } from "./text.ts";

export interface Mentions {
  /** mrkdwn: each mention, and the names that are none. */
  texts: readonly string[];
  /** Those that mention nobody, as the route wrote them. */
  unknown: readonly string[];
}

/** What mentions whoever is there. */
const everybody: Readonly<Record<string, string>> = {
  "@channel": "<!channel>",
  "@here": "<!here>",
  "@everyone": "<!everyone>",
};

/** At most so many are looked up and shown. */
export const MOST_MENTIONS = 50;

/** @param names `@channel`, `@here`, ids, e-mail addresses, user groups as `@handle`, channels as `#name`. */
export async function mentionsOf(slack: SlackReader, names: readonly string[]): Promise<Mentions> {
  const given = [...new Set(names.map(oneLine))].filter((name) => name !== "").slice(0, MOST_MENTIONS);
  const handles = given.some((name) => isHandle(name)) ? await handlesOf(slack) : new Map<string, string>();
  const found = await Promise.all(given.map(async (name) => ({ name, text: await mention(slack, name, handles) })));
  return {
    texts: found.map(({ name, text }) => text ?? escapeText(name.slice(0, 200))),
    unknown: found.flatMap(({ name, text }) => (text === undefined ? [name.slice(0, 200)] : [])),
  };
}

async function mention(
  slack: SlackReader,
  name: string,
  handles: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const bare = name.replace(/^[@#]/, "");
  if (isUserId(bare)) return `<@${bare}>`;
  if (/^S[A-Z0-9]{2,}$/.test(bare)) return `<!subteam^${bare}>`;
  if (/^C[A-Z0-9]{2,}$/.test(bare)) return `<#${bare}>`;
  if (Object.hasOwn(everybody, name)) return everybody[name];
  if (name.startsWith("#")) return sequence("<#", await found(slack.channel(bare).then(({ id }) => id)));
  if (bare.includes("@")) return sequence("<@", await found(slack.userByEmail(bare)));
  return sequence("<!subteam^", handles.get(bare.toLowerCase()));
}

function sequence(start: string, id: string | undefined): string | undefined {
  return id === undefined ? undefined : `${start}${id}>`;
}

/** Whether only the list of user groups can tell what a name is. */
function isHandle(name: string): boolean {
  const bare = name.replace(/^@/, "");
  return !/[@#]/.test(bare) && !/^[UWSC][A-Z0-9]{2,}$/.test(bare) && !Object.hasOwn(everybody, name);
}

async function handlesOf({ http }: SlackReader): Promise<ReadonlyMap<string, string>> {
  const options = { limit: "tier2", what: "list the user groups" };
  const answer = await found(call(http, "usergroups.list", { include_disabled: false }, options));
  const { usergroups = [] } = (answer?.body ?? {}) as { usergroups?: readonly { id: string; handle: string }[] };
  return new Map(usergroups.map(({ id, handle }) => [handle.toLowerCase(), id]));
}

/** What a lookup finds; nothing where there is none, or none that this token may see. */
async function found<T>(lookup: Promise<T>): Promise<T | undefined> {
  try {
    return await lookup;
  } catch (error) {
    const isFinal = error instanceof ConnectorError && ["NOT_FOUND", "PERMISSION", "UNSUPPORTED"].includes(error.code);
    if (!isFinal) throw error;
    return undefined;
  }
}
