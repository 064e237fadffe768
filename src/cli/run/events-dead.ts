/** `plumbline events dead`: the dead letters or what was skipped, and bringing all of them back. */

import { shortMoment } from "../../api/moments.ts";
import type { Delivery, DeliveryFilter, EventStore } from "../../store/event-types.ts";
import { recordDeeds } from "../audit.ts";
import type { Run } from "../command.ts";
import type { EventsDeadFlags } from "../commands/events.ts";
import { deliveryData } from "../event-views.ts";
import { withLastingStore } from "../lasting.ts";
import { count, paragraph } from "../plain-text.ts";
import { printList } from "../print-list.ts";

const PAGE = 50;
/** Deliveries that are brought back in one transaction. */
const BATCH = 500;

const eventsDead: Run<EventsDeadFlags> = (invocation, flags) =>
  withLastingStore(invocation, flags, flags["replay-all"] ? "change" : "read", async (store) => {
    const { surroundings, output } = invocation;
    const { namespace, limit = PAGE } = flags;
    const state = flags.skipped ? "skipped" : "dead";
    const within = { state, ...(namespace === undefined ? {} : { namespace }) } as const;
    if (flags["replay-all"] && store) {
      const back = await replayAll(store.events, within, surroundings.clock.now());
      const details = { count: back, ...within };
      await recordDeeds(invocation, store, surroundings.cwd, [
        { action: "delivery.replay", resourceType: "delivery", resourceId: "*", outcome: "done", details },
      ]);
      output.print(`Brought back ${count(back, "delivery", "deliveries")}.`);
      return 0;
    }
    const found = (await store?.events.deliveries({ ...within, limit })) ?? [];
    await printList(output, flags.output, found, {
      data: deliveryData,
      columns,
      none: flags.skipped
        ? "Nothing was skipped."
        : "Nothing was given up. `events dead --skipped` lists what was skipped.",
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

/** What ends so again meanwhile is left for the next time: each is brought back once. */
async function replayAll(events: EventStore, within: Omit<DeliveryFilter, "limit">, now: number): Promise<number> {
  let back = 0;
  for (let after: string | undefined; ; ) {
    const page = await events.deliveries({
      ...within,
      limit: BATCH,
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
