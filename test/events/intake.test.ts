/** Events of which it is decided what follows before they are in the inbox, among those of which it is not. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { POLL } from "../../src/events/engine.ts";
import type { Miss, Notifier, Performed } from "../../src/events/types.ts";
import type { Accepted, Claim, NewEvent } from "../../src/store/event-types.ts";
import { StoreError } from "../../src/store/types.ts";
import { event } from "../store/events/support.ts";
import { VirtualClock } from "../support/clock.ts";
import { countCalls, followerTo, type Layer, layer, pass, scriptedPerformer, settled, until } from "./support.ts";

type Parts = Partial<Parameters<typeof layer>[0]>;

const fixed = () => new VirtualClock({ auto: false });
const MINUTE = 60_000;
const down: Performed = { outcome: "retry", code: "UNAVAILABLE", message: "It is down." };

/** A layer with a target `a` for each event, whose loops have begun and sleep. */
async function started(parts: Parts = {}) {
  const it = await prepared(parts);
  it.engine.start();
  await settled();
  return it;
}

async function prepared(parts: Parts = {}) {
  const clock = parts.clock ?? fixed();
  const performer = scriptedPerformer(clock);
  return {
    ...(await layer({ clock, followers: [followerTo(["a"])], performers: { rule: performer }, ...parts })),
    performer,
  };
}

/** Of no Integration that is asked for more. */
const direct = (id: string, more: Partial<NewEvent> = {}) =>
  event(id, { integration: "default/plain", source: "/default/plain", subject: id, ...more });

const send = async ({ engine, clock }: Pick<Layer, "engine" | "clock">, ...events: readonly NewEvent[]) =>
  engine.takeIn(events.map((one) => ({ ...one, receivedAt: clock.now() })));

const givenOf = (answers: readonly Accepted[]) => answers.map(({ followed }) => followed?.given);

/** Lets what the store says of something wait until the test lets it go. */
function gateOf<K extends "accept" | "claim" | "end">(
  { store: { events } }: Pick<Layer, "store">,
  name: K,
): { asked(): number; open(): void } {
  const gate = Promise.withResolvers<void>();
  const run = events[name] as (...all: readonly unknown[]) => Promise<unknown>;
  let asked = 0;
  Object.assign(events, {
    [name]: async (...all: readonly unknown[]) => {
      const answer = await run(...all);
      asked += 1;
      await gate.promise;
      return answer;
    },
  });
  return { asked: () => asked, open: gate.resolve };
}

/** Performs nothing until the test says so. */
function gated(clock: VirtualClock) {
  const gates = new Map<string, (performed?: Performed) => void>();
  const performer = scriptedPerformer(
    clock,
    ({ id }, { signal }) =>
      new Promise((resolve) => {
        gates.set(id, (performed = { outcome: "done" }) => resolve(performed));
        signal.addEventListener("abort", () => resolve(down));
      }),
  );
  return { performer, end: (id: string, performed?: Performed) => gates.get(id)?.(performed) };
}

/** Notifications that are about the events of one type. */
function notifierOf(type: string): Notifier & { told: string[] } {
  const told: string[] = [];
  return {
    told,
    begin: async () => undefined,
    concerns: ({ stored }) => stored.type === type,
    take: ({ stored }) => void (stored.type === type && told.push(stored.id)),
    flush: () => undefined,
    forget: () => undefined,
    nextDue: () => undefined,
  };
}

/** Of `default/gh` the platform is asked for more. */
const asking = (enrich: () => Promise<void> = async () => undefined) => ({
  origins: (integration: string) => ({
    events: { main: {} },
    ...(integration === "default/gh"
      ? {
          enrich: async (one: { id: string; name: string; data: unknown }) => {
            await enrich();
            return one as never;
          },
        }
      : {}),
  }),
});

const left = async ({ store }: Pick<Layer, "store">) => {
  const { pending, waiting, running } = await store.events.counts();
  return pending + waiting + running;
};

test("an event is stored, followed and delivered with one accept and one end, without a look at the store", async () => {
  const all = await started();
  const counts = countCalls(all.store);
  const answers = await send(all, direct("e1"));
  await until(() => counts.end === 1);
  await settled();
  expect(givenOf(answers)).toEqual([["e1:a"]]);
  expect(all.performer.calls).toMatchObject([{ id: "e1:a", attempt: 1, event: "e1" }]);
  expect(counts).toEqual({ accept: 1, end: 1 });
  expect(await left(all)).toBe(0);
  await all.engine.stop(0);
});

