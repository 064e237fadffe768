/** What the controller knows of the Integration that an event came through: its connector, its account, its reader. */
import type { Origin, Origins } from "../events/origins.ts";
import type { Standing } from "./options.ts";
import type { Sessions } from "./sessions.ts";

/** @param sessions asked for the account, and for a reader where the connector completes events. */
export function createOrigins({ current }: Pick<Standing, "current">, sessions: Sessions): Origins {
  return (owner): Origin | undefined => {
    const events = current()?.connector(owner)?.connector.events;
    if (!events) return undefined;
    const account = sessions.account(owner);
    const { enrich } = events;
    return {
      events,
      ...(account ? { account } : {}),
      ...(enrich
        ? {
            enrich: async (event) => {
              const [namespace = "", name = ""] = owner.split("/");
              const opened = await sessions.open(namespace, name);
              if (opened.state === "closed") return event;
              return opened.session.guardErrors(() => enrich(opened.session.reader, event));
            },
          }
        : {}),
    };
  };
}
