/** The inbox and the outbox as a plain list: what a store has to answer. */
import type { Deduplication, Hold, NewDelivery } from "../../../src/store/event-types.ts";

export interface Arrival {
  id: string;
  /** What was signed. */
  bytes?: string;
  /** Whether it is known by then what follows. */
  isDecided?: boolean;
  follows: {
    deliveries: readonly NewDelivery[];
    deduplicate: readonly (Deduplication & { delivery: string })[];
  };
}

export interface ModelEvent extends Arrival {
  /** As the store numbered it. */
  seq: number;
  isPending: boolean;
  repeats: number;
}

export interface ModelDelivery {
  id: string;
  /** The event's id. */
  event: string;
  target: string;
  key: string;
  concurrency: number;
  state: "waiting" | "running" | "done";
  due: number;
  heldSince: number | undefined;
  worker: string | undefined;
  /** How its attempts ended so far. */
  attempts: string[];
}

export interface ModelAnswer {
  outcome: "stored" | "duplicate" | "replay";
  /** The event that is in the inbox. */
  is: ModelEvent;
  /** Undefined for one that is pending, or that is a repeat. */
  given: readonly string[] | undefined;
}

const isOpen = ({ state }: ModelDelivery) => state !== "done";

export class Model {
  now: number;
  readonly events: ModelEvent[] = [];
  /** In the order in which they came to be. */
  readonly deliveries: ModelDelivery[] = [];
  readonly #passAfter: number;
  readonly #remembered = new Map<string, { until: number; event: string }>();

  constructor(now: number, passAfter: number) {
    this.now = now;
    this.#passAfter = passAfter;
  }

  pending(): ModelEvent[] {
    return this.events.filter(({ isPending }) => isPending);
  }

  accept(arrivals: readonly Arrival[], hold: Hold | undefined): ModelAnswer[] {
    /** Keys of what is open, or was asked for by the same call. */
    const busy = new Set(this.deliveries.filter(isOpen).map(({ target, key }) => `${target} ${key}`));
    return arrivals.map((arrival): ModelAnswer => {
      const same = this.events.find(({ id }) => id === arrival.id);
      if (same) return repeated("duplicate", same);
      const signed = this.events.find(({ bytes }) => bytes !== undefined && bytes === arrival.bytes);
      if (signed) return repeated("replay", signed);
      const isPending = arrival.isDecided !== true || this.pending().length > 0;
      const is = { ...arrival, seq: 0, isPending, repeats: 0 };
      this.events.push(is);
      return { outcome: "stored", is, given: isPending ? undefined : this.#follow(is, hold, busy) };
    });
  }

  dispatch(event: ModelEvent): void {
    event.isPending = false;
    this.#follow(event, undefined, new Set());
  }

  /** @returns the ids of those that the worker has. */
  #follow({ id: event, follows }: ModelEvent, hold: Hold | undefined, busy: Set<string>): string[] {
    const left = new Set(follows.deduplicate.filter((one) => !this.#remember(one, event)).map((one) => one.delivery));
    const given: string[] = [];
    for (const { id, target, orderingKey: key, notBefore, concurrency } of follows.deliveries) {
      if (left.has(id)) continue;
      const mayBegin = hold && concurrency === undefined && notBefore <= this.now && !busy.has(`${target} ${key}`);
      busy.add(`${target} ${key}`);
      if (this.deliveries.some((one) => one.id === id)) continue;
      const one = { id, event, target, key, concurrency: concurrency ?? Number.POSITIVE_INFINITY, attempts: [] };
      const waiting = { state: "waiting", due: notBefore, heldSince: undefined, worker: undefined } as const;
      const running = { state: "running", due: hold?.until ?? 0, heldSince: undefined, worker: hold?.worker } as const;
      this.deliveries.push({ ...one, ...(mayBegin ? running : waiting) });
      if (mayBegin) given.push(id);
    }
    return given;
  }

  #remember({ rule, key, until }: Deduplication, event: string): boolean {
    const known = this.#remembered.get(`${rule} ${key}`);
    const isNew = !known || known.until <= this.now || known.event === event;
    if (isNew) this.#remembered.set(`${rule} ${key}`, { until, event });
    return isNew;
  }

  /** Those that are open and whose time has come. */
  due(): ModelDelivery[] {
    return this.deliveries.filter((one) => isOpen(one) && one.due <= this.now);
  }

  /** @returns what is taken; their attempts are those before. */
  claim({ worker, until }: Hold, limit: number): ModelDelivery[] {
    const all = this.deliveries;
    const isPassed = ({ state, heldSince }: ModelDelivery) =>
      state === "waiting" && heldSince !== undefined && heldSince <= this.now - this.#passAfter;
    const holdsBack = (one: ModelDelivery, earlier: ModelDelivery) =>
      earlier.target === one.target && earlier.key === one.key && isOpen(earlier) && !isPassed(earlier);
    const free = this.due().filter((one) => !all.slice(0, all.indexOf(one)).some((e) => holdsBack(one, e)));
    const running = ({ target }: ModelDelivery) =>
      all.filter((one) => one.target === target && one.state === "running" && one.due > this.now).length;
    const inOrder = (these: ModelDelivery[]) =>
      these.toSorted((a, b) => a.due - b.due || all.indexOf(a) - all.indexOf(b));
    const concurrency = ({ target }: ModelDelivery) =>
      inOrder(this.due().filter((one) => one.target === target)).at(-1)?.concurrency ?? 0;
    const limits = new Map(free.map((one) => [one.target, concurrency(one)]));
    const taken: ModelDelivery[] = [];
    for (const one of inOrder(free)) {
      const mine = taken.filter(({ target }) => target === one.target).length;
      if (taken.length < limit && running(one) + mine < (limits.get(one.target) ?? 0)) taken.push(one);
    }
    for (const one of taken) {
      if (one.state === "running") one.attempts.push("lost");
      Object.assign(one, { state: "running", due: until, worker });
    }
    return taken;
  }

  end(one: ModelDelivery, retryIn: number | undefined): void {
    const waits = retryIn !== undefined;
    const heldSince = waits ? (one.heldSince ?? this.now) : undefined;
    one.attempts.push(waits ? "retry" : "done");
    Object.assign(one, {
      state: waits ? "waiting" : "done",
      due: this.now + (retryIn ?? 0),
      heldSince,
      worker: undefined,
    });
  }
}

function repeated(outcome: "duplicate" | "replay", is: ModelEvent): ModelAnswer {
  is.repeats += 1;
  return { outcome, is, given: undefined };
}
