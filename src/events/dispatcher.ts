/**
 * From the inbox to deliveries: asks the followers what follows from each event, in the order of arrival, and writes
 * it in one transaction with the mark that it is dispatched.
 *
 * One process at a time dispatches, so that order holds. An event that this process took in itself is dispatched
 * without being read back; what others took in is found by looking. An event whose platform has to be asked for more
 * holds back those of its own Integration only.
 */
import type { Clock } from "../connector-kit/http/types.ts";
import type { Dispatch, EventStore, Following, NewEvent, StoredEvent } from "../store/event-types.ts";
import { createEnricher, type Enriched } from "./enricher.ts";
import type { KnownEvent } from "./envelope.ts";
import { type EventLog, messageOf } from "./log.ts";
import { type Origins, openWith } from "./origins.ts";
import { type Follower, type Followers, type Miss, NOT_STORED, type Notifier, type OpenEvent } from "./types.ts";

/** At most so many events in one transaction. */
const AT_ONCE = 200;
/** Events that are kept to be dispatched without being read back; more are read from the store. */
const FRESH = 1000;
/** Milliseconds between two looks at the store while fresh events come. */
const LOOK_EVERY = 1000;
/** An effect of an effect of …: more than so many is a loop between systems, not a chain that somebody meant. */
export const MAX_HOPS = 8;

export interface DispatcherOptions {
  store: Pick<EventStore, "pending" | "dispatch">;
  followers: readonly Follower[];
  notifier?: Notifier;
  /** Told of each transaction. */
  onWritten?(): void;
  /** Told once it is written that the event is dispatched. @param rule `namespace/name`. */
  onMiss?(miss: Miss, rule: string): void;
  origins: Origins;
  clock: Clock;
  /** From 0 to below 1. */
  random(): number;
  log: EventLog;
}

/** An event that this process has just taken in. */
export interface FreshEvent {
  stored: StoredEvent;
  known?: KnownEvent | undefined;
}

export interface Dispatcher {
  /** Hands over events that this process has just taken in, in their order. */
  fresh(events: readonly FreshEvent[]): void;
  /** Dispatches what is there. @returns the events that were dispatched and could be read. @throws StoreError */
  round(): Promise<readonly OpenEvent[]>;
  /** Whether there is more to dispatch at once. */
  hasMore(): boolean;
  /** The next round reads from the store: others may have taken events in. */
  look(): void;
  /** Whether it knows of events that are not dispatched yet. */
  knowsPending(): boolean;
  /**
   * What follows from an event that is not in the inbox yet, and the event as its followers saw it. Has no effect.
   *
   * @returns undefined for one that waits for its platform, or that the notifications have to take.
   */
  ahead(event: NewEvent, known?: KnownEvent): DecidedAhead | undefined;
  /**
   * Tells of one whose {@link ahead} was written.
   *
   * @param atOnce whether all that follows is carried out now: the log then tells of it when it is done.
   */
  followed(decided: DecidedAhead, atOnce: boolean): void;
}

/** What follows from an event, decided before it is in the inbox. */
export interface DecidedAhead {
  event: OpenEvent;
  following: Following;
  misses: Misses;
}

/** An event, and what follows from it; without the event where that could not be read. */
interface Dispatched {
  dispatch: Dispatch;
  event?: OpenEvent;
  misses?: Misses;
}