test("what of an event cannot begin at once is claimed as soon as it can, and nothing is read back", async () => {
  const all = await started();
  const counts = countCalls(all.store);
  await send(all, direct("e1", { subject: "s" }), direct("e2", { subject: "s" }), direct("e3"));
  await until(() => counts.end === 3);
  expect(all.performer.calls.map(({ event: id }) => id)).toEqual(["e1", "e3", "e2"]);
  expect(counts).not.toHaveProperty("dispatch");
  expect(counts).not.toHaveProperty("pending");
  expect(counts).not.toHaveProperty("eventsBySeq");
  await all.engine.stop(0);
});

test("an event behind one that waits for its platform is not delivered before it", async () => {
  const asked = Promise.withResolvers<void>();
  const all = await started(asking(() => asked.promise));
  await send(all, direct("e1", { integration: "default/gh", source: "/default/gh", subject: "s" }));
  expect(givenOf(await send(all, direct("e2", { subject: "s" })))).toEqual([undefined]);
  await settled();
  expect(all.performer.calls).toEqual([]);
  asked.resolve();
  await until(() => all.performer.calls.length === 2);
  expect(all.performer.calls.map(({ event: id }) => id)).toEqual(["e1", "e2"]);
  await until(async () => (await left(all)) === 0);
  expect(givenOf(await send(all, direct("e3", { subject: "s" })))).toEqual([["e3:a"]]);
  await all.engine.stop(0);
});

test("an event that the notifications are about goes the long way, and they are told once", async () => {
  const notifier = notifierOf("github.push");
  const all = await started({ notifier });
  const answers = await send(all, direct("e1"), direct("e2", { type: "github.push" }), direct("e3"));
  expect(givenOf(answers)).toEqual([["e1:a"], undefined, undefined]);
  await until(async () => (await left(all)) === 0);
  expect(notifier.told).toEqual(["e2"]);
  expect(all.performer.calls.map(({ event: id }) => id)).toEqual(["e1", "e2", "e3"]);
  await pass(all.clock, 3 * POLL);
  expect(notifier.told).toEqual(["e2"]);
  await all.engine.stop(0);
});

test("before the start nothing follows ahead; what came is dispatched then", async () => {
  const all = await prepared();
  expect(givenOf(await send(all, direct("e1")))).toEqual([undefined]);
  expect(await all.store.events.counts()).toMatchObject({ pending: 1 });
  all.engine.start();
  await until(async () => (await left(all)) === 0);
  expect(all.performer.calls.map(({ id }) => id)).toEqual(["e1:a"]);
  await all.engine.stop(0);
});

test("once stopping has begun nothing follows ahead, and what comes is left to whoever is next", async () => {
  const clock = fixed();
  const { performer, end } = gated(clock);
  const all = await started({ clock, performers: { rule: performer } });
  await send(all, direct("e1"));
  const stopped = all.engine.stop(MINUTE);
  expect(givenOf(await send(all, direct("e2")))).toEqual([undefined]);
  end("e1:a");
  await stopped;
  expect(givenOf(await send(all, direct("e3")))).toEqual([undefined]);
  expect(performer.calls.map(({ id }) => id)).toEqual(["e1:a"]);
  expect((await all.store.events.pending(9)).map(({ id }) => id)).toEqual(["e2", "e3"]);
});

test.each<{ how: string; ends: boolean; state: string; outcome: string }>([
  { how: "is delivered where there is time", ends: true, state: "done", outcome: "done" },
  { how: "is given back where there is none", ends: false, state: "waiting", outcome: "lost" },
])("what was given by an accept that is under way at the stop $how", async ({ ends, state, outcome }) => {
  const clock = fixed();
  const { performer, end } = gated(clock);
  const all = await started({ clock, performers: { rule: performer } });
  const accept = gateOf(all, "accept");
  const answer = send(all, direct("e1"));
  await until(() => accept.asked() === 1);
  let isStopped = false;
  const stopped = all.engine.stop(10_000).then(() => (isStopped = true));
  await settled();
  expect(isStopped).toBe(false);
  accept.open();
  expect(givenOf(await answer)).toEqual([["e1:a"]]);
  await settled();
  expect(isStopped).toBe(false);
  if (ends) end("e1:a");
  else await pass(clock, 10_000);
  await stopped;
  expect(performer.calls).toHaveLength(1);
  expect(await all.store.events.delivery("e1:a")).toMatchObject({ state });
  expect(await all.store.events.attempts("e1:a")).toMatchObject([{ outcome }]);
});

