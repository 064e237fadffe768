/** What follows from events is written with them, and is its worker's at once: `accept` with `ahead`. */
import { expect, test } from "vitest";
import type { Ahead, EventStore, Following, NewDelivery, NewEvent } from "../../../src/store/event-types.ts";
import { START } from "../support.ts";
import type { Opening } from "./contract.ts";
import { claimed, claimOf, delivery, ended, event, followed, following, holdOf, ids, retried } from "./support.ts";

const MINUTE = 60_000;

export function aheadTests(opening: Opening): void {
  givenTests(opening);
  heldBackTests(opening);
  repeatTests(opening);
  pendingTests(opening);
  leaseTests(opening);
  groupTests(opening);
  blockedTests(opening);
}

/** Takes one event in with what follows from it. @returns which deliveries its worker has; undefined: it is pending. */
async function given(
  events: EventStore,
  id: string,
  deliveries: readonly NewDelivery[],
  { hold = holdOf(), ...more }: Partial<Following> & Pick<Ahead, "hold"> = {},
): Promise<readonly string[] | undefined> {
  const [answer] = await events.accept([event(id)], { following: [following(deliveries, more)], hold });
  return answer?.followed?.given;
}

/** Takes events in, with what follows from each; none follows where it is undefined. */
const acceptAll = (events: EventStore, all: readonly (readonly [NewEvent, Following | undefined])[]) =>
  events.accept(
    all.map(([one]) => one),
    { following: all.map(([, follows]) => follows), hold: holdOf() },
  );

function givenTests({ open }: Opening): void {
  test("an event and what follows are written at once, and the worker has the deliveries without a claim", async () => {
    const { events } = await open();
    const deliveries = [
      delivery("a", { kind: "notification", input: '{"x":1}' }),
      delivery("b", { orderingKey: "o" }),
      delivery("c", { target: "q" }),
    ];
    const follows = following(deliveries, { note: "x: did not match" });
    const hold = holdOf({ worker: "w7", until: START + 5 });
    const [answer] = await events.accept([event("e")], { following: [follows], hold });
    const seq = answer?.seq as number;
    expect(answer).toEqual({ outcome: "stored", seq, followed: { given: ["a", "b", "c"] } });
    expect(await events.event(seq)).toMatchObject({ state: "dispatched", note: "x: did not match" });
    expect(await events.pending(9)).toEqual([]);
    expect(await events.deliveries({ event: seq, limit: 9 })).toMatchObject(
      deliveries.map((one) => ({ ...one, event: seq, state: "running", attempts: 1, notBefore: START + 5 })),
    );
    expect(await claimed(events, { now: START + 4 })).toEqual([]);
    await events.end([ended("a", { worker: "w1" }), ended("b", { worker: "w7" })]);
    expect(await events.attempts("a")).toEqual([]);
    expect(await events.attempts("b")).toMatchObject([{ outcome: "done" }]);
  });

  test("without anybody who takes them they wait to be claimed", async () => {
    const { events } = await open();
    const [answer] = await events.accept([event("e")], { following: [following([delivery("a")])] });
    expect(answer?.followed).toEqual({ given: [] });
    expect(await events.delivery("a")).toMatchObject({ state: "waiting", attempts: 0, notBefore: START });
    expect(await claimed(events)).toEqual(["a"]);
  });

  test("an event of which nothing can follow has failed, and says why", async () => {
    const { events } = await open();
    expect(await given(events, "e", [], { state: "failed", note: "A loop." })).toEqual([]);
    expect(await events.eventById("/default/gh", "e")).toMatchObject({ state: "failed", note: "A loop." });
    expect(await events.eventById("/default/gh", "e")).toMatchObject({ data: '{"n":"e"}' });
  });

  test("many calls at once are each answered with their own deliveries", async () => {
    const { events } = await open();
    const calls = Array.from({ length: 40 }, (_, n) =>
      given(events, `e${n}`, [delivery(`a${n}`, { orderingKey: `k${n % 8}` }), delivery(`b${n}`, { target: `t${n}` })]),
    );
    const answers = await Promise.all(calls);
    expect(answers).toEqual(answers.map((_, n) => (n < 8 ? [`a${n}`, `b${n}`] : [`b${n}`])));
    expect((await events.deliveries({ state: "running", limit: 100 })).length).toBe(48);
  });
}

