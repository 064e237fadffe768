/** What has to hold when the load is over: each webhook that was answered 2xx is delivered, or dead with a reason. */
import type { StoredEvent } from "../../../src/store/event-types.ts";
import type { LastingStore } from "../../../src/store/types.ts";
import type { ControllerStage, RunningProgram } from "../controller.ts";
import { must } from "../report.ts";
import type { Load } from "./load.ts";
import type { ReceivedDelivery } from "./receiver.ts";
import type { EventStage } from "./stage.ts";

/** Milliseconds that the queue may take to become empty: the longest waits of five attempts, and a lease. */
const MOST_TIME = 120_000;
const PAGE = 1000;

/** Waits until nothing is open. @throws Violation */
export async function drained(stage: ControllerStage, program: RunningProgram): Promise<void> {
  const start = performance.now();
  const store = await stage.store();
  try {
    for (;;) {
      const { pending, waiting, running } = await store.events.counts();
      if (pending + waiting + running === 0) return;
      const open = `${pending} pending, ${waiting} waiting, ${running} running`;
      must(performance.now() - start < MOST_TIME, `after ${MOST_TIME / 1000} s: ${open}: ${program.said()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await store.close();
  }
}

export interface Tally {
  events: number;
  taken: number;
  delivered: number;
  dead: number;
  /** Deliveries that came more than once, each time under the key of the first. */
  duplicates: number;
}

/** @throws Violation */
export async function verifyEvents(stage: EventStage, load: Load): Promise<Tally> {
  const store = await stage.store();
  try {
    const { deliveries } = stage.receiver;
    const events = await allEvents(store);
    const dead = await deadEvents(store);
    const known = new Map(events.map((event) => [event.id, event]));
    must(known.size === events.length, "an event is in the inbox twice");
    const keys = new Map<string, string>();
    for (const { key, webhook } of deliveries) {
      must(known.has(webhook), `${webhook} was delivered and is not in the inbox`);
      const before = keys.get(webhook) ?? key;
      must(before === key, `${webhook} was delivered under ${before} and under ${key}`);
      keys.set(webhook, key);
    }
    must(new Set(keys.values()).size === keys.size, "two webhooks were delivered under one key");
    for (const id of load.taken) {
      const { seq } = known.get(id) ?? {};
      must(seq !== undefined, `${id} was answered 2xx and is not in the inbox`);
      must(keys.has(id) || dead.has(Number(seq)), `${id} was answered 2xx, and is neither delivered nor dead`);
    }
    mustBeInOrder(deliveries, known);
    const duplicates = deliveries.length - keys.size;
    return { events: events.length, taken: load.taken.size, delivered: keys.size, dead: dead.size, duplicates };
  } finally {
    await store.close();
  }
}

/** Of each subject, the first deliveries of its events come as the events came. @throws Violation */
function mustBeInOrder(deliveries: readonly ReceivedDelivery[], known: ReadonlyMap<string, StoredEvent>): void {
  const last = new Map<string, number>();
  const seen = new Set<string>();
  for (const { webhook, subject } of deliveries) {
    const seq = known.get(webhook)?.seq ?? 0;
    const before = last.get(subject) ?? 0;
    must(seen.has(webhook) || seq > before, `${subject}: event ${seq} was delivered after event ${before}`);
    seen.add(webhook);
    last.set(subject, Math.max(before, seq));
  }
}

async function allEvents(store: LastingStore): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for (let before: number | undefined; ; ) {
    const filter = { integration: "default/github", limit: PAGE, ...(before === undefined ? {} : { before }) };
    const page = await store.events.events(filter);
    found.push(...page);
    before = page.at(-1)?.seq;
    if (page.length < PAGE) return found;
  }
}

async function deadEvents(store: LastingStore): Promise<Set<number>> {
  const found = new Set<number>();
  for (let after: string | undefined; ; ) {
    const filter = { state: "dead" as const, limit: PAGE, ...(after === undefined ? {} : { after }) };
    const page = await store.events.deliveries(filter);
    for (const { event } of page) found.add(event);
    after = page.at(-1)?.id;
    if (page.length < PAGE) return found;
  }
}