test("an accept that fails frees the room that was kept, tells its caller, and delivers nothing", async () => {
  const all = await started({ concurrency: 1 });
  const { accept } = all.store.events;
  let failures = 3;
  all.store.events.accept = (...given) =>
    failures-- > 0 ? Promise.reject(new StoreError("Full", "The disk is full.")) : accept(...given);
  for (const n of [1, 2, 3]) await expect(send(all, direct(`e${n}`))).rejects.toThrow("The disk is full.");
  expect(all.performer.calls).toEqual([]);
  const counts = countCalls(all.store);
  expect(givenOf(await send(all, direct("e4")))).toEqual([["e4:a"]]);
  await until(() => counts.end === 1);
  expect(counts).toEqual({ accept: 1, end: 1 });
  await all.engine.stop(0);
});

test("room that was kept for what the store did not give is free again", async () => {
  const all = await started({ concurrency: 2 });
  await send(all, direct("e1"), direct("e2"));
  await until(() => all.performer.calls.length === 2);
  const repeated = await send(all, direct("e1"), direct("e2"));
  expect(repeated.map(({ outcome }) => outcome)).toEqual(["duplicate", "duplicate"]);
  await until(async () => (await left(all)) === 0);
  expect(givenOf(await send(all, direct("e3"), direct("e4")))).toEqual([["e3:a"], ["e4:a"]]);
  await all.engine.stop(0);
});

test("what there is no room for waits, and is carried out once there is", async () => {
  const clock = fixed();
  const { performer, end } = gated(clock);
  const all = await started({ clock, performers: { rule: performer }, concurrency: 2 });
  const answers = await send(all, direct("e1"), direct("e2"), direct("e3"));
  expect(givenOf(answers)).toEqual([[], [], []]);
  await until(() => performer.calls.length === 2);
  expect(givenOf(await send(all, direct("e4")))).toEqual([[]]);
  for (const id of ["e1:a", "e2:a", "e3:a", "e4:a"]) {
    await until(() => performer.calls.some((call) => call.id === id));
    end(id);
  }
  await until(async () => (await left(all)) === 0);
  expect(performer.calls.map(({ id }) => id)).toEqual(["e1:a", "e2:a", "e3:a", "e4:a"]);
  await all.engine.stop(0);
});

test("a delivery that has to wait is claimed at once, though nothing ends and no time passes", async () => {
  // Of a rule that limits how many run at once nothing is given.
  const all = await started({ followers: [followerTo(["a"], { concurrency: 1 })] });
  expect(givenOf(await send(all, direct("e1")))).toEqual([[]]);
  await until(() => all.performer.calls.length === 1);
  await all.engine.stop(0);
});

test("after a claim that failed the next end has the worker look again, though no time passes", async () => {
  const clock = fixed();
  const { performer, end } = gated(clock);
  const all = await started({ clock, performers: { rule: performer } });
  await send(all, direct("e1", { subject: "s" }));
  await until(() => performer.calls.length === 1);
  const { claim } = all.store.events;
  let failures = 1;
  all.store.events.claim = (request) =>
    failures-- > 0 ? Promise.reject(new StoreError("Full", "The disk is full.")) : claim(request);
  await send(all, direct("e2", { subject: "s" }));
  await until(() => all.log.lines.some(({ message }) => message === "The disk is full."));
  end("e1:a");
  await until(() => performer.calls.length === 2);
  end("e2:a");
  await all.engine.stop(MINUTE);
});

test("while something waits what comes gets half of the room, and all of it when nothing does", async () => {
  const clock = fixed();
  const { performer, end } = gated(clock);
  const all = await started({ clock, performers: { rule: performer }, concurrency: 4 });
  await send(all, direct("e1", { subject: "s" }));
  // Its key is busy, so that it waits.
  expect(givenOf(await send(all, direct("e2", { subject: "s" })))).toEqual([[]]);
  await settled();
  expect(givenOf(await send(all, direct("e3")))).toEqual([["e3:a"]]);
  expect(givenOf(await send(all, direct("e4")))).toEqual([[]]);
  await until(() => performer.calls.length === 3);
  end("e1:a");
  await until(() => performer.calls.some(({ id }) => id === "e2:a"));
  for (const id of ["e2:a", "e3:a", "e4:a"]) end(id);
  await until(async () => (await left(all)) === 0);
  await settled();
  const answers = [];
  for (const n of [5, 6, 7, 8]) answers.push(...givenOf(await send(all, direct(`e${n}`))));
  expect(answers).toEqual([["e5:a"], ["e6:a"], ["e7:a"], ["e8:a"]]);
  for (const n of [5, 6, 7, 8]) end(`e${n}:a`);
  await all.engine.stop(MINUTE);
});

