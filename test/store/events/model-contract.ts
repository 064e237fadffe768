/** Random sequences of arrivals, claims and ends against a model that is a list. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventStore, Hold, NewDelivery } from "../../../src/store/event-types.ts";
import { START } from "../support.ts";
import type { Opening } from "./contract.ts";
import { type Arrival, Model, type ModelDelivery, type ModelEvent } from "./model.ts";
import { claimOf, delivery, ended, event, followed, following } from "./support.ts";

const PASS_AFTER = 50;
const LEASE = 40;
/** For so long a rule remembers a key: as long as some steps. */
const WINDOW = 60;

/** A delivery that follows; `same`: under the id of one that is there by then. */
interface Follows {
  target: number;
  key: number;
  delay: number;
  same: number | undefined;
  dedupe: number | undefined;
  limit: number;
}

/** An event that is handed in; `again`: one that is there by then. */
interface Comes {
  again: number | undefined;
  bytes: number | undefined;
  isDecided: boolean;
  follows: readonly Follows[];
}

type Step =
  | { do: "arrive"; target: number; key: number; delay: number; limit: number }
  | { do: "accept"; events: readonly Comes[]; worker: number | undefined }
  | { do: "dispatch"; limit: number }
  | { do: "claim"; worker: number; limit: number }
  | { do: "end"; pick: number; retryIn: number | undefined }
  | { do: "pass"; time: number };

const sometimes = <T>(one: fc.Arbitrary<T>, freq: number) => fc.option(one, { nil: undefined, freq });

const follows: fc.Arbitrary<Follows> = fc.record({
  target: fc.nat(2),
  key: fc.nat(2),
  delay: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(3)),
  // Seldom there.
  same: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, fc.nat(9)),
  dedupe: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.nat(1)),
  limit: fc.nat(3),
});

const comes: fc.Arbitrary<Comes> = fc.record({
  again: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, fc.nat(9)),
  bytes: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.nat(5)),
  isDecided: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, fc.constant(false)),
  follows: fc.array(follows, { maxLength: 3 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("arrive" as const),
      target: fc.nat(2),
      key: fc.nat(2),
      delay: fc.nat(3),
      limit: fc.nat(3),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("accept" as const),
      events: fc.array(comes, { minLength: 1, maxLength: 4 }),
      worker: sometimes(fc.nat(1), 5),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("dispatch" as const), limit: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("claim" as const),
      worker: fc.nat(1),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      pick: fc.nat(9),
      retryIn: sometimes(fc.integer({ min: 1, max: 90 }), 2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), time: fc.nat(30) }) },
);

/** Target 2 takes so many at once, 0 being any number; the others any number. */
const concurrencyOf = (target: string, limit: number) => (target === "t2" && limit > 0 ? { concurrency: limit } : {});

export function modelTests({ open, sequences }: Opening): void {
  test("accepts and claims give what a plain list gives, whatever came before", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const model = new Model(START, PASS_AFTER);
        const clock = { monotonic: () => 0, sleep: async () => undefined, every: () => () => undefined };
        const { events, close } = await opened(() => open({ ...clock, now: () => model.now }));
        for (const [nr, one] of steps.entries()) await carryOut(events, model, one, nr);
        await compare(events, model);
        await close();
      }),
      { numRuns: sequences },
    );
  });
}

async function carryOut(events: EventStore, model: Model, one: Step, nr: number): Promise<void> {
  const { now } = model;
  switch (one.do) {
    case "pass":
      model.now += one.time;
      return;
    case "arrive":
      return arrive(events, model, one, nr);
    case "accept":
      return accept(events, model, one, nr);
    case "dispatch": {
      const pending = model.pending().slice(0, one.limit);
      expect((await events.pending(one.limit)).map(({ id }) => id)).toEqual(pending.map(({ id }) => id));
      await events.dispatch(
        pending.map(({ seq, follows: { deliveries, deduplicate } }) => ({
          ...{ seq, state: "dispatched", deliveries, deduplicate },
        })),
      );
      for (const event of pending) model.dispatch(event);
      return;
    }
    case "claim": {
      const hold = { worker: `w${one.worker}`, now, until: now + LEASE };
      const expected = model.claim(hold, one.limit);
      const { deliveries, blocked } = await events.claim(claimOf({ ...hold, limit: one.limit, passAfter: PASS_AFTER }));
      expect(deliveries.map(({ id, attempts }) => [id, attempts])).toEqual(
        expected.map(({ id, attempts }) => [id, attempts.length + 1]),
      );
      expect(blocked).toBe(expected.length === one.limit || model.due().length > 0);
      return;
    }
    case "end": {
      const running = model.deliveries.filter(({ state }) => state === "running");
      const picked = running[one.pick % Math.max(1, running.length)];
      if (picked) await end(events, model, picked, one.retryIn);
    }
  }
}

