/**
 * What has to hold of notifications when the load is over: each event that was answered 2xx is told to each receiver,
 * given up with a reason, or withheld with a reason; none of those that are told once is told under two keys; and what
 * a receiver got twice has one key, says the same, and is marked in history.
 */
import type { Delivery } from "../../../src/store/event-types.ts";
import type { Notice } from "../../../src/store/notice-types.ts";
import type { LastingStore } from "../../../src/store/types.ts";
import { must } from "../report.ts";
import { type Arrived, RECEIVERS, type ReceiverName } from "./flow.ts";

const PAGE = 1000;

/** What the state says of a round. */
export interface Record {
  /** Numbers of events by their ids. */
  seqs: ReadonlyMap<string, number>;
  deliveries: readonly TellingDelivery[];
  notices: readonly Notice[];
}

interface TellingDelivery extends Pick<Delivery, "id" | "state"> {
  receiver: string;
  events: readonly number[];
}

export async function readRecord(store: LastingStore): Promise<Record> {
  const seqs = new Map<string, number>();
  for (let before: number | undefined; ; ) {
    const page = await store.events.events({ limit: PAGE, ...(before === undefined ? {} : { before }) });
    for (const { source, id, seq } of page) if (source === "/rounds") seqs.set(id, seq);
    before = page.at(-1)?.seq;
    if (page.length < PAGE) break;
  }
  return { seqs, deliveries: await allDeliveries(store), notices: await allNotices(store) };
}

async function allDeliveries(store: LastingStore): Promise<TellingDelivery[]> {
  const found: TellingDelivery[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.events.deliveries({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { id, kind, state, input } of page) {
      if (kind !== "notification") continue;
      const told = JSON.parse(input) as { receiver: { integration: string }; events: { seq: number }[] };
      found.push({ id, state, receiver: told.receiver.integration, events: told.events.map(({ seq }) => seq) });
    }
    after = page.at(-1)?.id;
    if (page.length < PAGE) return found;
  }
}

async function allNotices(store: LastingStore): Promise<Notice[]> {
  const found: Notice[] = [];
  for (let before: number | undefined; ; ) {
    const page = await store.notices.notices({ limit: PAGE, ...(before === undefined ? {} : { before }) });
    found.push(...page);
    before = page.at(-1)?.seq;
    if (page.length < PAGE) return found;
  }
}

/** @returns the ids of those of which nothing is told, given up or withheld at a receiver; all are in the inbox. @throws Violation */
export function unaccounted(taken: Iterable<string>, { seqs, deliveries, notices }: Record): string[] {
  const withheld = new Set(notices.filter(({ kind }) => kind === "withhold").flatMap(({ events }) => events));
  const ended = RECEIVERS.map((name) => {
    const mine = deliveries.filter(
      ({ receiver, state }) => receiver === name && (state === "done" || state === "dead"),
    );
    return new Set(mine.flatMap(({ events }) => events));
  });
  return [...taken].filter((id) => {
    const seq = seqs.get(id);
    must(seq !== undefined, `${id} was answered 2xx and is not in the inbox`);
    return !withheld.has(seq as number) && ended.some((events) => !events.has(seq as number));
  });
}

export interface NoticeTally {
  notifications: number;
  dead: number;
  withheld: number;
  /** Told again since alerts still fired. */
  repeats: number;
  /** Sent more than once under one key. */
  doubled: number;
  /** Marked as such in history; an attempt may have ended before it sent. */
  marked: number;
}

/** @throws Violation */
export function verifyNotices(
  { seqs, deliveries, notices }: Record,
  arrived: Readonly<globalThis.Record<ReceiverName, readonly Arrived[]>>,
): NoticeTally {
  const lines = notices.filter(({ kind }) => kind === "notify");
  const marked = new Set(lines.filter(({ resent }) => resent !== undefined).map(({ delivery }) => delivery));
  mustBeToldOnce(seqs, deliveries);
  let doubled = 0;
  for (const name of RECEIVERS) {
    const byKey = Map.groupBy(arrived[name], ({ key }) => key);
    for (const { id, state, receiver } of deliveries) {
      must(receiver !== name || state !== "done" || byKey.has(id), `${id} is done and never came to ${name}`);
    }
    for (const [key, sends] of byKey) {
      must(new Set(sends.map(({ events }) => events)).size === 1, `${key} came to ${name} with different events`);
      if (sends.length < 2) continue;
      doubled += 1;
      must(marked.has(key), `${key} came to ${name} ${sends.length} times and is not marked in history`);
    }
  }
  return {
    notifications: deliveries.length,
    dead: deliveries.filter(({ state }) => state === "dead").length,
    withheld: notices.filter(({ kind }) => kind === "withhold").length,
    repeats: lines.filter(({ reason }) => reason === "Repeat").length,
    doubled,
    marked: marked.size,
  };
}

/** Events that are no alerts never repeat, whatever happened in between. */
function mustBeToldOnce(seqs: ReadonlyMap<string, number>, deliveries: readonly TellingDelivery[]): void {
  const plain = new Map([...seqs].filter(([id]) => id.startsWith("e")).map(([id, seq]) => [seq, id]));
  const told = new Set<string>();
  for (const { receiver, events } of deliveries) {
    for (const seq of events) {
      const id = plain.get(seq);
      if (id === undefined) continue;
      must(!told.has(`${receiver} ${id}`), `${id} was told to ${receiver} by two notifications`);
      told.add(`${receiver} ${id}`);
    }
  }
}