test("what is claimed and what comes meanwhile are together no more than may be at once", async () => {
  const clock = fixed();
  const { performer, end } = gated(clock);
  const all = await started({ clock, performers: { rule: performer }, concurrency: 2 });
  await settled();
  const { events } = all.store;
  const { claim } = events;
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  Object.assign(events, { claim: (given: Claim) => gate.then(() => claim.call(events, given)) });
  // Another process has taken two in: a look finds them, and a claim for them begins.
  await events.accept(["old1", "old2"].map((id) => ({ ...direct(id), receivedAt: clock.now() })));
  await clock.advance(POLL);
  await settled();
  const coming = ["new1", "new2"].map((id) => send(all, direct(id)));
  await settled();
  go();
  await Promise.all(coming);
  await settled();
  expect(performer.calls.length).toBeLessThanOrEqual(2);
  const names = ["old1", "old2", "new1", "new2"].map((id) => `${id}:a`);
  for (let at = 0; at < names.length; at++) {
    await until(() => performer.calls.length > at);
    end(performer.calls[at]?.id ?? "");
    await settled();
  }
  expect(performer.calls.map(({ id }) => id).toSorted()).toEqual(names.toSorted());
  await all.engine.stop(0);
});

test("what waits is carried out however much comes", async () => {
  const all = await started({ concurrency: 2 });
  const busy: Promise<unknown>[] = [];
  const waiting = Array.from({ length: 10 }, (_, n) => direct(`old${n}`));
  await all.store.events.accept(waiting.map((one) => ({ ...one, receivedAt: all.clock.now() })));
  let came = 0;
  for (; came < 400 && all.performer.calls.filter(({ event: id }) => id.startsWith("old")).length < 10; came++) {
    busy.push(send(all, direct(`new${came}`)));
    await new Promise((resolve) => setImmediate(resolve));
    // What another put there is found by looking.
    if (came === 20) await all.clock.advance(POLL);
  }
  expect(came).toBeLessThan(400);
  await Promise.all(busy);
  await until(async () => (await left(all)) === 0);
  await all.engine.stop(0);
});

test("a retry takes place when it is due, although nothing else wakes the worker", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock, () => (performer.calls.length === 1 ? down : { outcome: "done" }));
  // A wait of 740 ms, which ends at none of the looks that the loops take by themselves.
  const all = await started({ clock, performers: { rule: performer }, random: () => 0.37 });
  await clock.advance(130);
  await send(all, direct("e1"));
  await until(async () => (await all.store.events.delivery("e1:a"))?.state === "waiting");
  await settled();
  await clock.advance(739);
  await settled();
  expect(performer.calls).toHaveLength(1);
  await clock.advance(1);
  await settled();
  expect(performer.calls.map(({ at }) => at - (performer.calls[0]?.at ?? 0))).toEqual([0, 740]);
  await all.engine.stop(0);
});

test("a retry takes place when it is due, although a claim was made while it was written down", async () => {
  const clock = fixed();
  const performer = scriptedPerformer(clock, () => (performer.calls.length === 1 ? down : { outcome: "done" }));
  const all = await started({ clock, performers: { rule: performer }, random: () => 0.37 });
  const { end } = all.store.events;
  const written = Promise.withResolvers<void>();
  all.store.events.end = async (ends) => {
    await written.promise;
    await end(ends);
  };
  const counts = countCalls(all.store);
  await clock.advance(POLL - 50);
  await send(all, direct("e1"));
  await until(() => counts.end === 1);
  await clock.advance(50);
  await until(() => (counts.nextDue ?? 0) > 0);
  written.resolve();
  await until(async () => (await all.store.events.delivery("e1:a"))?.state === "waiting");
  await settled();
  await clock.advance(690);
  await settled();
  expect(performer.calls.map(({ at }) => at - (performer.calls[0]?.at ?? 0))).toEqual([0, 740]);
  await all.engine.stop(0);
});