function heldBackTests({ open }: Opening): void {
  test.each<{ name: string; before?: (events: EventStore) => Promise<unknown>; asked: Partial<NewDelivery> }>([
    { name: "whose time has not come", asked: { notBefore: START + 1 } },
    { name: "of a target that takes only so many", asked: { concurrency: 5 } },
    {
      name: "of a key of which one runs",
      before: (events) => given(events, "before", [delivery("before")]),
      asked: {},
    },
    {
      name: "of a key of which one waits",
      before: (events) => followed(events, "before", [delivery("before", { notBefore: START + MINUTE })]),
      asked: {},
    },
    {
      name: "of a key of which one is tried again later",
      before: async (events) => {
        await given(events, "before", [delivery("before")]);
        await events.end([retried("before", START + MINUTE)]);
      },
      asked: {},
    },
  ])("one $name is not given, waits, and others of the call are", async ({ before, asked }) => {
    const { events } = await open();
    await before?.(events);
    expect(await given(events, "e", [delivery("a", asked), delivery("b", { orderingKey: "o" })])).toEqual(["b"]);
    expect(await events.delivery("a")).toMatchObject({ state: "waiting", attempts: 0, notBefore: START, ...asked });
  });

  test("one whose time comes at this moment is given, and so is one of a key of which all are done", async () => {
    const { events } = await open();
    expect(await given(events, "e1", [delivery("a")])).toEqual(["a"]);
    await events.end([ended("a")]);
    expect(await given(events, "e2", [delivery("b", { notBefore: START })])).toEqual(["b"]);
  });

  test("of one call the first of a key is given, and the next is claimed when that is done", async () => {
    const { events } = await open();
    const answers = await acceptAll(events, [
      [event("e1"), following([delivery("a1"), delivery("o", { orderingKey: "o" })])],
      [event("e2"), following([delivery("a2"), delivery("q", { target: "q" })])],
      [event("e3"), following([delivery("a3")])],
    ]);
    expect(answers.map(({ followed: of }) => of?.given)).toEqual([["a1", "o"], ["q"], []]);
    await events.end([ended("a1")]);
    expect(await claimed(events)).toEqual(["a2"]);
  });

  test("one that was not given holds back later ones of its key in the call", async () => {
    const { events } = await open();
    const later = delivery("a1", { notBefore: START + MINUTE });
    expect(await given(events, "e", [later, delivery("a2")])).toEqual([]);
  });
}

