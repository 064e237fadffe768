/**
 * People, by e-mail address or id.
 *
 * `users.lookupByEmail` answers for one address and 50 times a minute; the list takes a request a page. So
 * a few addresses are asked for one by one, and many are looked for in the list. Deactivated people are
 * found by neither.
 */
import { ConnectorError, type Lookup } from "../../connector-kit/index.ts";
import { isUserId, type SlackReader } from "./client.ts";

/** From so many addresses on, the list is read instead. */
const LIST_FROM = 20;

export const users: Lookup<SlackReader> = {
  async resolve(slack, names) {
    const given = [...new Set(names)];
    const ids = new Map(given.filter(isUserId).map((id) => [id, id]));
    const addresses = given.filter((name) => !isUserId(name));
    if (addresses.length < LIST_FROM) {
      await Promise.all(
        addresses.map(async (address) => {
          const id = await slack.userByEmail(address);
          if (id !== undefined) ids.set(address, id);
        }),
      );
      return ids;
    }
    const wanted = Map.groupBy(addresses, (address) => address.toLowerCase());
    for (const { id, email } of await slack.users()) {
      for (const address of wanted.get(email.toLowerCase()) ?? []) ids.set(address, id);
    }
    return ids;
  },
  async names(slack, ids) {
    const wanted = new Set(ids);
    const names = new Map<string, string>();
    for (const { id, email } of await slack.users()) if (wanted.has(id)) names.set(id, email);
    return names;
  },
};

/** Stands for the account that Plumbline acts as, whose place in a channel is not managed. */
export const OWN_ACCOUNT = "own account";

/** People as a channel's members: as {@link users}, and our own account, which comes in by itself, as nobody. */
export const people: Lookup<SlackReader> = {
  ...users,
  async resolve(slack, names) {
    const [ids, { account }] = await Promise.all([users.resolve(slack, names), slack.account()]);
    return new Map([...ids].map(([name, id]) => [name, id === account.user_id ? OWN_ACCOUNT : id]));
  },
};

/** The id of the person that an action names. @throws ConnectorError NOT_FOUND */
export async function personFor(slack: SlackReader, name: string): Promise<string> {
  const id = isUserId(name) ? name : await slack.userByEmail(name);
  if (id !== undefined) return id;
  throw new ConnectorError("NOT_FOUND", `Nobody active in Slack has the address ${name}.`);
}
