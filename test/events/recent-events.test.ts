import { expect, test } from "vitest";
import { openWith } from "../../src/events/origins.ts";
import { createRecentEvents } from "../../src/events/recent-events.ts";
import type { OpenEvent } from "../../src/events/types.ts";
import type { StoredEvent } from "../../src/store/event-types.ts";

const stored = (seq: number, data = "{}"): StoredEvent => ({
  ...{
    seq,
    namespace: "default",
    source: "/x",
    id: `e${seq}`,
    type: "t",
    receivedAt: 0,
    trace: "0".repeat(32),
    hops: 0,
  },
  ...{ attributes: `{"specversion":"1.0","id":"e${seq}","source":"/x","type":"t"}`, data },
  ...{ state: "dispatched", repeats: 0 },
});

function stage(there: readonly number[]) {
  const it = { queries: [] as (readonly number[])[], fail: false };
  const store = {
    async eventsBySeq(seqs: readonly number[]) {
      it.queries.push(seqs);
      if (it.fail) throw new Error("away");
      return there.filter((seq) => seqs.includes(seq)).map((seq) => stored(seq));
    },
  };
  return Object.assign(it, { recent: createRecentEvents(store, () => undefined) });
}

test("events that are asked for in one turn are read by one query, each once", async () => {
  const { recent, queries } = stage([1, 2, 3]);
  const found = await Promise.all([1, 2, 2, 4].map((seq) => recent.eventOf(seq)));
  expect(found.map((event) => event?.stored.seq)).toEqual([1, 2, 2, undefined]);
  expect(queries).toEqual([[1, 2, 4]]);
  await recent.eventOf(3);
  expect(queries).toEqual([[1, 2, 4], [3]]);
});

test("what was dispatched lately is not read, and what is older than the last four thousand is", async () => {
  const { recent, queries } = stage([1]);
  recent.remember([openWith(() => undefined, stored(1))]);
  expect((await recent.eventOf(1))?.stored.id).toBe("e1");
  expect(queries).toEqual([]);
  recent.remember(Array.from({ length: 4000 }, (_, at) => openWith(() => undefined, stored(at + 2))));
  expect((await recent.eventOf(1))?.stored.id).toBe("e1");
  expect(queries).toEqual([[1]]);
});

test("large events are kept only as long as all of them together are not too much", async () => {
  const { recent } = stage([]);
  const large = (seq: number) => openWith(() => undefined, stored(seq, JSON.stringify("x".repeat(1024 * 1024))));
  for (let seq = 1; seq <= 10; seq++) recent.remember([large(seq)]);
  expect(Array.from({ length: 10 }, (_, at) => recent.kept(at + 1) !== undefined)).toEqual([
    ...Array(3).fill(false),
    ...Array(7).fill(true),
  ]);
});

test("one that is dispatched again takes the place of what was kept of it, and counts once", () => {
  const { recent } = stage([]);
  const [before, after] = [1, 1].map((seq) => openWith(() => undefined, stored(seq)));
  for (let times = 0; times < 10_000; times++) recent.remember([before as OpenEvent]);
  recent.remember([after as OpenEvent]);
  expect(recent.kept(1)).toBe(after);
  recent.remember(Array.from({ length: 3999 }, (_, at) => openWith(() => undefined, stored(at + 2))));
  expect(recent.kept(1)).toBe(after);
});

test("what is forgotten stays forgotten however many come", () => {
  const { recent } = stage([]);
  for (let seq = 1; seq <= 20_000; seq++) recent.remember([openWith(() => undefined, stored(seq))]);
  const kept = Array.from({ length: 20_001 }, (_, seq) => seq).filter((seq) => recent.kept(seq));
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([4000, 16_001, 20_000]);
});

test("a query that fails fails those who asked, and the next one is asked anew", async () => {
  const it = stage([1]);
  it.fail = true;
  await expect(Promise.all([it.recent.eventOf(1), it.recent.eventOf(2)])).rejects.toThrow("away");
  it.fail = false;
  expect((await it.recent.eventOf(1))?.stored.id).toBe("e1");
});