function repeatTests({ open, partner }: Opening): void {
  test("a duplicate and a replay get nothing that follows", async () => {
    const { events } = await open();
    const signedHash = "ab".repeat(32);
    const answers = await acceptAll(events, [
      [event("e", { signedHash }), following([delivery("a")])],
      [event("e"), following([delivery("b", { target: "q" })], { note: "b" })],
      [event("f", { signedHash }), following([delivery("c", { target: "p" })], { note: "c" })],
    ]);
    const again = await acceptAll(events, [[event("e"), following([delivery("d", { target: "o" })], { note: "d" })]]);
    const seq = answers[0]?.seq as number;
    expect([...answers, ...again]).toEqual([
      { outcome: "stored", seq, followed: { given: ["a"] } },
      { outcome: "duplicate", seq },
      { outcome: "replay", seq },
      { outcome: "duplicate", seq },
    ]);
    expect(ids(await events.deliveries({ limit: 9 }))).toEqual(["a"]);
    expect(await events.event(seq)).toMatchObject({ state: "dispatched", repeats: 3 });
    expect(await events.event(seq)).not.toHaveProperty("note");
  });

  test("a delivery that is there already is not given again, and stays as it is", async () => {
    const { events } = await open();
    await given(events, "e1", [delivery("a")]);
    await events.end([ended("a")]);
    const there = await events.delivery("a");
    expect(await given(events, "e2", [delivery("a"), delivery("b", { target: "q" })])).toEqual(["b"]);
    expect(await events.delivery("a")).toEqual(there);
  });

  test("of equal ids in one call one is given, whatever their keys are", async () => {
    const { events } = await open();
    const answers = await acceptAll(events, [
      [event("e1"), following([delivery("a", { target: "q", concurrency: 1 }), delivery("b")])],
      [event("e2"), following([delivery("a"), delivery("b", { target: "q2" })])],
    ]);
    expect(answers.map(({ followed: of }) => of?.given)).toEqual([["b"], []]);
    expect(await events.delivery("a")).toMatchObject({ state: "waiting", target: "q", attempts: 0 });
    expect(await events.delivery("b")).toMatchObject({ state: "running", target: "r", attempts: 1 });
  });

  test("a delivery whose key its rule remembers is left out, and the note says so beside what it said", async () => {
    let now = START;
    const { events } = await open({ ...still, now: () => now });
    const key = (id: string) => [{ delivery: id, rule: "default/r", key: "ticket-1", until: START + MINUTE }];
    const arrive = (id: string) =>
      given(
        events,
        id,
        [delivery(`${id}:r`, { orderingKey: id }), delivery(`${id}:q`, { target: "q", orderingKey: id })],
        {
          deduplicate: key(`${id}:r`),
          note: "x: did not match",
        },
      );
    expect(await arrive("a")).toEqual(["a:r", "a:q"]);
    expect(await arrive("b")).toEqual(["b:q"]);
    expect(await events.delivery("b:r")).toBeUndefined();
    expect(await events.eventById("/default/gh", "a")).toMatchObject({ note: "x: did not match" });
    expect(await events.eventById("/default/gh", "b")).toMatchObject({
      state: "dispatched",
      note: expect.stringMatching(/^x: did not match\n.*"ticket-1"/),
    });
    now = START + MINUTE;
    expect(await arrive("c")).toEqual(["c:r", "c:q"]);
  });

  test("of the same event through two processes at once one has what follows", async () => {
    const store = await open();
    const other = await partner(store);
    const rounds = Array.from({ length: 20 }, (_, n) => {
      const mine = [delivery(`d${n}`, { orderingKey: `k${n}` })];
      return [store, other].map(({ events }, who) =>
        given(events, `e${n}`, mine, { hold: holdOf({ worker: `w${who}` }) }),
      );
    });
    const answers = (await Promise.all(rounds.flat())).flatMap((one) => one ?? []);
    expect(answers.toSorted()).toEqual(ids(await store.events.deliveries({ state: "running", limit: 99 })).toSorted());
    expect(answers).toHaveLength(20);
  });
}

function pendingTests({ open }: Opening): void {
  test("after an event that is pending all later ones are, until it is dispatched; then they follow at once again", async () => {
    const { events } = await open();
    const [first] = await events.accept([event("e1")]);
    expect(await given(events, "e2", [delivery("a2")], { note: "n" })).toBeUndefined();
    const [third] = await acceptAll(events, [[event("e3"), following([])]]);
    expect(third).not.toHaveProperty("followed");
    expect(await events.pending(9)).toMatchObject(["e1", "e2", "e3"].map((id) => ({ id, state: "pending" })));
    expect(await events.eventById("/default/gh", "e2")).not.toHaveProperty("note");
    expect(await events.deliveries({ limit: 9 })).toEqual([]);
    await events.dispatch([{ seq: first?.seq as number, state: "dispatched", deliveries: [delivery("a1")] }]);
    expect(await given(events, "e4", [delivery("a4")])).toBeUndefined();
    const rest = await events.pending(9);
    expect(rest.map(({ id }) => id)).toEqual(["e2", "e3", "e4"]);
    await events.dispatch(rest.map(({ seq }) => ({ seq, state: "dispatched", deliveries: [] })));
    expect(await events.pending(9)).toEqual([]);
    expect(await given(events, "e5", [delivery("a5", { orderingKey: "o" })])).toEqual(["a5"]);
  });

  test("of one call those follow that come before the first of which nothing is decided", async () => {
    const { events } = await open();
    const answers = await acceptAll(events, [
      [event("e1"), following([delivery("a1")])],
      [event("e2"), undefined],
      [event("e3"), following([delivery("a3", { target: "q" })])],
    ]);
    expect(answers.map(({ followed: of }) => of)).toEqual([{ given: ["a1"] }, undefined, undefined]);
    expect((await events.pending(9)).map(({ id }) => id)).toEqual(["e2", "e3"]);
    expect(ids(await events.deliveries({ limit: 9 }))).toEqual(["a1"]);
  });

  test("a repeat of which nothing is decided makes none pending that comes after it", async () => {
    const { events } = await open();
    await given(events, "e1", []);
    const answers = await acceptAll(events, [
      [event("e1"), undefined],
      [event("e2"), following([delivery("a")])],
    ]);
    expect(answers.map(({ outcome, followed: of }) => [outcome, of?.given])).toEqual([
      ["duplicate", undefined],
      ["stored", ["a"]],
    ]);
  });

  test("an event that is to follow anew is pending too, so that later ones come after it", async () => {
    const { events } = await open();
    await given(events, "e1", []);
    const { seq } = (await events.eventById("/default/gh", "e1")) as { seq: number };
    await events.replayEvent(seq);
    expect(await given(events, "e2", [delivery("a")])).toBeUndefined();
  });
}

