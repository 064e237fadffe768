/** Events and deliveries for the tests of the event store. */
import type {
  AttemptEnd,
  Claim,
  Delivery,
  EventStore,
  Following,
  Hold,
  NewDelivery,
  NewEvent,
} from "../../../src/store/event-types.ts";
import { START } from "../support.ts";

export const TRACE = "0af7651916cd43dd8448eb211c80319c";

export function event(id: string, more: Partial<NewEvent> = {}): NewEvent {
  return {
    namespace: "default",
    integration: "default/gh",
    platform: "github",
    source: "/default/gh",
    id,
    type: "github.issues",
    receivedAt: START,
    trace: TRACE,
    hops: 0,
    attributes: '{"specversion":"1.0"}',
    data: `{"n":"${id}"}`,
    ...more,
  };
}

export function delivery(id: string, more: Partial<NewDelivery> = {}): NewDelivery {
  return {
    id,
    kind: "rule",
    namespace: "default",
    target: "r",
    orderingKey: "k",
    notBefore: START,
    input: "{}",
    trace: TRACE,
    ...more,
  };
}

/** Takes an event in and lets deliveries follow. @returns its seq. */
export async function followed(
  store: EventStore,
  id: string,
  deliveries: readonly NewDelivery[],
  more: Partial<NewEvent> = {},
): Promise<number> {
  const [accepted] = await store.accept([event(id, more)]);
  const seq = accepted?.seq as number;
  await store.dispatch([{ seq, state: "dispatched", deliveries }]);
  return seq;
}

/** What follows from an event, as it is decided before the event is in the inbox. */
export function following(deliveries: readonly NewDelivery[], more: Partial<Following> = {}): Following {
  return { state: "dispatched", deliveries, ...more };
}

export function holdOf(more: Partial<Hold> = {}): Hold {
  return { now: START, worker: "w1", until: START + 60_000, ...more };
}

export function claimOf(more: Partial<Claim> = {}): Claim {
  return { now: START, limit: 10, worker: "w1", until: START + 60_000, passAfter: 300_000, ...more };
}

export async function claimed(store: EventStore, more: Partial<Claim> = {}): Promise<string[]> {
  return (await store.claim(claimOf(more))).deliveries.map(({ id }) => id);
}

export function ended(id: string, more: Partial<AttemptEnd> = {}): AttemptEnd {
  return { id, worker: "w1", attempt: { at: START, took: 5, outcome: "done" }, state: "done", ...more };
}

export const retried = (id: string, notBefore: number, at = START) =>
  ended(id, { state: "waiting", notBefore, attempt: { at, took: 0, outcome: "retry", code: "UNAVAILABLE" } });

export const died = (id: string) =>
  ended(id, { state: "dead", attempt: { at: START, took: 0, outcome: "dead", code: "VALIDATION", message: "No." } });

export const ids = (deliveries: readonly Delivery[]) => deliveries.map(({ id }) => id);
