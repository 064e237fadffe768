/** What the controller knows of the Integration that an event came through: its connector, its account, its reader. */
import type { Events } from "../connector-kit/event-contract.ts";
import type { Origin, Origins } from "../events/origins.ts";
import type { Standing } from "./options.ts";
import type { Sessions } from "./sessions.ts";

/** @param sessions asked for the account, and for a reader where the connector completes events. */
export function createOrigins({ current }: Pick<Standing, "current">, sessions: Sessions): Origins {
  /** Kept as long as connector and account are the same: each event asks more than once. */
  const known = new Map<string, Origin>();
  return (owner) => {
    const events = current()?.connector(owner)?.connector.events;
    if (!events) {
      known.delete(owner);
      return undefined;
    }
    const account = sessions.account(owner);
    const before = known.get(owner);
    if (before?.events === events && before.account === account) return before;
    const origin = { events, ...(account ? { account } : {}), ...enrichOf(events, owner, sessions) };
    known.set(owner, origin);
    return origin;
  };
}

function enrichOf({ enrich }: Events, owner: string, sessions: Sessions): Pick<Origin, "enrich"> {
  if (!enrich) return {};
  return {
    async enrich(event) {
      const [namespace = "", name = ""] = owner.split("/");
      const opened = await sessions.open(namespace, name);
      if (opened.state === "closed") return event;
      return opened.session.guardErrors(() => enrich(opened.session.reader, event));
    },
  };
}