async function arrive(
  events: EventStore,
  model: Model,
  { target, key, delay, limit }: Step & { do: "arrive" },
  nr: number,
): Promise<void> {
  const mine = deliveryOf(`d${nr}`, { target, key, delay, limit }, model.now);
  const arrival = { id: `e${nr}`, follows: { deliveries: [mine], deduplicate: [] } };
  const [event] = model.accept([arrival], undefined);
  const seq = await followed(events, arrival.id, [mine], { receivedAt: model.now });
  if (!event?.is) throw new Error("It is new.");
  event.is.seq = seq;
  model.dispatch(event.is);
}

async function accept(
  events: EventStore,
  model: Model,
  { events: all, worker }: Step & { do: "accept" },
  nr: number,
): Promise<void> {
  const { now } = model;
  const hold: Hold | undefined = worker === undefined ? undefined : { now, worker: `w${worker}`, until: now + LEASE };
  const ids = model.deliveries.map(({ id }) => id);
  const arrivals = all.map((one, at): Arrival & { isDecided: boolean } => {
    const known = model.events[(one.again ?? 0) % Math.max(1, model.events.length)]?.id;
    const id = one.again === undefined || known === undefined ? `e${nr}-${at}` : known;
    const deliveries: NewDelivery[] = [];
    const deduplicate: Arrival["follows"]["deduplicate"][number][] = [];
    for (const [index, follow] of one.follows.entries()) {
      const there = follow.same === undefined ? undefined : ids[follow.same % Math.max(1, ids.length)];
      const mine = there ?? `d${nr}-${at}-${index}`;
      ids.push(mine);
      deliveries.push(deliveryOf(mine, follow, now));
      if (follow.dedupe === undefined) continue;
      deduplicate.push({ delivery: mine, rule: "default/r", key: `k${follow.dedupe}`, until: now + WINDOW });
    }
    const bytes = id === known || one.bytes === undefined ? {} : { bytes: `hash${one.bytes}` };
    return { id, ...bytes, follows: { deliveries, deduplicate }, isDecided: one.isDecided };
  });
  const expected = model.accept(arrivals, hold);
  const answers = await events.accept(
    arrivals.map(({ id, bytes }) => event(id, { receivedAt: now, ...(bytes ? { signedHash: bytes } : {}) })),
    {
      following: arrivals.map(({ isDecided, follows: { deliveries, deduplicate } }) =>
        isDecided ? following(deliveries, { deduplicate }) : undefined,
      ),
      ...(hold ? { hold } : {}),
    },
  );
  expect(answers.map(({ outcome, followed: of }) => ({ outcome, given: of?.given }))).toEqual(
    expected.map(({ outcome, given }) => ({ outcome, given })),
  );
  for (const [at, { seq }] of answers.entries()) {
    const { outcome, is } = expected[at] ?? {};
    if (is && outcome === "stored") is.seq = seq;
    expect(seq).toBe(is?.seq);
  }
}

function deliveryOf(
  id: string,
  { target, key, delay, limit }: Pick<Follows, "target" | "key" | "delay" | "limit">,
  now: number,
) {
  const name = `t${target}`;
  return delivery(id, { target: name, orderingKey: `k${key}`, notBefore: now + delay, ...concurrencyOf(name, limit) });
}

async function end(
  events: EventStore,
  model: Model,
  picked: ModelDelivery,
  retryIn: number | undefined,
): Promise<void> {
  const { id, worker = "" } = picked;
  const { now } = model;
  const attempt = { at: now, took: 0, outcome: retryIn === undefined ? ("done" as const) : ("retry" as const) };
  const how =
    retryIn === undefined ? ({ state: "done" } as const) : { state: "waiting" as const, notBefore: now + retryIn };
  await events.end([ended(id, { worker, attempt, ...how })]);
  model.end(picked, retryIn);
}

/** All that is in the store. */
async function compare(events: EventStore, model: Model): Promise<void> {
  const kept = (await events.events({ limit: 1000 })).toReversed();
  expect(kept.map(({ id, seq, state, repeats }) => ({ id, seq, state, repeats }))).toEqual(
    model.events.map(({ id, seq, isPending, repeats }: ModelEvent) => ({
      ...{ id, seq, state: isPending ? "pending" : "dispatched", repeats },
    })),
  );
  const deliveries = await events.deliveries({ limit: 1000 });
  const of = (id: number) => model.events.find(({ seq }) => seq === id)?.id;
  expect(deliveries.map(({ id, event: seq, state, notBefore }) => [id, of(seq), state, notBefore])).toEqual(
    model.deliveries.map(({ id, event: from, state, due }) => [id, from, state, due]),
  );
  for (const { id, attempts } of model.deliveries) {
    expect((await events.attempts(id)).map(({ outcome }) => outcome)).toEqual(attempts);
  }
}

async function opened(open: () => ReturnType<Opening["open"]>) {
  const store = await open();
  return { events: store.events, close: () => store.close() };
}
