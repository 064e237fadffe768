/** A process may end between any two steps, and before a step is written: nothing is told twice, nothing is lost. */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { NotificationRoute } from "../../../src/api/notification-route.ts";
import { createDispatcher } from "../../../src/events/dispatcher.ts";
import { silentLog } from "../../../src/events/log.ts";
import { createNotifier } from "../../../src/notifications/delivery/engine.ts";
import type { LastingStore } from "../../../src/store/types.ts";
import { lastingStore, TRACE } from "../../events/support.ts";
import { VirtualClock } from "../../support/clock.ts";
import { routesOf } from "./stage.ts";

/** What happens in a step of a second: an event comes, or none; then the process may end, before or after writing. */
interface Step {
  event?: { type: "a" | "b"; fingerprint?: "x" | "y"; resolved?: boolean };
  ends?: "before" | "after";
}

const spec: NotificationRoute["spec"] = {
  ...{ groupWait: "2s", groupInterval: "5s", repeatInterval: "20s", throttle: "4s", batch: { size: 3 } },
  receivers: [{ integration: "chat" }, { integration: "mail" }],
};

const step = fc.record(
  {
    event: fc.record(
      {
        type: fc.constantFrom("a" as const, "b" as const),
        fingerprint: fc.constantFrom("x" as const, "y" as const),
        resolved: fc.boolean(),
      },
      { requiredKeys: ["type"] },
    ),
    ends: fc.constantFrom("before" as const, "after" as const),
  },
  { requiredKeys: [] },
);

function processOver(store: LastingStore, clock: VirtualClock, routes: ReturnType<typeof routesOf>) {
  const options = { routes: () => routes, clock, log: silentLog, newOwner: randomUUID, newTrace: () => TRACE };
  const state = { fails: false };
  const dispatcher = createDispatcher({
    ...{ followers: [], origins: () => undefined, clock, random: () => 0.5, log: silentLog },
    notifier: createNotifier({ ...options, store: store.notices }),
    store: {
      pending: store.events.pending,
      dispatch: (...given) =>
        state.fails ? Promise.reject(new Error("The process ended.")) : store.events.dispatch(...given),
    },
  });
  return { state, round: () => dispatcher.round() };
}

/** @returns what the log of notifications has in the end, and the deliveries. */
async function run(steps: readonly Step[], restarts: boolean): Promise<unknown> {
  const clock = new VirtualClock({ auto: false });
  const store = await lastingStore(clock);
  const routes = routesOf(spec);
  let running = processOver(store, clock, routes);
  for (const [at, { event, ends }] of [...steps, ...Array.from({ length: 60 }, (): Step => ({}))].entries()) {
    if (event) {
      const { type, fingerprint, resolved } = event;
      const data = fingerprint ? { fingerprint, status: resolved ? "resolved" : "firing" } : {};
      await store.events.accept([
        {
          ...{
            namespace: "default",
            source: "/ci",
            id: `e${at}`,
            type,
            receivedAt: clock.now(),
            trace: TRACE,
            hops: 0,
          },
          ...{ attributes: JSON.stringify({ source: "/ci", type }), data: JSON.stringify(data) },
        },
      ]);
    }
    if (restarts && ends === "before") {
      running.state.fails = true;
      await running.round().catch(() => undefined);
    }
    if (restarts && ends) running = ends === "before" ? processOver(store, clock, routes) : running;
    await running.round();
    if (restarts && ends === "after") running = processOver(store, clock, routes);
    await clock.advance(1000);
  }
  const notices = await store.notices.notices({ limit: 1000 });
  const deliveries = await store.events.deliveries({ limit: 1000 });
  return {
    deliveries: deliveries.map(({ id, input }) => `${id} ${input}`).sort(),
    notices: notices.map(({ seq: _, ...notice }) => JSON.stringify(notice)).sort(),
  };
}

test("restarts between any two steps and before any is written change nothing that is told or on record", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      expect(await run(steps, true)).toEqual(await run(steps, false));
    }),
    { numRuns: 12 },
  );
});