function leaseTests({ open }: Opening): void {
  test("what was given is its worker's to renew, and after its time another's, with the loss as an attempt", async () => {
    const { events } = await open();
    await given(events, "e", [delivery("a"), delivery("b", { orderingKey: "o" })]);
    expect(await events.counts()).toMatchObject({ waiting: 0, running: 2 });
    const late = START + 2 * MINUTE;
    expect(await events.renew("w2", late, new Map(), ["a"])).toEqual([]);
    expect(await events.renew("w1", late, new Map([["a", "half"]]), ["a"])).toEqual(["a"]);
    const now = START + MINUTE;
    expect(await claimed(events, { now: now - 1, worker: "w2" })).toEqual([]);
    const { deliveries } = await events.claim(claimOf({ now, until: late, worker: "w2" }));
    expect(deliveries).toMatchObject([{ id: "b", attempts: 2 }]);
    await events.end([ended("b"), ended("b", { worker: "w2" })]);
    expect(await events.attempts("b")).toMatchObject([{ outcome: "lost", at: now }, { outcome: "done" }]);
    const again = await events.claim(claimOf({ now: late, until: late + 1, worker: "w2" }));
    expect(again.deliveries).toMatchObject([{ id: "a", attempts: 2, progress: "half" }]);
    expect(await events.attempts("a")).toMatchObject([{ outcome: "lost", at: late }]);
  });

  test("one that is tried again later counts its first attempt", async () => {
    const { events } = await open();
    await given(events, "e", [delivery("a")]);
    await events.end([retried("a", START + 5)]);
    expect((await events.claim(claimOf({ now: START + 5 }))).deliveries).toMatchObject([{ id: "a", attempts: 2 }]);
    await events.end([ended("a")]);
    expect((await events.attempts("a")).map(({ outcome }) => outcome)).toEqual(["retry", "done"]);
  });
}

/** What a database refuses in any row. */
const nothing = null as unknown as string;