test("what a rule missed is told once, and only when the event is in the inbox with what follows", async () => {
  const told: [Miss, string][] = [];
  const missing = {
    follow: () => ({ deliveries: [], notes: [], misses: [{ miss: "loop" as const, rule: "default/r" }] }),
  };
  const all = await started({
    ...asking(),
    followers: [missing],
    onMiss: (miss, rule) => void told.push([miss, rule]),
  });
  const { accept, dispatch } = all.store.events;
  const full = () => Promise.reject(new StoreError("Full", "The disk is full."));
  all.store.events.accept = full;
  await expect(send(all, direct("e1"))).rejects.toThrow();
  expect(told).toEqual([]);
  all.store.events.accept = accept;
  await send(all, direct("e1"));
  expect(told).toEqual([["loop", "default/r"]]);
  await send(all, direct("e1"));
  expect(told).toHaveLength(1);
  all.store.events.dispatch = (...given) => (given[0].length > 0 ? full() : dispatch(...given));
  // The second was decided ahead, and comes to nothing since the first waits for its platform.
  await send(all, direct("e2", { integration: "default/gh", source: "/default/gh" }));
  await send(all, direct("e3"));
  await settled();
  expect(await all.store.events.counts()).toMatchObject({ pending: 2 });
  expect(told).toHaveLength(1);
  all.store.events.dispatch = dispatch;
  await pass(all.clock, 10_000);
  expect(await all.store.events.counts()).toMatchObject({ pending: 0 });
  expect(told).toHaveLength(3);
  await all.engine.stop(0);
});

/** How an event comes: at once, after its platform was asked, with a notification, or posted by somebody. */
type Way = "direct" | "asked" | "routed" | "posted";
type Move = { do: "send"; events: { way: Way; subject: number }[] } | { do: "wait"; turns: number } | { do: "pass" };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("send" as const),
        events: fc.array(
          fc.record({
            way: fc.oneof(
              { weight: 4, arbitrary: fc.constant("direct" as const) },
              fc.constantFrom<Way>("asked", "routed", "posted"),
            ),
            subject: fc.nat(2),
          }),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), turns: fc.nat(12) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("pass" as const) }) },
  ),
  { minLength: 4, maxLength: 25 },
);

function comingBy(way: Way, id: string, subject: string): NewEvent {
  const { integration, platform, ...posted } = direct(id, { subject });
  if (way === "asked") return direct(id, { subject, integration: "default/gh", source: "/default/gh" });
  if (way === "routed") return direct(id, { subject, type: "github.push" });
  if (way === "posted") return { ...posted, source: "/ci", type: "com.example.built" };
  return direct(id, { subject });
}

test("each key keeps the order of arrival, whichever ways its events come, and each is delivered once", {
  timeout: 120_000,
}, async () => {
  const someTurns = async (most: number, turn: () => number) => {
    for (let n = turn() % (most + 1); n > 0; n--) await new Promise((resolve) => setImmediate(resolve));
  };
  const plan = fc.record({
    moves,
    turns: fc.array(fc.nat(20), { minLength: 1, maxLength: 20 }),
    concurrency: fc.constantFrom(1, 2, 64),
    fails: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ moves: all, turns, concurrency, fails }) => {
      const clock = fixed();
      let taken = 0;
      const turn = () => turns[taken++ % turns.length] as number;
      const performer = scriptedPerformer(clock, async () => {
        await someTurns(9, turn);
        return { outcome: "done" };
      });
      const notifier = notifierOf("github.push");
      const enrich = async () => {
        await someTurns(6, turn);
        if (fails && turn() % 3 === 0) throw new Error("It is down.");
      };
      const it = await started({ ...asking(enrich), clock, concurrency, notifier, performers: { rule: performer } });
      const answers: Promise<unknown>[] = [];
      let sent = 0;
      for (const move of all) {
        if (move.do === "send")
          answers.push(send(it, ...move.events.map(({ way, subject }) => comingBy(way, `e${sent++}`, `s${subject}`))));
        if (move.do === "wait") await someTurns(12, () => move.turns);
        if (move.do === "pass") await clock.advance(300);
      }
      await Promise.all(answers);
      for (let tries = 0; tries < 200 && (await left(it)) > 0; tries++) await pass(clock, 1000, 500);
      await it.engine.stop(0);
      const arrived = (await it.store.events.events({ limit: 1000 })).toReversed();
      expect(arrived).toHaveLength(sent);
      const order = performer.calls.map(({ event: id }) => arrived.findIndex((one) => one.id === id));
      expect(order.toSorted((a, b) => a - b)).toEqual(arrived.map((_, at) => at));
      // An Integration whose platform does not answer is held back alone.
      const keyOf = ({ subject, integration }: NewEvent) => `${subject} ${fails ? integration === "default/gh" : ""}`;
      for (const of of Map.groupBy(order, (at) => keyOf(arrived[at] as NewEvent)).values()) {
        expect(of).toEqual(of.toSorted((a, b) => a - b));
      }
      expect(notifier.told).toEqual(arrived.filter(({ type }) => type === "github.push").map(({ id }) => id));
      await it.store.close();
    }),
    { numRuns: 60 },
  );
});
