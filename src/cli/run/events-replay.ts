/** `plumbline events replay`: all that is named is looked up before anything is brought back. */
import type { LastingStore } from "../../store/types.ts";
import { recordDeeds } from "../audit.ts";
import type { Run } from "../command.ts";
import type { EventsReplayFlags } from "../commands/events.ts";
import { UserError } from "../errors.ts";
import { withLastingStore } from "../lasting.ts";
import { count, visible } from "../plain-text.ts";

/** One thing to bring back. */
type Named = { event: number } | { delivery: string };

const eventsReplay: Run<EventsReplayFlags, string[]> = (invocation, flags, ...named) =>
  withLastingStore(invocation, flags, "change", async (store) => {
    const { surroundings, output } = invocation;
    const things = await Promise.all([...new Set(named)].map((text) => lookUp(store, text)));
    if (!store) return 1;
    const seqs = things.flatMap((thing) => ("event" in thing ? [thing.event] : []));
    const ids = things.flatMap((thing) => ("delivery" in thing ? [thing.delivery] : []));
    for (const seq of seqs) await store.events.replayEvent(seq);
    if (ids.length > 0) await store.events.replay(ids, surroundings.clock.now());
    await recordDeeds(invocation, store, surroundings.cwd, [
      ...seqs.map((seq) => deed("event", String(seq))),
      ...ids.map((id) => deed("delivery", id)),
    ]);
    const parts = [
      ...(seqs.length > 0 ? [count(seqs.length, "event")] : []),
      ...(ids.length > 0 ? [count(ids.length, "delivery", "deliveries")] : []),
    ];
    output.print(`Brought back ${parts.join(" and ")}. A running controller goes on with them.`);
    return 0;
  });
export default eventsReplay;

function deed(resourceType: "event" | "delivery", resourceId: string) {
  return { action: `${resourceType}.replay`, resourceType, resourceId, outcome: "done" } as const;
}

/** @throws UserError for what is not there or cannot be brought back. */
async function lookUp(store: LastingStore | undefined, text: string): Promise<Named> {
  if (store && /^\d{1,15}$/.test(text) && (await store.events.event(Number(text)))) return { event: Number(text) };
  const delivery = await store?.events.delivery(text);
  if (!delivery) {
    throw new UserError(
      `There is no event or delivery "${visible(text)}"; nothing was brought back. \`plumbline events dead\` lists what was given up.`,
    );
  }
  if (delivery.state === "dead" || delivery.state === "skipped") return { delivery: text };
  throw new UserError(
    `The delivery "${visible(text)}" is ${delivery.state}; only a dead or skipped one can be brought back. Nothing was.`,
  );
}