function groupTests({ open }: Opening): void {
  test.each<{ name: string; bad: (events: EventStore) => Promise<unknown> }>([
    {
      name: "an event",
      bad: (events) =>
        acceptAll(events, [
          [event("with-bad"), following([delivery("with-bad", { target: "p" })])],
          [event("bad", { namespace: nothing }), following([])],
        ]),
    },
    {
      name: "a delivery",
      bad: (events) =>
        given(events, "bad", [delivery("with-bad", { target: "p" }), delivery("bad", { namespace: nothing })]),
    },
    {
      name: "a key to remember",
      bad: (events) =>
        given(events, "bad", [delivery("with-bad", { target: "p" })], {
          deduplicate: [{ delivery: "with-bad", rule: nothing, key: "k", until: START + MINUTE }],
        }),
    },
    {
      name: "the end of an attempt",
      bad: (events) =>
        events.end([
          ended("two"),
          ended("one", { attempt: { at: START, took: 0, outcome: nothing as unknown as "done" } }),
        ]),
    },
  ])(
    "$name that cannot be written fails its own call, of which nothing is done, and no other of its transaction",
    async ({ bad }) => {
      const { events } = await open();
      await given(
        events,
        "before",
        ["one", "two", "three"].map((id) => delivery(id, { orderingKey: id })),
      );
      const calls = await Promise.allSettled([
        given(events, "a", [delivery("a", { target: "q" })]),
        events.end([ended("three")]),
        bad(events),
        given(events, "b", [delivery("b", { target: "q" }), delivery("c")]),
      ]);
      expect(calls.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
      expect(calls.map((call) => call.status === "fulfilled" && call.value)).toEqual([["a"], undefined, false, ["c"]]);
      expect((await events.events({ limit: 9 })).map(({ id, state }) => [id, state])).toEqual(
        ["b", "a", "before"].map((id) => [id, "dispatched"]),
      );
      const all = await events.deliveries({ limit: 9 });
      expect(all.map(({ id, state, attempts }) => [id, state, attempts])).toEqual([
        ["one", "running", 1],
        ["two", "running", 1],
        ["three", "done", 1],
        ["a", "running", 1],
        ["b", "waiting", 0],
        ["c", "running", 1],
      ]);
      expect(await events.attempts("one")).toEqual([]);
      expect(await events.attempts("two")).toEqual([]);
      expect(await events.attempts("three")).toMatchObject([{ outcome: "done" }]);
    },
  );

  test("an end and an event that come together are both done, the end first", async () => {
    const { events } = await open();
    await given(events, "e1", [delivery("a")]);
    const [, next] = await Promise.all([events.end([ended("a")]), given(events, "e2", [delivery("b")])]);
    expect(next).toEqual(["b"]);
    expect(await events.attempts("a")).toMatchObject([{ outcome: "done" }]);
  });
}

function blockedTests({ open }: Opening): void {
  const blocked = async (events: EventStore, more: Parameters<typeof claimOf>[0] = {}) => {
    const { deliveries, blocked: isBlocked } = await events.claim(claimOf(more));
    return [ids(deliveries), isBlocked];
  };

  test("a claim says that others are blocked as long as something due is left", async () => {
    const { events } = await open();
    expect(await blocked(events)).toEqual([[], false]);
    await followed(events, "e", [
      ...["a1", "a2"].map((id) => delivery(id)),
      delivery("later", { orderingKey: "o", notBefore: START + 1 }),
    ]);
    expect(await blocked(events)).toEqual([["a1"], true]);
    expect(await blocked(events)).toEqual([[], true]);
    await events.end([ended("a1")]);
    expect(await blocked(events)).toEqual([["a2"], false]);
    expect(await blocked(events)).toEqual([[], false]);
    expect(await blocked(events, { now: START + 1 })).toEqual([["later"], false]);
  });

  test("a claim that reached its limit says so too, since it does not look for more", async () => {
    const { events } = await open();
    await followed(events, "e", [delivery("a"), delivery("b", { target: "q" }), delivery("c", { target: "p" })]);
    expect(await blocked(events, { limit: 2 })).toEqual([["a", "b"], true]);
    expect(await blocked(events, { limit: 2 })).toEqual([["c"], false]);
  });

  test("what a full target holds back is blocked, also what a lost worker held", async () => {
    const { events } = await open();
    const [a, b, c] = ["a", "b", "c"].map((id) => delivery(id, { orderingKey: id, concurrency: 1 })) as [
      NewDelivery,
      NewDelivery,
      NewDelivery,
    ];
    await followed(events, "e1", [a, b]);
    expect(await blocked(events)).toEqual([["a"], true]);
    const now = START + MINUTE;
    await events.end([ended("a")]);
    // Its lease ends when the next one is due, which came first.
    expect(await blocked(events, { until: now })).toEqual([["b"], false]);
    await followed(events, "e2", [c]);
    expect(await blocked(events, { now, until: now + MINUTE, worker: "w2" })).toEqual([["c"], true]);
    expect((await events.delivery("b"))?.state).toBe("running");
    await events.end([ended("c", { worker: "w2" })]);
    expect(await blocked(events, { now, until: now + MINUTE, worker: "w2" })).toEqual([["b"], false]);
  });
}

const still = { monotonic: () => 0, sleep: async () => undefined, every: () => () => undefined };
