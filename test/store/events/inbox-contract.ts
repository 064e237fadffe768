import { expect, test } from "vitest";
import { START } from "../support.ts";
import type { Opening } from "./contract.ts";
import { delivery, event, followed, ids, TRACE } from "./support.ts";

const HOUR = 60 * 60 * 1000;

/** Valid JSON that databases do not keep by themselves, and what encodings of it could be mistaken for. */
export const awkward = ["a\0b", "\uD800", "\uDC00x", "\uFFFF", "\uFFFF0000", "\uFFFFd800", "😀\uD83D", 'é"\\\n\u2028'];

export function inboxTests({ open, beside, partner }: Opening): void {
  test("an event comes back with every field, also what only some have", async () => {
    const { events } = await open();
    const full = event("a", { subject: "s", signedHash: "ab".repeat(32), hops: 3 });
    const { integration, platform, ...posted } = event("b", { source: "https://x.example/", namespace: "team" });
    const accepted = await events.accept([full, posted]);
    expect(accepted.map(({ outcome }) => outcome)).toEqual(["stored", "stored"]);
    const kept = await events.events({ limit: 10 });
    const state = { state: "pending", repeats: 0 };
    expect(kept).toStrictEqual([
      { ...posted, ...state, seq: accepted[1]?.seq },
      { ...full, ...state, seq: accepted[0]?.seq },
    ]);
    expect(await events.event(accepted[0]?.seq as number)).toStrictEqual(kept[1]);
    expect(await events.eventById("https://x.example/", "b")).toStrictEqual(kept[0]);
  });

  test("many events are read at once by their numbers, in their order, without those that are gone", async () => {
    const { events } = await open();
    const accepted = await events.accept(Array.from({ length: 1002 }, (_, n) => event(`e${n}`, { data: `${n}` })));
    const seqs = accepted.map(({ seq }) => seq);
    const asked = [...seqs.slice(1).reverse(), Number.MAX_SAFE_INTEGER, seqs[7] as number];
    const read = await events.eventsBySeq(asked);
    expect(read.map(({ seq }) => seq)).toEqual(seqs.slice(1));
    expect(read[6]).toStrictEqual(await events.event(seqs[7] as number));
    expect(await events.eventsBySeq([])).toEqual([]);
  });

  test("the same source and id is one event, in one call, in the next and after opening anew", async () => {
    const store = await open();
    const [first, second] = await store.events.accept([event("a"), event("a", { data: "2" })]);
    expect(second).toEqual({ outcome: "duplicate", seq: first?.seq });
    const other = await beside(store);
    expect(await other.events.accept([event("a")])).toEqual([{ outcome: "duplicate", seq: first?.seq }]);
    expect(await store.events.events({ limit: 10 })).toMatchObject([{ data: '{"n":"a"}', repeats: 2 }]);
  });

  test("the same id of another source is another event, also where joined texts would be equal", async () => {
    const { events } = await open();
    const one = event("b\nc", { source: "a" });
    const two = event("c", { source: "a\nb" });
    expect((await events.accept([one, two])).map(({ outcome }) => outcome)).toEqual(["stored", "stored"]);
    expect((await events.accept([two, one])).map(({ outcome }) => outcome)).toEqual(["duplicate", "duplicate"]);
  });

  test("signed bytes under another id are a replay for 24 hours, and an event again after that", async () => {
    const { events } = await open();
    const signedHash = "cd".repeat(32);
    const [first] = await events.accept([event("a", { signedHash })]);
    const later = (id: string, after: number) => events.accept([event(id, { signedHash, receivedAt: START + after })]);
    expect(await later("b", 24 * HOUR - 1)).toEqual([{ outcome: "replay", seq: first?.seq }]);
    expect(await later("c", 24 * HOUR)).toMatchObject([{ outcome: "stored" }]);
    expect(await later("d", 24 * HOUR + 1)).toMatchObject([{ outcome: "replay" }]);
    expect(await events.accept([event("e", { signedHash, source: "/default/other" })])).toMatchObject([
      { outcome: "stored" },
    ]);
    expect(idsOf(await events.events({ limit: 10 }))).toEqual(["e", "c", "a"]);
  });

  test("of equal signed bytes in one call the first is stored", async () => {
    const { events } = await open();
    const signedHash = "ef".repeat(32);
    const answers = await events.accept([event("a", { signedHash }), event("b", { signedHash }), event("c")]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(["stored", "replay", "stored"]);
    expect(answers[1]?.seq).toBe(answers[0]?.seq);
  });

  test("signed bytes whose event could not be written are taken when they come again", async () => {
    const { events } = await open();
    const signedHash = "ab".repeat(32);
    const bad = { ...event("bad"), namespace: null as unknown as string };
    await expect(events.accept([event("a", { signedHash }), bad])).rejects.toThrow();
    expect(await events.accept([event("b", { signedHash })])).toMatchObject([{ outcome: "stored" }]);
    expect(await events.accept([event("c", { signedHash })])).toMatchObject([{ outcome: "replay" }]);
  });

  test("many calls at once are each answered with their own events", async () => {
    const { events } = await open();
    const calls = Array.from({ length: 60 }, (_, n) => events.accept([event(`x${n}`), event(`y${n % 7}`)]));
    const answers = await Promise.all(calls);
    const stored = answers.flat().filter(({ outcome }) => outcome === "stored");
    expect(stored).toHaveLength(67);
    for (const [n, [own]] of answers.entries()) {
      expect(await events.event(own?.seq as number)).toMatchObject({ id: `x${n}` });
    }
  });

  test("an event that cannot be written fails its own call and no other that shares its transaction", async () => {
    const { events } = await open();
    const bad = { ...event("bad"), namespace: null as unknown as string };
    const [one, two, three] = await Promise.allSettled([
      events.accept([event("a")]),
      events.accept([event("with-bad"), bad]),
      events.accept([event("b")]),
    ]);
    expect([one?.status, two?.status, three?.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(idsOf(await events.events({ limit: 10 })).toSorted()).toEqual(["a", "b"]);
  });

  test.each(awkward.map((text) => ({ text, name: JSON.stringify(text) })))(
    "$name comes back letter for letter from every field of free text",
    async ({ text }) => {
      const { events } = await open();
      const mine = event(text, { source: `s${text}`, subject: text, data: text, attributes: text, type: `t${text}` });
      const [accepted] = await events.accept([mine]);
      const seq = accepted?.seq as number;
      expect(await events.accept([mine])).toEqual([{ outcome: "duplicate", seq }]);
      expect(await events.eventById(`s${text}`, text)).toMatchObject(mine);
      expect(await events.events({ type: `t${text}`, limit: 2 })).toHaveLength(1);
      const one = delivery(`d${text}`, { orderingKey: text, input: text });
      const deduplicate = [{ delivery: `d${text}`, rule: "default/r", key: text, until: START + HOUR }];
      await events.dispatch([{ seq, state: "dispatched", note: text, deliveries: [one], deduplicate }]);
      const request = { now: START, limit: 1, worker: "w", until: START + 1, passAfter: 1 };
      expect((await events.claim(request)).deliveries).toMatchObject([{ id: one.id, orderingKey: text, input: text }]);
      expect(await events.renew("w", START + 9, new Map([[one.id, text]]), [one.id])).toEqual([one.id]);
      const attempt = { at: START, took: 1, outcome: "dead" as const, step: text, message: text };
      // Lost once, so that this attempt is recorded too.
      await events.claim({ ...request, now: START + 10, until: START + 20 });
      await events.end([{ id: one.id, worker: "w", attempt, state: "dead" }]);
      expect(await events.delivery(one.id)).toMatchObject({ progress: text, message: text });
      expect(await events.attempts(one.id)).toMatchObject([{ outcome: "lost" }, attempt]);
      expect(await events.deliveries({ after: one.id, limit: 1 })).toEqual([]);
      expect(await events.event(seq)).toMatchObject({ note: text });
      expect(await events.replay([one.id], START)).toBe(1);
      const refusal = { at: START, status: 400, reason: "NotJson", message: text, trace: TRACE };
      await events.refuse([refusal]);
      expect(await events.refusals({ limit: 1 })).toStrictEqual([{ ...refusal, seq: expect.any(Number) }]);
    },
  );

  test("pending events come in the order of arrival, and no longer once they are dispatched", async () => {
    const { events } = await open();
    await events.accept([event("a"), event("b"), event("c")]);
    const pending = await events.pending(2);
    expect(idsOf(pending)).toEqual(["a", "b"]);
    await events.dispatch([
      { seq: pending[0]?.seq as number, state: "dispatched", deliveries: [delivery("a:r")] },
      { seq: pending[1]?.seq as number, state: "failed", note: "The rules cannot be read.", deliveries: [] },
    ]);
    expect(idsOf(await events.pending(5))).toEqual(["c"]);
    expect(await events.events({ state: "failed", limit: 5 })).toMatchObject([
      { id: "b", note: "The rules cannot be read." },
    ]);
    expect(ids(await events.deliveries({ limit: 5 }))).toEqual(["a:r"]);
  });

  test("an event that is dispatched twice has its deliveries once", async () => {
    const store = await open();
    const other = await partner(store);
    const [accepted] = await store.events.accept([event("a")]);
    const dispatch = { seq: accepted?.seq as number, state: "dispatched" as const, deliveries: [delivery("a:r")] };
    await Promise.all([store.events.dispatch([dispatch]), other.events.dispatch([dispatch])]);
    await store.events.dispatch([{ ...dispatch, deliveries: [delivery("a:other")] }]);
    expect(ids(await store.events.deliveries({ limit: 5 }))).toEqual(["a:r"]);
  });

  test("a rule's key is remembered until its window ends, of an event that follows anew never", async () => {
    let now = START;
    const { events } = await open({ ...still, now: () => now });
    const arrive = async (id: string) => {
      const [accepted] = await events.accept([event(id)]);
      return accepted?.seq as number;
    };
    const follow = (seq: number, id: string) =>
      events.dispatch([
        {
          seq,
          state: "dispatched",
          deliveries: [delivery(`${id}:r`), delivery(`${id}:q`)],
          deduplicate: [{ delivery: `${id}:r`, rule: "default/r", key: "ticket-1", until: now + HOUR }],
        },
      ]);
    const a = await arrive("a");
    await follow(a, "a");
    await follow(await arrive("b"), "b");
    expect(ids(await events.deliveries({ limit: 9 }))).toEqual(["a:r", "a:q", "b:q"]);
    expect(await events.eventById("/default/gh", "b")).toMatchObject({
      note: expect.stringContaining('"ticket-1"'),
    });
    await events.claim({ now, limit: 9, worker: "w", until: now + 1, passAfter: 1 });
    await events.end([{ id: "a:r", worker: "w", attempt: { at: now, took: 0, outcome: "done" }, state: "done" }]);
    expect(await events.replayEvent(a)).toBe(true);
    await follow(a, "a");
    expect(ids(await events.deliveries({ event: a, limit: 9 }))).toEqual(["a:q", "a:r"]);
    now += HOUR;
    await follow(await arrive("c"), "c");
    expect((await events.delivery("c:r"))?.state).toBe("waiting");
  });

  test("filters take what they say, page by page", async () => {
    const { events } = await open();
    const seqs = [];
    for (const n of [1, 2, 3, 4, 5]) {
      const more = n % 2 ? {} : { integration: "default/slack", namespace: "other", type: "slack.message" };
      seqs.push(await followed(events, `e${n}`, [delivery(`d${n}`, { target: n > 3 ? "late" : "r" })], more));
    }
    expect(idsOf(await events.events({ limit: 2 }))).toEqual(["e5", "e4"]);
    expect(idsOf(await events.events({ limit: 2, before: seqs[3] as number }))).toEqual(["e3", "e2"]);
    expect(idsOf(await events.events({ limit: 9, integration: "default/slack" }))).toEqual(["e4", "e2"]);
    expect(idsOf(await events.events({ limit: 9, namespace: "default" }))).toEqual(["e5", "e3", "e1"]);
    expect(idsOf(await events.events({ limit: 9, type: "slack.message" }))).toEqual(["e4", "e2"]);
    expect(await events.events({ limit: 9, trace: "none" })).toEqual([]);
    expect(ids(await events.deliveries({ limit: 2 }))).toEqual(["d1", "d2"]);
    expect(ids(await events.deliveries({ limit: 2, after: "d2" }))).toEqual(["d3", "d4"]);
    expect(ids(await events.deliveries({ limit: 9, target: "late" }))).toEqual(["d4", "d5"]);
  });

  test("the newest thousand refusals are kept", async () => {
    const { events } = await open();
    const refusal = (n: number) => ({
      ...{ at: START + n, integration: n === 1100 ? "default/gh" : "default/x", status: 401, reason: "BadSignature" },
      ...{ message: "The signature is wrong.", remoteAddress: "203.0.113.9", trace: TRACE },
    });
    await events.refuse(Array.from({ length: 600 }, (_, n) => refusal(n + 1)));
    await events.refuse(Array.from({ length: 500 }, (_, n) => refusal(n + 601)));
    const kept = await events.refusals({ limit: 2000 });
    expect(kept).toHaveLength(1000);
    expect([kept[0]?.at, kept.at(-1)?.at]).toEqual([START + 1100, START + 101]);
    expect(await events.refusals({ integration: "default/gh", limit: 5 })).toMatchObject([refusal(1100)]);
    const [, , third] = kept;
    const next = await events.refusals({ before: third?.seq ?? 0, limit: 2 });
    expect(next.map(({ at }) => at)).toEqual([START + 1097, START + 1096]);
  });

  test("the same event through two processes at once is stored once", async () => {
    const store = await open();
    const other = await partner(store);
    const rounds = Array.from({ length: 20 }, (_, n) => {
      const mine = [event(`${n}a`, { signedHash: `hash${n}` }), event(`${n}b`)];
      const same = [event(`${n}b`), event(`${n}c`, { signedHash: `hash${n}` })];
      return [store.events.accept(mine), other.events.accept(same)];
    });
    const answers = (await Promise.all(rounds.flat())).flat();
    expect(answers.filter(({ outcome }) => outcome === "stored")).toHaveLength(40);
    expect(await store.events.events({ limit: 100 })).toHaveLength(40);
    for (const { seq } of answers) expect((await store.events.event(seq))?.seq).toBe(seq);
  });
}

const still = {
  monotonic: () => 0,
  sleep: async () => undefined,
  every: () => () => undefined,
};

const idsOf = (events: readonly { id: string }[]) => events.map(({ id }) => id);
