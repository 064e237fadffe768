/** `plumbline events dead`: the dead letters, and bringing all of them back. */

import { shortMoment } from "../../api/moments.ts";
import type { Delivery, EventStore } from "../../store/event-types.ts";
import { recordDeeds } from "../audit.ts";
import type { Run } from "../command.ts";
import type { EventsDeadFlags } from "../commands/events.ts";
import { deliveryData } from "../event-views.ts";
import { withLastingStore } from "../lasting.ts";
import { count, paragraph } from "../plain-text.ts";
import { printList } from "../print-list.ts";

const PAGE = 50;
/** Dead letters that are brought back in one transaction. */
const BATCH = 500;

const eventsDead: Run<EventsDeadFlags> = (invocation, flags) =>
  withLastingStore(invocation, flags, flags["replay-all"] ? "change" : "read", async (store) => {
    const { surroundings, output } = invocation;
    const { namespace, limit = PAGE } = flags;
    const within = namespace === undefined ? {} : { namespace };
    if (flags["replay-all"] && store) {
      const back = await replayAll(store.events, within, surroundings.clock.now());
      const details = { count: back, ...within };
      await recordDeeds(invocation, store, surroundings.cwd, [
        { action: "delivery.replay", resourceType: "delivery", resourceId: "*", outcome: "done", details },
      ]);
      output.print(`Brought back ${count(back, "delivery", "deliveries")}.`);
      return 0;
    }
    const dead = (await store?.events.deliveries({ state: "dead", limit, ...within })) ?? [];
    await printList(output, flags.output, dead, {
      data: deliveryData,
      columns,
      none: "Nothing was given up.",
      lastBelow: true,
    });
    return 0;
  });
export default eventsDead;

const columns = [
  { title: "DELIVERY", copied: true, of: ({ id }: Delivery) => id },
  { title: "EVENT", of: ({ event }: Delivery) => String(event) },
  { title: "TARGET", of: ({ kind, namespace, target }: Delivery) => `${kind} ${namespace}/${target}` },
  {
    title: "SINCE",
    whole: true,
    of: ({ finishedAt, createdAt }: Delivery) => shortMoment(finishedAt ?? createdAt),
  },
  { title: "TRIES", of: ({ attempts }: Delivery) => String(attempts) },
  { title: "WHY", of: ({ code = "", message = "" }: Delivery) => paragraph(`${code} ${message}`) },
];

/** What dies again meanwhile is left for the next time: each letter is brought back once. */
async function replayAll(events: EventStore, within: { namespace?: string }, now: number): Promise<number> {
  let back = 0;
  for (let after: string | undefined; ; ) {
    const page = await events.deliveries({
      state: "dead",
      limit: BATCH,
      ...within,
      ...(after === undefined ? {} : { after }),
    });
    if (page.length === 0) return back;
    back += await events.replay(
      page.map(({ id }) => id),
      now,
    );
    after = page.at(-1)?.id;
  }
}