type Misses = NonNullable<Followers["misses"]>;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { store, clock } = options;
  let fresh: FreshEvent[] = [];
  /** Whether the store may hold pending events that are not among the fresh ones. */
  let mustLook = true;
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** Whether a round has events that are pending. */
  let isUnderWay = false;
  /** The last one that was read from the store: what comes as fresh from before it was read there. */
  let seen = 0;
  const enricher = createEnricher(options);

  async function next(): Promise<readonly FreshEvent[]> {
    // Those of an Integration that is held back stay in the store, and come before its fresh ones.
    const isTime = enricher.held() > 0 || clock.monotonic() - lookedAt >= LOOK_EVERY;
    if (!mustLook && !isTime && fresh.length > 0) return fresh.splice(0, AT_ONCE);
    fresh = [];
    mustLook = false;
    lookedAt = clock.monotonic();
    const limit = AT_ONCE + enricher.held() * AT_ONCE;
    const pending = await store.pending(limit);
    if (pending.length === limit) mustLook = true;
    seen = Math.max(seen, pending.at(-1)?.seq ?? 0);
    return pending.map((stored) => ({ stored }));
  }

  async function dispatchOf({ stored, known }: FreshEvent): Promise<Dispatched | undefined> {
    const { seq } = stored;
    try {
      if (stored.hops > MAX_HOPS) return { dispatch: { seq, ...LOOP } };
      const found = await enricher.enrich(openWith(options.origins, stored, known));
      return found && { ...dispatch(options, found), event: found.event };
    } catch (error) {
      // One that cannot be read must not stand in the way of all others.
      const note = `It cannot be read: ${messageOf(error)}`;
      return { dispatch: { seq, state: "failed", note, deliveries: [] } };
    }
  }

  /** @throws what reading an event throws. */
  function decide(event: NewEvent, known: KnownEvent | undefined): DecidedAhead | undefined {
    const stored: StoredEvent = { ...event, seq: NOT_STORED, state: "dispatched", repeats: 0 };
    const opened = openWith(options.origins, stored, known);
    if (stored.hops > MAX_HOPS) return { event: opened, following: LOOP, misses: [] };
    if (enricher.mustAsk(opened) || options.notifier?.concerns(opened)) return undefined;
    return { event: opened, ...follow(options, opened) };
  }

  return {
    fresh(events) {
      if (fresh.length + events.length > FRESH) mustLook = true;
      if (!mustLook) fresh.push(...events.filter(({ stored: { seq } }) => seq > seen));
    },
    async round() {
      await options.notifier?.begin();
      const events = await next();
      isUnderWay = events.length > 0;
      const waiting = new Set<string | undefined>();
      const done: Dispatched[] = [];
      for (const event of events) {
        const { stored } = event;
        if (stored.integration !== undefined && waiting.has(stored.integration)) continue;
        const dispatched = await dispatchOf(event);
        if (dispatched) done.push(dispatched);
        else waiting.add(stored.integration);
      }
      const dispatches = done.map(({ dispatch }) => dispatch);
      try {
        const flush = options.notifier?.flush();
        await store.dispatch(dispatches, flush);
        if (flush || dispatches.length > 0) options.onWritten?.();
      } catch (error) {
        mustLook = true;
        options.notifier?.forget();
        throw error;
      } finally {
        isUnderWay = false;
      }
      for (const one of done) tell(options, one);
      return done.flatMap(({ event }) => event ?? []);
    },
    hasMore: () => mustLook || fresh.length > 0,
    knowsPending: () => mustLook || fresh.length > 0 || isUnderWay || enricher.held() > 0,
    look() {
      mustLook = true;
      fresh = [];
    },
    ahead(event, known) {
      try {
        return decide(event, known);
      } catch {
        return undefined; // what is wrong with it is found again, and said, when it is dispatched
      }
    },
    followed({ event, following, misses }, atOnce) {
      for (const follower of options.followers) follower.followed?.(event, following.deliveries);
      tell(options, { dispatch: { seq: event.stored.seq, ...following }, event, misses }, atOnce);
    },
  };
}

const LOOP: Following = {
  state: "failed",
  note: `It is the effect of more than ${MAX_HOPS} rules, one after the other: a loop.`,
  deliveries: [],
};

/** What follows from an event, with its notifications. */
function dispatch(
  options: Pick<DispatcherOptions, "followers" | "notifier" | "log">,
  { event, data, note }: Enriched,
): Pick<Dispatched, "dispatch" | "misses"> {
  const notes = note === undefined ? [] : [note];
  const { following, misses } = follow(options, event, notes);
  const { seq, trace } = event.stored;
  try {
    options.notifier?.take(event);
  } catch (error) {
    options.log.error({ seq, trace }, `It is not routed: ${messageOf(error)}`);
    notes.push(`Not routed: ${messageOf(error)}`);
  }
  return { dispatch: { seq, ...following, ...noteOf(notes), ...(data === undefined ? {} : { data }) }, misses };
}

/** A follower that fails keeps none of the others from being asked. @param notes gets what is to be said of each. */
function follow(
  { followers, log }: Pick<DispatcherOptions, "followers" | "log">,
  event: OpenEvent,
  notes: string[] = [],
): Pick<DecidedAhead, "following" | "misses"> {
  const misses: Misses[number][] = [];
  const deliveries: Following["deliveries"][number][] = [];
  const deduplicate: NonNullable<Following["deduplicate"]>[number][] = [];
  for (const follower of followers) {
    try {
      const followed = follower.follow(event);
      deliveries.push(...followed.deliveries);
      deduplicate.push(...(followed.deduplicate ?? []));
      notes.push(...followed.notes);
      misses.push(...(followed.misses ?? []));
    } catch (error) {
      log.error({ seq: event.stored.seq, trace: event.stored.trace }, `What follows is unknown: ${messageOf(error)}`);
      notes.push(`Not asked: ${messageOf(error)}`);
    }
  }
  const dedupe = deduplicate.length > 0 ? { deduplicate } : {};
  return { following: { state: "dispatched", deliveries, ...dedupe, ...noteOf(notes) }, misses };
}

function noteOf(notes: readonly string[]): { note?: string } {
  return notes.length > 0 ? { note: notes.join("\n") } : {};
}

/** Of one that nothing follows from there is nothing to follow up. */
function tell(
  { log, onMiss }: Pick<DispatcherOptions, "log" | "onMiss">,
  { dispatch, event, misses = [] }: Dispatched,
  atOnce = false,
): void {
  for (const { miss, rule } of misses) onMiss?.(miss, rule);
  const { length: deliveries } = dispatch.deliveries;
  const { trace, type, integration } = event?.stored ?? {};
  const fields = { seq: dispatch.seq, trace, type, integration, deliveries };
  if (dispatch.state === "failed") log.warn(fields, `not dispatched: ${dispatch.note}`);
  else if (deliveries > 0 && !atOnce) log.info(fields, "dispatched");
  else log.debug(fields, "dispatched");
}
